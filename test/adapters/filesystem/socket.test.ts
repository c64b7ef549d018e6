import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { prepareSocket } from '../../../adapters/filesystem/socket.js'
import { folder, isRoot, left, right, until } from './support.js'

/** Somebody who listens until the test is over. */
const listening = async (path: string): Promise<Server> => {
  const server = createServer((socket) => socket.on('error', () => undefined))
  await new Promise<void>((resolve) => server.listen(path, resolve))
  until(() => server.close())
  return server
}

/** A socket that nobody listens on any more, as a process leaves it that was killed. */
const abandon = (path: string): void => {
  const dies =
    'require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))'
  spawnSync(process.execPath, ['-e', dies, path], { timeout: 20_000 })
}

describe('the place of a socket', () => {
  it('is in a folder of its own, which is made for its owner and group only', async () => {
    const path = join(folder(), 'own', 'cri.sock')
    const before = process.umask(0)
    until(() => process.umask(before))
    await right(prepareSocket(path))
    expect((statSync(join(path, '..')).mode & 0o777).toString(8)).toBe('750')
    expect(existsSync(path)).toBe(false)
  })
  it.each(['cri.sock', '', '\0abstract', '@abstract', '/tmp/a\0b', `/${'a'.repeat(107)}`])(
    'is not %j',
    async (path) => {
      expect((await left(prepareSocket(path))).tag).toBe('Denied')
    },
  )
  it('is no folder that others can write to, for they could put theirs in its place', async () => {
    const own = join(folder(), 'own')
    for (const mode of [0o777, 0o1777, 0o752]) {
      mkdirSync(own, { recursive: true })
      chmodSync(own, mode)
      expect(await left(prepareSocket(join(own, 'cri.sock')))).toMatchObject({
        tag: 'Denied',
        said: expect.stringContaining('anybody can write'),
      })
    }
  })
  it.skipIf(!isRoot)(
    'is no folder of somebody else, who could do so as well (skipped: only root can give one away)',
    async () => {
      const own = join(folder(), 'own')
      mkdirSync(own, { mode: 0o750 })
      chownSync(own, 65534, 65534)
      expect(await left(prepareSocket(join(own, 'cri.sock')))).toMatchObject({
        tag: 'Denied',
        said: expect.stringContaining('belongs to somebody else'),
      })
    },
  )
  it('is not below a link, nor where the folder above is missing', async () => {
    const top = folder()
    mkdirSync(join(top, 'elsewhere'))
    symlinkSync(join(top, 'elsewhere'), join(top, 'link'))
    expect((await left(prepareSocket(join(top, 'link', 'cri.sock')))).tag).toBe('Denied')
    expect((await left(prepareSocket(join(top, 'no', 'own', 'cri.sock')))).tag).toBe('NotFound')
  })
  it.each([
    ['a file', (path: string) => writeFileSync(path, 'precious')],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
    ['a link to a socket', (path: string) => symlinkSync('/run/other.sock', path)],
  ])('is not taken from %s', async (_, make) => {
    const path = join(folder(), 'cri.sock')
    make(path)
    const { ino } = lstatSync(path)
    expect((await left(prepareSocket(path))).tag).toBe('Denied')
    expect(lstatSync(path).ino).toBe(ino)
    if (lstatSync(path).isFile()) expect(readFileSync(path, 'utf8')).toBe('precious')
  })
  it('is not taken from somebody who listens', async () => {
    const path = join(folder(), 'cri.sock')
    const server = await listening(path)
    expect((await left(prepareSocket(path))).tag).toBe('AlreadyExists')
    expect([server.listening, lstatSync(path).isSocket()]).toEqual([true, true])
  })
  it('is taken over from somebody who died', async () => {
    const path = join(folder(), 'cri.sock')
    abandon(path)
    expect(lstatSync(path).isSocket()).toBe(true)
    await right(prepareSocket(path))
    expect(existsSync(path)).toBe(false)
  })
})
