import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { left as eitherLeft } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { failure } from '../../../ports/failure.js'
import { left, right } from '../filesystem/support.js'
import { gaveUp, linesOf, node, openDescriptors, patient, runOnce, told, writer } from './support.js'

describe('scratch', () => {
  it('1 rotation keeps the parts of a line together', async () => {
    const host = node()
    const { request, stdout, stderr, log, end } = host.task('web')
    const content = Array.from({ length: 150 }, (_, n) => `${n} ${'x'.repeat(100_000)}\n`).join('')
    await right(host.io.attach(request))
    let going = true
    const writers = Promise.all([writer(content, stdout), writer(content, stderr)]).then(() => { going = false })
    const files: string[] = []
    for (let n = 0; n < 100 || going; n += 1) {
      renameSync(log, `${log}.${n}`)
      files.push(`${log}.${n}`)
      await right(host.io.reopen('web'))
    }
    await writers
    end()
    await right(host.io.drain('web', patient))
    const split = files.filter((file) => ['stdout', 'stderr'].some((s) => linesOf(file).filter((l) => l.stream === s).at(-1)?.tag === 'P'))
    expect([files.length, split.length]).toEqual([files.length, 0])
  })
  it('2 missing stdin', async () => {
    const host = node()
    const stdinPath = join(host.pipes, 'gone')
    await right(host.io.attach(host.task('web', { stdin: true, stdinPath }).request))
    expect(existsSync(stdinPath)).toBe(true)
    await right(host.io.close(patient))
  })
  it.each(['file:///x', 'relative'])('3 odd stdin %s', async (stdinPath) => {
    const host = node()
    expect((await left(host.io.attach(host.task('web', { stdin: true, stdinPath }).request))).tag).toBe('Malformed')
  })
  it.each([['torn', ''], ['whole', '\n']])('4 tail %s', async (_, end) => {
    const host = node({ clock: { now: () => 1_000_000_000n } })
    const task = host.task('web')
    mkdirSync(dirname(task.log), { recursive: true })
    const fake = '9999-12-31T23:59:59Z stdout F '
    const room = 128 * 1024 - end.length
    const tail = fake + 'y'.repeat(room - fake.length)
    writeFileSync(task.log, `1970-01-01T00:00:00.5Z stdout F xxx${tail}${end}`)
    await runOnce(host, task, { stdout: 'c\n' })
    expect(linesOf(task.log).at(-1)?.time).toBe('1970-01-01T00:00:01Z')
  })
  it('5 unhandled', async () => {
    const unhandled: unknown[] = []
    const on = (e: unknown): void => void unhandled.push(e)
    process.on('unhandledRejection', on)
    const host = node({ openStream: (_url, signal) => () => new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(eitherLeft(failure('TimedOut', 'open', 'x', ''))))
    }) })
    const attaching = host.io.attach(host.task('web', { stdoutPath: 'ttrpc+unix:///x' }).request)()
    await new Promise((r) => setTimeout(r, 50))
    const drained = await host.io.drain('web', gaveUp)()
    await attaching
    await new Promise((r) => setTimeout(r, 50))
    process.off('unhandledRejection', on)
    expect([drained._tag, unhandled]).toEqual(['Left', []])
  })
  it('6 create race', async () => {
    const host = node()
    const before = openDescriptors()
    for (let n = 0; n < 30; n += 1) {
      const creating = host.io.create({ id: `c${n}`, tty: false, stdin: true, log: null })()
      await new Promise((r) => setTimeout(r, n % 12))
      await host.io.drain(`c${n}`, gaveUp)()
      await creating
      await host.io.drain(`c${n}`, gaveUp)()
    }
    await right(host.io.close(patient))
    expect(openDescriptors()).toBe(before)
  })
})
