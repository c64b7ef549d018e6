import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import type { OpenStream } from '../../../adapters/io/index.js'
import { failure } from '../../../ports/failure.js'
import { isRoot, left, ROOT, right, until } from '../filesystem/support.js'
import {
  fifo,
  gaveUp,
  hold,
  linesOf,
  node,
  openDescriptors,
  patient,
  runOnce,
  told,
  writer,
  written,
} from './support.js'

/** Lines of any length, most of them short, of any bytes but those that end a line. */
const randomLines = (size: number): string => {
  const lines: string[] = []
  for (let total = 0; total < size; ) {
    const line = randomBytes(Math.floor(Math.random() ** 6 * 40_000))
      .toString('latin1')
      .replace(/[\r\n]/g, '.')
    lines.push(line)
    total += line.length + 1
  }
  return `${lines.join('\n')}\n`
}

describe('the pipes of a task', () => {
  it('reach its log byte for byte, 10 MB on two streams at once', async () => {
    const host = node()
    const task = host.task('web')
    const [out, err] = [randomLines(5_000_000), randomLines(5_000_000)]
    await runOnce(host, task, { stdout: Buffer.from(out, 'latin1'), stderr: Buffer.from(err, 'latin1') })
    const lines = linesOf(task.log)
    expect(written(lines, 'stdout') === out).toBe(true)
    expect(written(lines, 'stderr') === err).toBe(true)
    expect(Math.max(...lines.map(({ content }) => content.length))).toBe(16 * 1024)
    const { bytes, lines: count, writeErrors, lostBytes } = host.io.totals()
    expect(bytes).toBe(BigInt(lines.reduce((sum, { content }) => sum + content.length, 0)))
    expect(count).toBe(BigInt(lines.length))
    expect([writeErrors, lostBytes]).toEqual([0n, 0n])
    expect(host.warnings).toEqual([])
  })
  it('are not split where no limit is asked for', async () => {
    const host = node({ maxLine: 0 })
    const task = host.task('web')
    await runOnce(host, task, { stdout: `${'x'.repeat(300_000)}\n` })
    expect(told(task.log)).toEqual([`F ${'x'.repeat(300_000)}`])
  })
  it('are drained where there is no log', async () => {
    const host = node()
    const task = host.task('web', { log: null })
    await runOnce(host, task, { stdout: randomBytes(1_000_000), stderr: randomBytes(1_000_000) })
    expect(existsSync(task.log)).toBe(false)
  })
  it('are read once, however often somebody attaches', async () => {
    const host = node()
    const task = host.task('web')
    const before = openDescriptors()
    await Promise.all([right(host.io.attach(task.request)), right(host.io.attach(task.request))])
    await right(host.io.attach(task.request))
    expect(openDescriptors() - before).toBe(3)
    await writer('one\ntwo\n', task.stdout)
    task.end()
    await right(host.io.drain('web', patient))
    expect(told(task.log)).toEqual(['F one', 'F two'])
  })
  it('are made anew where they are missing, but not their folder', async () => {
    const host = node()
    const gone = join(host.pipes, 'gone')
    const task = host.task('web', { stdoutPath: gone })
    await runOnce(host, task, { stderr: 'x\n' })
    expect(told(task.log)).toEqual(['F x'])
    expect(existsSync(gone)).toBe(true)
    const nowhere = host.task('db', { stdoutPath: join(host.pipes, 'no', 'pipe') })
    expect((await left(host.io.attach(nowhere.request))).tag).toBe('NotFound')
  })
  it.each([
    ['a file', (path: string) => writeFileSync(path, 'x')],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a link to a FIFO', (path: string) => symlinkSync(fifo(`${path}-behind`), path)],
    ['a link to nothing', (path: string) => symlinkSync(`${path}-gone`, path)],
  ])('are refused where one is %s, and other containers go on', async (_, make) => {
    const host = node()
    const path = join(host.pipes, 'odd')
    make(path)
    const [good, bad] = [host.task('good'), host.task('bad', { stderrPath: path })]
    const before = openDescriptors()
    expect((await left(host.io.attach(bad.request))).tag).toBe('Malformed')
    expect(openDescriptors()).toBe(before)
    await runOnce(host, good, { stdout: 'still here\n' })
    expect(told(good.log)).toEqual(['F still here'])
  })
  it.each(['/dev/zero', 'relative/path', 'file:///tmp/log', 'binary:///bin/logger?x=y', 'ttrpc+unix:///x'])(
    'are refused where one is %s',
    async (path) => {
      const { io, task } = node()
      const { request } = task('web', { stdoutPath: path })
      const { tag, said } = await left(io.attach(request))
      expect([tag, said]).toEqual(['Malformed', expect.stringContaining(path.slice(0, 8))])
      expect((await left(io.drain('web', patient))).tag).toBe('NotFound')
    },
  )
  it.skipIf(!isRoot)(`are refused where one is a device, unopened${ROOT}`, async () => {
    const host = node()
    const path = join(host.pipes, 'device')
    // A number that no driver has: to open it fails otherwise.
    execFileSync('mknod', [path, 'c', '511', '511'])
    const { tag, said } = await left(host.io.attach(host.task('web', { stdoutPath: path }).request))
    expect([tag, said]).toEqual(['Malformed', expect.stringContaining('is no FIFO')])
  })
  it('lose nothing to an attach that fails: the next one reads it all', async () => {
    const host = node()
    const { request, stdout, log, end } = host.task('web')
    const fd = openSync(stdout, constants.O_RDWR)
    writeSync(fd, 'waiting\n')
    await left(host.io.attach({ ...request, stderrPath: '/dev/null' }))
    await right(host.io.attach(request))
    closeSync(fd)
    end()
    await right(host.io.drain('web', patient))
    expect(told(log)).toEqual(['F waiting'])
  })
  it('are let go of when somebody still holds them at the deadline, with what is in them written', async () => {
    const host = node()
    const { request, stdout, log } = host.task('web')
    const before = openDescriptors()
    await right(host.io.attach(request))
    const fd = openSync(stdout, constants.O_RDWR)
    writeSync(fd, 'last words\nand half a')
    closeSync(fd)
    expect((await left(host.io.drain('web', gaveUp))).tag).toBe('TimedOut')
    expect(told(log)).toEqual(['F last words', 'P and half a'])
    expect(openDescriptors()).toBe(before)
    expect((await left(host.io.drain('web', patient))).tag).toBe('NotFound')
    expect((await left(host.io.reopen('web'))).tag).toBe('NotFound')
  })
  it('that could not be opened are no trouble for who stopped waiting', async () => {
    const unseen: unknown[] = []
    const see = (error: unknown): void => {
      unseen.push(error)
    }
    process.on('unhandledRejection', see)
    until(() => process.off('unhandledRejection', see))
    let arrived: () => void = () => undefined
    const atStream = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const openStream: OpenStream = (_, signal) => () =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(E.left(failure('TimedOut', 'open', 'a stream', ''))))
        arrived()
      })
    const { io, task } = node({ openStream })
    const attaching = left(io.attach(task('web', { stdoutPath: 'ttrpc+unix:///x' }).request))
    await atStream
    expect((await left(io.drain('web', gaveUp))).tag).toBe('TimedOut')
    expect((await attaching).tag).toBe('TimedOut')
    await new Promise(setImmediate)
    expect(unseen).toEqual([])
  })
  it('may be drained by two at once', async () => {
    const host = node()
    const stdinPath = fifo(join(host.pipes, 'stdin'))
    const { request, end, stdout, log } = host.task('web', { stdin: true, stdinPath })
    await right(host.io.attach(request))
    await writer('x\n', stdout)
    end()
    await Promise.all([right(host.io.drain('web', patient)), right(host.io.drain('web', patient))])
    expect(told(log)).toEqual(['F x'])
  })
  it('of 32 containers are read at once, and no descriptor stays behind', async () => {
    const host = node()
    const tasks = Array.from({ length: 32 }, (_, n) => host.task(`web-${n}`))
    const contents = tasks.map(() => randomLines(100_000))
    for (const { end } of tasks) end()
    const before = openDescriptors()
    const shims = tasks.map(({ stdout, stderr }) => [hold(stdout), hold(stderr)])
    await Promise.all(tasks.map(({ request }) => right(host.io.attach(request))))
    await Promise.all(tasks.map(({ stdout }, n) => writer(Buffer.from(contents[n] ?? '', 'latin1'), stdout)))
    await right(host.io.close(patient))
    for (const shim of shims) for (const letGo of shim) letGo()
    expect(openDescriptors()).toBe(before)
    expect(tasks.map(({ log }, n) => written(linesOf(log), 'stdout') === contents[n])).not.toContain(false)
  })
})

describe('for those who end', () => {
  it('what is in the pipes now is written, and the next one goes on from there', async () => {
    const host = node()
    const { request, stdout, log, end } = host.task('web')
    const fd = openSync(stdout, constants.O_RDWR)
    await right(host.io.attach(request))
    writeSync(fd, 'one\ntwo')
    await right(host.io.close(patient))
    expect(told(log)).toEqual(['F one', 'P two'])
    expect((await left(host.io.attach(request))).tag).toBe('Denied')
    writeSync(fd, ' and a half\n')
    closeSync(fd)
    const next = node()
    await right(next.io.attach(request))
    end()
    await right(next.io.drain('web', patient))
    expect(told(log)).toEqual(['F one', 'P two', 'F  and a half'])
  })
  it('a pipe that is full is emptied', async () => {
    const host = node()
    const { request, stdout, log } = host.task('web')
    const fd = openSync(stdout, constants.O_RDWR | constants.O_NONBLOCK)
    const full = `${'x'.repeat(1023)}\n`.repeat(64)
    writeSync(fd, full)
    await right(host.io.attach(request))
    await right(host.io.close(patient))
    closeSync(fd)
    expect(written(linesOf(log), 'stdout')).toBe(full)
  })
  it('the wait has an end, too', async () => {
    const { io, task } = node({ openStream: () => () => new Promise(() => undefined) })
    void io.attach(task('web', { stdoutPath: 'ttrpc+unix:///x' }).request)()
    expect((await left(io.close(gaveUp))).tag).toBe('TimedOut')
  })
})

describe('the input of a task', () => {
  const wouldBeRefused = (path: string): boolean => {
    try {
      closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK))
      return false
    } catch {
      return true
    }
  }
  it('is held open while it is attached, where it has one', async () => {
    const host = node()
    const stdinPath = fifo(join(host.pipes, 'stdin'))
    const { request, end } = host.task('web', { stdin: true, stdinPath })
    await right(host.io.attach(request))
    expect(wouldBeRefused(stdinPath)).toBe(false)
    end()
    await right(host.io.drain('web', patient))
    expect(wouldBeRefused(stdinPath)).toBe(true)
  })
  it('is left alone where none was asked for', async () => {
    const host = node()
    const stdinPath = fifo(join(host.pipes, 'stdin'))
    await right(host.io.attach(host.task('web', { stdinPath }).request))
    expect(wouldBeRefused(stdinPath)).toBe(true)
    await right(host.io.close(patient))
  })
  it('is made anew where it is missing', async () => {
    const host = node()
    const stdinPath = join(host.pipes, 'gone')
    await right(host.io.attach(host.task('web', { stdin: true, stdinPath }).request))
    expect(wouldBeRefused(stdinPath)).toBe(false)
    await right(host.io.close(patient))
  })
  it.each(['/dev/null', 'relative/path', 'file:///tmp/in'])(
    'is refused where it is %s',
    async (stdinPath) => {
      const { io, task } = node()
      const before = openDescriptors()
      const { request, end } = task('web', { stdin: true, stdinPath })
      expect((await left(io.attach(request))).tag).toBe('Malformed')
      end()
      expect(openDescriptors()).toBe(before)
    },
  )
  it('is left alone where it is a stream: nobody writes to it here', async () => {
    const host = node()
    const { request } = host.task('web', { stdin: true, stdinPath: 'ttrpc+unix:///x?streaming_id=web-stdin' })
    await right(host.io.attach(request))
    await right(host.io.close(patient))
  })
})
