import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { checkpoints } from '../../../adapters/filesystem/checkpoints.js'
import { compiled } from './compiled.js'
import { folder, isRoot, left, mount, openBelow, ROOT, right, roots, until } from './support.js'

/** A container `web-1` with its directory; `path` is its status file. */
const container = () => {
  const { root, state } = roots()
  const directory = join(root, 'containers', 'web-1')
  mkdirSync(directory)
  return { root, state, directory, path: join(directory, 'status'), port: checkpoints({ root, state }) }
}

const INVALID = ['../x', '', '.', '..', 'a'.repeat(77), 'a..b', 'a/b', '.a', 'a\0b', 'a\n']

describe('reading a checkpoint', () => {
  it('gives its text', async () => {
    const { path, port } = container()
    writeFileSync(path, '{"Version":"v1"}')
    expect(await right(port.read('web-1'))).toEqual({ kind: 'text', text: '{"Version":"v1"}' })
  })

  it('gives an empty file as an empty text', async () => {
    const { path, port } = container()
    writeFileSync(path, '')
    expect(await right(port.read('web-1'))).toEqual({ kind: 'text', text: '' })
  })

  it('keeps a byte order mark and replaces bytes that are no UTF-8', async () => {
    const { path, port } = container()
    writeFileSync(path, Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x62]))
    expect(await right(port.read('web-1'))).toEqual({ kind: 'text', text: '\uFEFFa\uFFFDb' })
  })

  it('tells a missing file from a missing directory and a missing base', async () => {
    const { root, port } = container()
    expect(await right(port.read('web-1'))).toEqual({ kind: 'missing', directory: true })
    expect(await right(port.read('web-2'))).toEqual({ kind: 'missing', directory: false })
    rmSync(root, { recursive: true })
    expect(await right(port.read('web-1'))).toEqual({ kind: 'missing', directory: false })
  })

  it('does not follow a link in place of the file', async () => {
    const { path, port } = container()
    symlinkSync('/etc/passwd', path)
    expect(await right(port.read('web-1'))).toEqual({ kind: 'not-a-file', what: 'symlink' })
  })

  it('does not follow a link in place of the directory', async () => {
    const { root, directory, port } = container()
    writeFileSync(join(directory, 'status'), 'secret')
    symlinkSync(directory, join(root, 'containers', 'web-2'))
    expect(await right(port.read('web-2'))).toEqual({
      kind: 'unreadable',
      why: 'not a directory (ENOTDIR)',
    })
  })

  it('does not wait for a FIFO, however many there are', async () => {
    const { path, port } = container()
    execFileSync('mkfifo', [path])
    const seen = await Promise.all(Array.from({ length: 16 }, () => right(port.read('web-1'))))
    expect(new Set(seen.map((file) => JSON.stringify(file)))).toEqual(
      new Set(['{"kind":"not-a-file","what":"fifo"}']),
    )
  })

  it('tells a directory and a socket in its place', async () => {
    const { path, port } = container()
    mkdirSync(path)
    expect(await right(port.read('web-1'))).toEqual({ kind: 'not-a-file', what: 'directory' })
    rmSync(path, { recursive: true })
    const server = createServer().listen(path)
    await once(server, 'listening')
    expect(await right(port.read('web-1'))).toEqual({ kind: 'not-a-file', what: 'socket' })
    await new Promise((resolve) => server.close(resolve))
  })

  it.skipIf(!isRoot)(`tells a device in its place without opening it${ROOT}`, async () => {
    const { path, port } = container()
    // No driver has this number: opening it would fail with ENXIO.
    execFileSync('mknod', [path, 'c', '240', '77'])
    expect(await right(port.read('web-1'))).toEqual({ kind: 'not-a-file', what: 'device' })
  })

  it('reads 1 MiB and not a byte more, and no sparse GiB', async () => {
    const { path, port } = container()
    writeFileSync(path, 'x'.repeat(1 << 20))
    expect(await right(port.read('web-1'))).toHaveProperty('text.length', 1 << 20)
    truncateSync(path, (1 << 20) + 1)
    expect(await right(port.read('web-1'))).toEqual({ kind: 'too-large', bytes: (1n << 20n) + 1n })
    truncateSync(path, 2 ** 30)
    expect(await right(port.read('web-1'))).toEqual({ kind: 'too-large', bytes: 1n << 30n })
  })

  it.skipIf(!isRoot)(
    'tells that it may not read (skipped unless root, who alone can give up rights)',
    async () => {
      const { path, port } = container()
      writeFileSync(path, 'x', { mode: 0o600 })
      process.seteuid?.(65534)
      until(() => process.seteuid?.(0))
      expect(await right(port.read('web-1'))).toEqual({
        kind: 'unreadable',
        why: 'permission denied (EACCES)',
      })
    },
  )

  it.each(INVALID)('refuses the identifier %j unopened, as every request does', async (id) => {
    const { port } = container()
    const requests = [
      port.read(id),
      port.write(id, ''),
      port.setAside(id, 1n),
      port.makeDirectory(id),
      port.sweep(id),
    ]
    for (const request of requests)
      expect(await left<unknown>(request)).toMatchObject({ tag: 'Malformed', mayHaveHappened: false })
  })

  it.skipIf(!isRoot)(`fails without /proc, where all would look missing${ROOT}`, () => {
    const { root, state, path } = container()
    writeFileSync(path, '{}')
    const script = join(folder(), 'reader.mjs')
    writeFileSync(
      script,
      `import { filesystem } from ${JSON.stringify(compiled())}
       const { checkpoints } = filesystem(${JSON.stringify({ root, state })})
       console.log(JSON.stringify(await checkpoints.read('web-1')()))`,
    )
    const inside = `mount -t tmpfs none /proc && exec '${process.execPath}' '${script}'`
    const answer = execFileSync('unshare', ['--mount', 'sh', '-c', inside], { encoding: 'utf8' })
    expect(JSON.parse(answer)).toMatchObject({
      left: { tag: 'Unavailable', said: '/proc is not mounted' },
    })
  })

  it('leaves no descriptor open', async () => {
    const { root, path, directory, port } = container()
    writeFileSync(path, 'x')
    await right(port.read('web-1'))
    await right(port.write('web-1', 'y'))
    await right(port.setAside('web-1', 1n))
    await right(port.sweep('web-1'))
    await right(port.makeDirectory('web-1'))
    rmSync(path)
    mkdirSync(path)
    await right(port.read('web-1'))
    await left(port.write('web-1', 'y'))
    rmSync(directory, { recursive: true })
    await left(port.write('web-1', 'y'))
    expect(openBelow(root)).toBe(0)
  })
})

describe('writing a checkpoint', () => {
  it('replaces the file by one that only its owner can read, whatever the umask', async () => {
    const { path, directory, port } = container()
    writeFileSync(path, 'old', { mode: 0o644 })
    const before = process.umask(0o777)
    until(() => process.umask(before))
    await right(port.write('web-1', 'new'))
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(statSync(path).mode & 0o7777).toBe(0o600)
    expect(readdirSync(directory)).toEqual(['status'])
  })

  it('replaces a link and leaves alone what it points at', async () => {
    const { path, port } = container()
    const elsewhere = join(folder(), 'precious')
    writeFileSync(elsewhere, 'precious')
    symlinkSync(elsewhere, path)
    await right(port.write('web-1', 'new'))
    expect(lstatSync(path).isFile()).toBe(true)
    expect(readFileSync(elsewhere, 'utf8')).toBe('precious')
  })

  it('is refused by a directory in its place, and leaves nothing behind', async () => {
    const { path, directory, port } = container()
    mkdirSync(path)
    expect(await left(port.write('web-1', 'new'))).toMatchObject({ tag: 'Denied', mayHaveHappened: false })
    expect(readdirSync(directory)).toEqual(['status'])
  })

  it('does not make a directory that is missing, nor go through a link in its place', async () => {
    const { root, directory, port } = container()
    expect(await left(port.write('web-2', 'new'))).toMatchObject({ tag: 'NotFound' })
    symlinkSync(directory, join(root, 'containers', 'web-3'))
    expect(await left(port.write('web-3', 'new'))).toMatchObject({ tag: 'Denied' })
    expect(readdirSync(directory)).toEqual([])
  })

  it.skipIf(!isRoot)(`keeps the old file on a full disk, and leaves nothing behind${ROOT}`, async () => {
    const { root, path, directory, port } = container()
    mount('-t', 'tmpfs', '-o', 'size=16k', 'none', join(root, 'containers'))
    mkdirSync(directory)
    writeFileSync(path, 'old')
    expect(await left(port.write('web-1', 'x'.repeat(32_768)))).toMatchObject({
      tag: 'Exhausted',
      said: 'no space left on device (ENOSPC)',
      mayHaveHappened: false,
    })
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(directory)).toEqual(['status'])
  })

  it.skipIf(!isRoot)(`tells a read-only disk${ROOT}`, async () => {
    const { root, directory, port } = container()
    mount('-t', 'tmpfs', '-o', 'size=16k', 'none', join(root, 'containers'))
    mkdirSync(directory)
    execFileSync('mount', ['-o', 'remount,ro', join(root, 'containers')])
    expect(await left(port.write('web-1', 'new'))).toMatchObject({
      tag: 'Denied',
      said: 'read-only file system (EROFS)',
    })
  })

  it('tells that a directory cannot be changed', async (context) => {
    const { directory, path, port } = container()
    writeFileSync(path, 'old')
    try {
      execFileSync('chattr', ['+i', directory], { stdio: 'ignore' })
    } catch {
      context.skip('this file system, or this user, knows no immutable directories')
    }
    until(() => execFileSync('chattr', ['-i', directory]))
    expect(await left(port.write('web-1', 'new'))).toMatchObject({ tag: 'Denied', mayHaveHappened: false })
    expect(await left(port.setAside('web-1', 1n))).toMatchObject({ tag: 'Denied' })
    expect(readFileSync(path, 'utf8')).toBe('old')
  })

  it('shows a reader the old or the new text, and nothing else', async () => {
    const { port } = container()
    await right(port.write('web-1', 'a'.repeat(20_000)))
    let writing = true
    const writer = (async () => {
      for (let n = 0; n < 100; n++) await right(port.write('web-1', (n % 2 ? 'a' : 'b').repeat(20_000)))
      writing = false
    })()
    const seen = new Set<string>()
    while (writing) {
      const file = await right(port.read('web-1'))
      seen.add(
        file.kind === 'text'
          ? `${file.text.slice(0, 1)}${new Set(file.text).size}${file.text.length}`
          : file.kind,
      )
    }
    await writer
    expect([...seen].sort()).toEqual(['a120000', 'b120000'])
  })

  it('leaves a whole file when it is killed, and no more than can be swept', async () => {
    const { root, state, path, directory, port } = container()
    const script = join(folder(), 'writer.mjs')
    const index = compiled()
    writeFileSync(
      script,
      `import { filesystem } from ${JSON.stringify(index)}
       const { checkpoints } = filesystem(${JSON.stringify({ root, state })})
       for (let n = 0; ; n++) {
         await checkpoints.write('web-1', String(n % 10).repeat(50_000))()
         if (n === 0) console.log('begun')
       }`,
    )
    let left = 0
    // Until one was interrupted: otherwise the test shows nothing.
    for (let n = 0; n < 8 || left === 0; n++) {
      const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
      const ended = once(child, 'exit')
      await once(child.stdout, 'data')
      await sleep((n % 8) * 3)
      child.kill('SIGKILL')
      await ended
      left += readdirSync(directory).length - 1
      expect(readFileSync(path, 'utf8')).toMatch(/^(\d)\1{49999}$/)
      await right(port.sweep('web-1'))
      expect(readdirSync(directory)).toEqual(['status'])
    }
  }, 120_000)
})

describe('what is on disk', () => {
  /** Tells `seen` of each file that is synced, just before; an error that it throws is the disk's. */
  const watchSyncs = async (seen: (path: string) => void): Promise<void> => {
    const handle = await open('/')
    const type: FileHandle = Object.getPrototypeOf(handle)
    await handle.close()
    const original = type.sync
    const spy = vi.spyOn(type, 'sync').mockImplementation(async function (this: FileHandle) {
      seen(readlinkSync(`/proc/self/fd/${this.fd}`))
      await original.call(this)
    })
    until(() => spy.mockRestore())
  }

  it('is the new file before it is in its place, and its place before the write is done', async () => {
    const { path, directory, port } = container()
    writeFileSync(path, 'old')
    const synced: string[] = []
    await watchSyncs((file) => synced.push(`${file} with ${readFileSync(path, 'utf8')} in place`))
    await right(port.write('web-1', 'new'))
    expect(synced).toEqual([
      expect.stringMatching(/\/web-1\/\.tmp-status\d+ with old in place$/),
      `${directory} with new in place`,
    ])
  })

  it('is the second name before it is told, and a new directory’s name', async () => {
    const { root, path, directory, port } = container()
    writeFileSync(path, 'old')
    const synced: string[] = []
    await watchSyncs((file) => synced.push(`${file}: ${readdirSync(file).sort()}`))
    await right(port.setAside('web-1', 1n))
    await right(port.makeDirectory('web-2'))
    expect(synced).toEqual([
      `${directory}: status,status.unreadable-1`,
      `${join(root, 'containers')}: web-1,web-2`,
    ])
  })

  it('is the old file where the disk fails before, and perhaps the new one where it fails after', async () => {
    const { path, directory, port } = container()
    writeFileSync(path, 'old')
    let failing = /\.tmp-status/
    await watchSyncs((file) => {
      if (failing.test(file)) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
    })
    expect(await left(port.write('web-1', 'new'))).toMatchObject({ tag: 'Exhausted', mayHaveHappened: false })
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(directory)).toEqual(['status'])
    failing = /web-1$/
    expect(await left(port.write('web-1', 'new'))).toMatchObject({ mayHaveHappened: true })
    expect(readdirSync(directory)).toEqual(['status'])
  })

  it('is all there can be where a file system syncs no directories', async () => {
    const { path, port } = container()
    await watchSyncs((file) => {
      if (file.endsWith('web-1')) throw Object.assign(new Error('EINVAL'), { code: 'EINVAL' })
    })
    await right(port.write('web-1', 'new'))
    expect(readFileSync(path, 'utf8')).toBe('new')
  })
})

describe('setting a checkpoint aside', () => {
  it('gives the same file a second name', async () => {
    const { path, directory, port } = container()
    const bytes = Buffer.from([0, 255, 254, 10])
    writeFileSync(path, bytes)
    expect(await right(port.setAside('web-1', 1795445431431213697n))).toBe(
      'status.unreadable-1795445431431213697',
    )
    await right(port.write('web-1', 'new'))
    expect(readFileSync(join(directory, 'status.unreadable-1795445431431213697'))).toEqual(bytes)
    expect(readFileSync(path, 'utf8')).toBe('new')
  })

  it('takes another name where one is taken, and never the place of what has it', async () => {
    const { path, directory, port } = container()
    writeFileSync(path, 'second')
    writeFileSync(join(directory, 'status.unreadable-5'), 'first')
    expect(await right(port.setAside('web-1', 5n))).toBe('status.unreadable-5-1')
    expect(readFileSync(join(directory, 'status.unreadable-5'), 'utf8')).toBe('first')
    for (let n = 1; n < 8; n++) writeFileSync(join(directory, `status.unreadable-6-${n}`), '')
    writeFileSync(join(directory, 'status.unreadable-6'), '')
    rmSync(path)
    writeFileSync(path, 'third')
    expect(await left(port.setAside('web-1', 6n))).toMatchObject({ tag: 'AlreadyExists' })
  })

  it('tells the name that the file has already, however often it is asked', async () => {
    const { path, directory, port } = container()
    writeFileSync(path, 'broken')
    linkSync(path, join(directory, 'unrelated'))
    expect(await right(port.setAside('web-1', 1n))).toBe('status.unreadable-1')
    expect(await right(port.setAside('web-1', 2n))).toBe('status.unreadable-1')
    expect(readdirSync(directory).sort()).toEqual(['status', 'status.unreadable-1', 'unrelated'])
  })

  it('keeps a link as a link', async () => {
    const { path, directory, port } = container()
    const elsewhere = join(folder(), 'precious')
    writeFileSync(elsewhere, 'precious')
    symlinkSync(elsewhere, path)
    await right(port.setAside('web-1', 1n))
    expect(lstatSync(join(directory, 'status.unreadable-1')).isSymbolicLink()).toBe(true)
  })

  it('cannot keep a directory, and finds no file that is missing', async () => {
    const { path, directory, port } = container()
    expect(await left(port.setAside('web-1', 1n))).toMatchObject({ tag: 'NotFound' })
    mkdirSync(path)
    expect(await left(port.setAside('web-1', 1n))).toMatchObject({ tag: 'Denied' })
    expect(readdirSync(directory)).toEqual(['status'])
  })
})

describe('the directory of a container', () => {
  it('is made where it is missing, and may stand already', async () => {
    const { root, port } = container()
    await right(port.makeDirectory('web-2'))
    await right(port.makeDirectory('web-2'))
    expect(statSync(join(root, 'containers', 'web-2')).mode & 0o777).toBe(0o755 & ~process.umask())
  })

  it('is not made without its base, nor where something else stands', async () => {
    const { root, directory, port } = container()
    writeFileSync(join(root, 'containers', 'file'), '')
    symlinkSync(directory, join(root, 'containers', 'link'))
    expect(await left(port.makeDirectory('file'))).toMatchObject({ tag: 'Denied' })
    expect(await left(port.makeDirectory('link'))).toMatchObject({ tag: 'Denied' })
    rmSync(join(root, 'containers'), { recursive: true })
    expect(await left(port.makeDirectory('web-2'))).toMatchObject({ tag: 'NotFound' })
  })

  it('is swept of what interrupted writes left, ours and containerd’s, and of nothing else', async () => {
    const { directory, path, port } = container()
    writeFileSync(path, '{}')
    for (const name of ['.tmp-status1', '.tmp-status4294967295', '.tmp-status012345678'])
      writeFileSync(join(directory, name), 'half')
    const kept = ['.tmp-status', '.tmp-statusx', '.tmp-status1x', 'x.tmp-status1', '.tmp-status12345678901']
    for (const name of kept) writeFileSync(join(directory, name), '')
    mkdirSync(join(directory, '.tmp-status7'))
    symlinkSync('/etc/passwd', join(directory, '.tmp-status8'))
    expect(await right(port.sweep('web-1'))).toBe(3)
    expect(readdirSync(directory).sort()).toEqual([...kept, '.tmp-status7', '.tmp-status8', 'status'].sort())
    expect(await right(port.sweep('web-1'))).toBe(0)
  })

  it('has nothing to be swept where it is missing', async () => {
    const { port } = container()
    expect(await right(port.sweep('web-2'))).toBe(0)
  })
})
