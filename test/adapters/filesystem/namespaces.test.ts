import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { namespaces } from '../../../adapters/filesystem/namespaces.js'
import { folder, isRoot, left, mount, ROOT, right, until } from './support.js'

describe('a network namespace', () => {
  it.skipIf(!isRoot)(`is open where it is mounted, and stale once it is not${ROOT}`, async () => {
    const path = join(folder(), 'cni-1')
    writeFileSync(path, '')
    expect(await right(namespaces.status(path))).toBe('stale')
    mount('--bind', '/proc/self/ns/net', path)
    expect(await right(namespaces.status(path))).toBe('open')
  })

  it('is open at a process that has it, by a link too, and missing at one that is gone', async () => {
    const link = join(folder(), 'link')
    symlinkSync('/proc/self/ns/net', link)
    expect(await right(namespaces.status('/proc/self/ns/net'))).toBe('open')
    expect(await right(namespaces.status(link))).toBe('open')
    expect(await right(namespaces.status('/proc/4194305/ns/net'))).toBe('missing')
  })

  it('is missing where nothing is, nothing can be, or a link leads nowhere', async () => {
    const path = folder()
    writeFileSync(join(path, 'file'), '')
    symlinkSync('nowhere', join(path, 'link'))
    for (const name of ['none', 'none/below', 'file/below', 'link'])
      expect(await right(namespaces.status(join(path, name)))).toBe('missing')
    expect(await right(namespaces.status(''))).toBe('missing')
  })

  it('is stale where anything else is, and nothing is waited for', async () => {
    const path = folder()
    execFileSync('mkfifo', [join(path, 'fifo')])
    mkdirSync(join(path, 'directory'))
    symlinkSync('loop', join(path, 'loop'))
    for (const place of ['fifo', 'directory', 'loop'].map((name) => join(path, name)))
      expect(await right(namespaces.status(place))).toBe('stale')
    expect(await right(namespaces.status('/proc/version'))).toBe('stale')
    expect(await right(namespaces.status('/dev/null'))).toBe('stale')
  })

  it('is not judged by a path that cannot be looked at', async () => {
    expect(await left(namespaces.status('/run/a\0b'))).toMatchObject({
      tag: 'Malformed',
      mayHaveHappened: false,
    })
    if (!isRoot) return
    const path = folder()
    mkdirSync(join(path, 'closed'), { mode: 0o700 })
    process.seteuid?.(65534)
    until(() => process.seteuid?.(0))
    expect(await left(namespaces.status(join(path, 'closed', 'ns')))).toMatchObject({ tag: 'Denied' })
  })
})
