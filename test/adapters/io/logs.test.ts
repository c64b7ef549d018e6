import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, isRoot, left, mount, ROOT, right } from '../filesystem/support.js'
import {
  disk,
  fifo,
  linesOf,
  NO_DISK,
  node,
  openDescriptors,
  patient,
  runOnce,
  told,
  writer,
  written,
} from './support.js'

const numbered = (count: number): string =>
  Array.from({ length: count }, (_, n) => `line ${n} ${'x'.repeat(n % 90)}\n`).join('')

describe('the log of a container', () => {
  it('is made for its owner and group, in a folder that everybody may look into', async () => {
    const host = node()
    const task = host.task('web')
    await runOnce(host, task, { stdout: 'x\n' })
    expect((statSync(task.log).mode & 0o777).toString(8)).toBe('640')
    expect((statSync(dirname(task.log)).mode & 0o777).toString(8)).toBe('755')
  })
  it('goes on where it ended', async () => {
    const host = node()
    const task = host.task('web')
    mkdirSync(dirname(task.log), { recursive: true })
    writeFileSync(task.log, '2020-01-01T00:00:00Z stdout F before\n')
    await runOnce(host, task, { stdout: 'after\n' })
    expect(told(task.log)).toEqual(['F before', 'F after'])
    expect(host.warnings).toEqual([])
  })

  const elsewhere = (root: string) => ({ root: join(root, 'pods'), outside: join(root, 'outside') })
  it.each([
    ['beside its root', (root: string) => join(root, 'pods-of-others', '0.log')],
    ['above its root', (root: string) => join(root, 'pods', '..', '0.log')],
    ['its root', (root: string) => join(root, 'pods')],
    ['a path that begins nowhere', () => 'web/0.log'],
    ['a path with a zero byte', (root: string) => `${join(root, 'pods')}/a\0b`],
  ])('is refused where it is %s', async (_, path) => {
    const { io, root, task } = node()
    const before = openDescriptors()
    const { request, end } = task('web', { log: { root: join(root, 'pods'), path: path(root) } })
    expect((await left(io.attach(request))).tag).toBe('Denied')
    end()
    expect(openDescriptors()).toBe(before)
  })
  it.each([
    [
      'its folder is a link',
      (log: string, outside: string) => {
        mkdirSync(outside)
        symlinkSync(outside, dirname(log))
      },
    ],
    [
      'it is a link',
      (log: string, outside: string) => {
        mkdirSync(dirname(log))
        writeFileSync(outside, '')
        symlinkSync(outside, log)
      },
    ],
    [
      'it is a link to nothing',
      (log: string, outside: string) => {
        mkdirSync(dirname(log))
        symlinkSync(outside, log)
      },
    ],
    ['it is a folder', (log: string) => mkdirSync(log, { recursive: true })],
    [
      'it is a FIFO',
      (log: string) => {
        mkdirSync(dirname(log))
        fifo(log)
      },
    ],
    ['its folder is a file', (log: string) => writeFileSync(dirname(log), '')],
  ])('is refused where %s, and nothing is written elsewhere', async (_, make) => {
    const host = node()
    const { root, outside } = elsewhere(host.root)
    mkdirSync(root)
    const before = openDescriptors()
    const { request, log, end } = host.task('web')
    make(log, outside)
    expect((await left(host.io.attach(request))).tag).toBe('Denied')
    end()
    expect(openDescriptors()).toBe(before)
    if (existsSync(outside) && statSync(outside).isFile()) expect(readFileSync(outside, 'utf8')).toBe('')
    expect(existsSync(join(outside, '0.log'))).toBe(false)
  })
  it.skipIf(!isRoot)(`is refused where it is a device, unopened${ROOT}`, async () => {
    const host = node()
    const { request, log, end } = host.task('web')
    mkdirSync(dirname(log), { recursive: true })
    // To open a console is to have it; a number that no driver has fails otherwise.
    execFileSync('mknod', [log, 'c', '511', '511'])
    const refusal = await left(host.io.attach(request))
    end()
    expect([refusal.tag, refusal.said]).toEqual([
      'Denied',
      expect.stringContaining('something that is no file'),
    ])
  })
  it('has times that never go backwards, not even when the clock does', async () => {
    const times = [5_000_000_000n, 5_500_000_000n, 4_000_000_000n, 5_500_000_001n, 1n]
    const host = node({ clock: { now: () => times.shift() ?? 6_000_000_000n } })
    const { request, stdout, log, end } = host.task('web')
    const fd = openSync(stdout, constants.O_RDWR)
    await right(host.io.attach(request))
    for (let n = 1; n <= 6; n += 1) {
      writeSync(fd, `${n}\n`)
      while (linesOf(log).length < n) await new Promise(setImmediate)
    }
    closeSync(fd)
    end()
    await right(host.io.drain('web', patient))
    expect(linesOf(log).map(({ time, content }) => `${content} ${time.slice(17)}`)).toEqual([
      '1 05Z',
      '2 05.5Z',
      '3 05.5Z',
      '4 05.500000001Z',
      '5 05.500000001Z',
      '6 06Z',
    ])
  })
  it('has no time before the last one that somebody else wrote', async () => {
    const host = node({ clock: { now: () => 0n } })
    const task = host.task('web')
    mkdirSync(dirname(task.log), { recursive: true })
    writeFileSync(task.log, '1999-01-01T00:00:00Z stdout F a\n2026-11-23T15:00:00.5+01:00 stderr P b\n')
    await runOnce(host, task, { stdout: 'c\n' })
    expect(linesOf(task.log).at(-1)?.time).toBe('2026-11-23T14:00:00.5Z')
  })
  it.each([
    ['in its content', '2026-11-23T15:00:00Z stdout F hal', ['F whole', 'F hal', 'F after'], 1],
    ['in its header', '2026-11-23T15:00:00Z std', ['F whole', 'F after'], 1],
    ['right after its header', '2026-11-23T15:00:00Z stdout F ', ['F whole', 'F ', 'F after'], 1],
    ['nowhere', '', ['F whole', 'F after'], 0],
  ])('is mended where a crash tore its last line %s', async (_, torn, lines, warnings) => {
    const host = node()
    const task = host.task('web')
    mkdirSync(dirname(task.log), { recursive: true })
    writeFileSync(task.log, `2026-11-23T14:00:00Z stdout F whole\n${torn}`)
    await runOnce(host, task, { stdout: 'after\n' })
    expect(told(task.log)).toEqual(lines)
    expect(host.warnings).toHaveLength(warnings)
  })
  it('is mended where all of it is torn, and where the torn line is longer than anybody looks', async () => {
    const host = node()
    const [first, second] = [host.task('a'), host.task('b')]
    for (const { log } of [first, second]) mkdirSync(dirname(log), { recursive: true })
    writeFileSync(first.log, '2026-11')
    writeFileSync(second.log, `2026-11-23T14:00:00Z stdout F ${'y'.repeat(200_000)}`)
    await runOnce(host, first, { stdout: 'after\n' })
    await runOnce(host, second, { stdout: 'after\n' })
    expect(told(first.log)).toEqual(['F after'])
    expect(told(second.log)).toEqual([`F ${'y'.repeat(200_000)}`, 'F after'])
  })
  it.each([
    ['whole', '\n', ['F after']],
    ['torn', '', ['F after']],
  ])(
    'takes no time from content, where its last line is %s and longer than anybody looks',
    async (_, end, lines) => {
      const host = node({ clock: { now: () => 1_000_000_000n } })
      const task = host.task('web')
      mkdirSync(dirname(task.log), { recursive: true })
      const forged = '9999-12-31T23:59:59Z stdout F '
      writeFileSync(
        task.log,
        `1970-01-01T00:00:00Z stdout F xxx${forged.padEnd(128 * 1024 - end.length, 'y')}${end}`,
      )
      await runOnce(host, task, { stdout: 'after\n' })
      expect(told(task.log).slice(1)).toEqual(lines)
      expect(linesOf(task.log).at(-1)?.time).toBe('1970-01-01T00:00:01Z')
    },
  )
})

describe('rotation', () => {
  it('loses, doubles and splits no line, a hundred times under load', async () => {
    const host = node()
    const { request, stdout, stderr, log, end } = host.task('web')
    const content = numbered(60_000)
    await right(host.io.attach(request))
    let going = true
    const writers = Promise.all([writer(content, stdout), writer(content, stderr)]).then(() => {
      going = false
    })
    const files: string[] = []
    for (let n = 0; n < 100 || going; n += 1) {
      renameSync(log, `${log}.${n}`)
      files.push(`${log}.${n}`)
      await right(host.io.reopen('web'))
    }
    await writers
    end()
    await right(host.io.drain('web', patient))
    const lines = [...files, log].flatMap((file) => linesOf(file))
    expect(written(lines, 'stdout') === content).toBe(true)
    expect(written(lines, 'stderr') === content).toBe(true)
    expect(files.filter((file) => statSync(file).size > 0).length).toBeGreaterThan(1)
  })
  it('leaves the parts of a line together, on both streams under load', async () => {
    // No time goes by: on a busy machine a line may take longer than it is given to end where it began.
    const host = node({ clock: { now: () => 0n } })
    const { request, stdout, stderr, log, end } = host.task('web')
    const long = Array.from({ length: 200 }, (_, n) => `line ${n} ${'x'.repeat(100_000)}\n`).join('')
    await right(host.io.attach(request))
    let going = true
    const writers = Promise.all([writer(long, stdout), writer(long, stderr)]).then(() => {
      going = false
    })
    const files: string[] = []
    for (let seen = 0n; going; seen = host.io.totals().bytes) {
      renameSync(log, `${log}.${files.length}`)
      files.push(`${log}.${files.length}`)
      await right(host.io.reopen('web'))
      // Both streams come to the end of a line meanwhile.
      while (going && host.io.totals().bytes < seen + 1_000_000n) await new Promise(setImmediate)
    }
    await writers
    end()
    await right(host.io.drain('web', patient))
    for (const stream of ['stdout', 'stderr']) {
      const parts = [...files, log].map((file) => linesOf(file).filter((line) => line.stream === stream))
      expect(written(parts.flat(), stream) === long).toBe(true)
      expect(parts.map((of) => of.at(-1)?.tag ?? 'F')).not.toContain('P')
    }
    expect(files.length).toBeGreaterThan(5)
  })
  /** A log that is rotated when the first part of a line is in it; the line is ended when the clock shows `later`. */
  const rotatedWithin = async (later: bigint) => {
    let now = 1_000_000_000n
    const host = node({ maxLine: 8, clock: { now: () => now } })
    const { request, stdout, log, end } = host.task('web')
    const before = openDescriptors()
    await right(host.io.attach(request))
    await writer('12345678and', stdout)
    while (linesOf(log).length < 1) await new Promise(setImmediate)
    renameSync(log, `${log}.old`)
    await right(host.io.reopen('web'))
    const held = openDescriptors() - before
    now += later
    await writer(' the end\nnext\n', stdout)
    while (host.io.totals().lines < 4n) await new Promise(setImmediate)
    await writer('x\n', stdout)
    while (host.io.totals().lines < 5n) await new Promise(setImmediate)
    const letGo = held - (openDescriptors() - before)
    end()
    await right(host.io.drain('web', patient))
    return { letGo, old: told(`${log}.old`), fresh: told(log) }
  }
  it('ends a line where it began, and then lets go of the old file', async () => {
    expect(await rotatedWithin(1_000_000_000n)).toEqual({
      letGo: 1,
      old: ['P 12345678', 'P and the ', 'F end'],
      fresh: ['F next', 'F x'],
    })
  })
  it.each([
    ['when nobody looks there any more', 1_000_000_001n],
    ['when the clock was set back', -1n],
  ])('writes nothing to the old file %s', async (_, later) => {
    expect(await rotatedWithin(later)).toEqual({
      letGo: 1,
      old: ['P 12345678'],
      fresh: ['P and the ', 'F end', 'F next', 'F x'],
    })
  })
  it('keeps no old file for a stream that ended without a newline', async () => {
    const host = node({ maxLine: 8 })
    const stdoutPath = fifo(join(host.pipes, 'short-lived'))
    const { request, log, end } = host.task('web', { stdoutPath })
    await right(host.io.attach(request))
    await writer('12345678and', stdoutPath)
    while (host.io.totals().lines < 2n) await new Promise(setImmediate)
    renameSync(log, `${log}.old`)
    const held = openDescriptors()
    await right(host.io.reopen('web'))
    expect(openDescriptors()).toBeLessThanOrEqual(held)
    end()
    await right(host.io.drain('web', patient))
    expect([told(`${log}.old`), told(log)]).toEqual([['P 12345678', 'P and'], []])
  })
  it('begins a new file while nothing is written', async () => {
    const host = node()
    const { request, log, end, stdout } = host.task('web')
    const before = openDescriptors()
    await right(host.io.attach(request))
    await writer('old\n', stdout)
    while (linesOf(log).length < 1) await new Promise(setImmediate)
    renameSync(log, `${log}.old`)
    await right(host.io.reopen('web'))
    await writer('new\n', stdout)
    end()
    await right(host.io.drain('web', patient))
    expect([told(`${log}.old`), told(log)]).toEqual([['F old'], ['F new']])
    expect(openDescriptors()).toBe(before - 2)
  })
  it('that finds a link in the log’s place writes nothing where that leads', async () => {
    const host = node()
    const { request, log, end, stdout } = host.task('web')
    const outside = join(host.root, 'outside')
    writeFileSync(outside, 'precious')
    await right(host.io.attach(request))
    renameSync(log, `${log}.old`)
    symlinkSync(outside, log)
    expect((await left(host.io.reopen('web'))).tag).toBe('Denied')
    await writer('kept\n', stdout)
    end()
    await right(host.io.drain('web', patient))
    expect([told(`${log}.old`), readFileSync(outside, 'utf8')]).toEqual([['F kept'], 'precious'])
  })
  it('that fails leaves the log where it is', async () => {
    const host = node()
    const { request, log, end, stdout } = host.task('web')
    await right(host.io.attach(request))
    renameSync(log, `${log}.old`)
    mkdirSync(log)
    expect((await left(host.io.reopen('web'))).tag).toBe('Denied')
    await writer('kept\n', stdout)
    end()
    await right(host.io.drain('web', patient))
    expect(told(`${log}.old`)).toEqual(['F kept'])
  })
})

describe(`a disk that is full${ROOT}`, () => {
  /** Holds three pages of content besides what is written in whole ones. */
  const tiny = (): string => {
    const root = folder()
    mount('-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', root)
    return root
  }
  it.skipIf(!isRoot)('holds no container up, tears no line, and is said once', async () => {
    const host = node()
    const root = tiny()
    const log = { root, path: join(root, 'web', '0.log') }
    const task = host.task('web', { log })
    const content = numbered(20_000)
    await runOnce(host, task, { stdout: content })
    const lines = linesOf(log.path)
    expect(content.startsWith(written(lines.slice(0, 1_000), 'stdout'))).toBe(true)
    const { bytes, lines: count, writeErrors, lostBytes } = host.io.totals()
    expect(count).toBe(BigInt(lines.length))
    expect(writeErrors).toBeGreaterThan(0n)
    expect(bytes + lostBytes).toBe(BigInt(content.replaceAll('\n', '').length))
    expect(host.warnings.map((said) => said.replace(/\d+ bytes/, 'n bytes'))).toEqual([
      'container web: its log cannot be written, and what it writes is lost until it can: ENOSPC',
      'container web: its log could not be written to the end; n bytes of it are lost',
    ])
  })
  it.skipIf(!isRoot)('is written again when there is room, and what was lost is said', async () => {
    const host = node()
    const root = tiny()
    const log = { root, path: join(root, 'web', '0.log') }
    const { request, stdout, end } = host.task('web', { log })
    const ballast = join(root, 'ballast')
    await right(host.io.attach(request))
    const content = numbered(20_000)
    await writer(content, stdout)
    while (host.io.totals().bytes + host.io.totals().lostBytes < BigInt(content.replaceAll('\n', '').length))
      await new Promise(setImmediate)
    expect(existsSync(ballast)).toBe(false)
    const before = linesOf(log.path).length
    truncateSync(log.path, 0)
    expect(before).toBeGreaterThan(0)
    await writer('room again\n', stdout)
    end()
    await right(host.io.drain('web', patient))
    expect(told(log.path)).toEqual(['F room again'])
    expect(host.warnings).toHaveLength(2)
    expect(host.warnings[1]).toBe(
      `container web: its log is written again; ${host.io.totals().lostBytes} bytes of it are lost`,
    )
  })
})

describe(`a disk that stands still${NO_DISK}`, () => {
  it.skipIf(NO_DISK !== '')('holds the container up, costs no memory, and loses nothing', async () => {
    const host = node()
    const { root, freeze } = disk()
    const log = { root, path: join(root, 'web', '0.log') }
    const { request, stdout, end } = host.task('web', { log })
    await right(host.io.attach(request))
    const goOn = await freeze()
    const fd = openSync(stdout, constants.O_WRONLY | constants.O_NONBLOCK)
    const page = `${'x'.repeat(63)}\n`.repeat(64)
    let pages = 0
    for (let refused = 0; refused < 100 && pages < 1_000; ) {
      try {
        writeSync(fd, page)
        pages += 1
        refused = 0
      } catch {
        refused += 1
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }
    closeSync(fd)
    // What the pipe holds, what is being written, and at most a line that has no end yet.
    expect(pages * page.length).toBeLessThanOrEqual((64 + 64 + 16) * 1024)
    expect(readFileSync(log.path, 'utf8')).toBe('')
    await goOn()
    const content = numbered(5_000)
    await writer(content, stdout)
    end()
    await right(host.io.drain('web', patient))
    expect(written(linesOf(log.path), 'stdout') === page.repeat(pages) + content).toBe(true)
    expect(host.warnings).toEqual([])
  })
})
