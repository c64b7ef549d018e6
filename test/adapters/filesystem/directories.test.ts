import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { at, openDirectory, openDirectoryAt } from '../../../adapters/filesystem/descriptors.js'
import { directories } from '../../../adapters/filesystem/directories.js'
import { walk } from '../../../adapters/filesystem/walk.js'
import { BASES, type Base } from '../../../core/records.js'
import { folder, isRoot, left, mount, NEVER, openBelow, ROOT, right, roots, until } from './support.js'

const CONTAINERS: Base = { of: 'root', kind: 'containers' }

const house = () => {
  const made = roots()
  const port = directories(made)
  return { ...made, port, base: port.path(CONTAINERS) }
}

/** A directory with a file and a directory with a file in it. */
const orphan = (path: string): void => {
  mkdirSync(join(path, 'io', 'deep'), { recursive: true })
  writeFileSync(join(path, 'status'), '{}')
  writeFileSync(join(path, 'io', 'deep', 'file'), '')
}

/** A directory outside with something precious in it. */
const outside = (): string => {
  const path = folder()
  writeFileSync(join(path, 'precious'), 'precious')
  return path
}

describe('listing a base', () => {
  it('names each child with its kind', async () => {
    const { base, port } = house()
    mkdirSync(join(base, 'a'))
    writeFileSync(join(base, 'b'), '')
    symlinkSync('/', join(base, 'c'))
    const entries = [...((await right(port.list(CONTAINERS))) ?? [])].sort((x, y) =>
      x.name < y.name ? -1 : 1,
    )
    expect(entries).toEqual([
      { name: 'a', kind: 'directory' },
      { name: 'b', kind: 'file' },
      { name: 'c', kind: 'symlink' },
    ])
  })

  it('knows four of them, each at its own place', async () => {
    const { root, state, port } = house()
    expect(BASES.map(port.path)).toEqual([
      `${root}/sandboxes`,
      `${state}/sandboxes`,
      `${root}/containers`,
      `${state}/containers`,
    ])
  })

  it('tells a base that is missing from an empty one, and from one that is no directory', async () => {
    const { base, port } = house()
    expect(await right(port.list(CONTAINERS))).toEqual([])
    rmSync(base, { recursive: true })
    expect(await right(port.list(CONTAINERS))).toBeNull()
    writeFileSync(base, '')
    expect(await left(port.list(CONTAINERS))).toMatchObject({ tag: 'Denied' })
  })
})

describe('removing a directory', () => {
  it('removes all that is in it, and nothing beside it', async () => {
    const { base, port, root } = house()
    orphan(join(base, 'gone'))
    orphan(join(base, 'kept'))
    await right(port.remove(CONTAINERS, 'gone', NEVER))
    expect(readdirSync(base)).toEqual(['kept'])
    expect(existsSync(join(base, 'kept', 'io', 'deep', 'file'))).toBe(true)
    expect(openBelow(root)).toBe(0)
  })

  it.each(['../state', '', '.', '..', 'a'.repeat(77), 'a..b', 'a/b'])('refuses the name %j', async (name) => {
    const { port } = house()
    expect(await left(port.remove(CONTAINERS, name, NEVER))).toMatchObject({
      tag: 'Malformed',
      mayHaveHappened: false,
    })
  })

  it('finds nothing where there is nothing', async () => {
    const { base, port } = house()
    expect(await left(port.remove(CONTAINERS, 'gone', NEVER))).toMatchObject({ tag: 'NotFound' })
    rmSync(base, { recursive: true })
    expect(await left(port.remove(CONTAINERS, 'gone', NEVER))).toMatchObject({ tag: 'NotFound' })
  })

  it('refuses a link and a file, and leaves both', async () => {
    const { base, port } = house()
    const precious = outside()
    symlinkSync(precious, join(base, 'link'))
    writeFileSync(join(base, 'file'), '')
    expect(await left(port.remove(CONTAINERS, 'link', NEVER))).toMatchObject({ tag: 'Denied' })
    expect(await left(port.remove(CONTAINERS, 'file', NEVER))).toMatchObject({ tag: 'Denied' })
    expect(readdirSync(base).sort()).toEqual(['file', 'link'])
    expect(readdirSync(precious)).toEqual(['precious'])
  })

  it('removes a link inside, not what it points at', async () => {
    const { base, port } = house()
    const precious = outside()
    orphan(join(base, 'gone'))
    symlinkSync(precious, join(base, 'gone', 'io', 'link'))
    await right(port.remove(CONTAINERS, 'gone', NEVER))
    expect(readdirSync(base)).toEqual([])
    expect(readdirSync(precious)).toEqual(['precious'])
  })

  it('removes names that are no UTF-8', async () => {
    const { base, port } = house()
    mkdirSync(join(base, 'gone'))
    const odd = Buffer.concat([Buffer.from(`${base}/gone/`), Buffer.from([0xff, 0xfe, 0x0a])])
    mkdirSync(odd)
    writeFileSync(Buffer.concat([odd, Buffer.from('/'), Buffer.from([0xc3])]), '')
    await right(port.remove(CONTAINERS, 'gone', NEVER))
    expect(readdirSync(base)).toEqual([])
  })

  it('goes down 1 200 levels with a handful of descriptors', async () => {
    const { base, root, port } = house()
    mkdirSync(join(base, 'gone'))
    let here = await openDirectory(join(base, 'gone'))
    for (let n = 0; n < 1200; n++) {
      await mkdir(at(here, 'deeper'))
      const child = await openDirectoryAt(here, 'deeper')
      await here.close()
      here = child
    }
    await here.close()
    let most = 0
    const sampling = setInterval(() => {
      most = Math.max(most, openBelow(root))
    }, 5)
    await right(port.remove(CONTAINERS, 'gone', NEVER))
    clearInterval(sampling)
    expect(readdirSync(base)).toEqual([])
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThanOrEqual(4)
  }, 30_000)

  it('stops when it is given up, and tells that part of it may be gone', async () => {
    const { base, root, port } = house()
    mkdirSync(join(base, 'gone'))
    for (let n = 0; n < 500; n++) writeFileSync(join(base, 'gone', `${n}`), '')
    const early = new AbortController()
    early.abort()
    expect(await left(port.remove(CONTAINERS, 'gone', early.signal))).toMatchObject({
      tag: 'TimedOut',
      mayHaveHappened: false,
    })
    expect(readdirSync(join(base, 'gone'))).toHaveLength(500)
    const controller = new AbortController()
    const removing = left(port.remove(CONTAINERS, 'gone', controller.signal))
    while (readdirSync(join(base, 'gone')).length === 500) await new Promise(setImmediate)
    controller.abort()
    expect(await removing).toMatchObject({ tag: 'TimedOut', mayHaveHappened: true })
    expect(openBelow(root)).toBe(0)
  })

  it.skipIf(!isRoot)(`refuses a directory with a mount inside, and removes nothing${ROOT}`, async () => {
    const { base, port } = house()
    const precious = outside()
    orphan(join(base, 'gone'))
    const place = join(base, 'gone', 'io', 'a b')
    mkdirSync(place)
    mount('--bind', precious, place)
    expect(await left(port.remove(CONTAINERS, 'gone', NEVER))).toMatchObject({
      tag: 'Denied',
      said: `something is mounted at ${place}; nothing was removed`,
      mayHaveHappened: false,
    })
    expect(readdirSync(join(base, 'gone')).sort()).toEqual(['io', 'status'])
    expect(readFileSync(join(precious, 'precious'), 'utf8')).toBe('precious')
  })

  it.skipIf(!isRoot)(`refuses a mount point, and a mount on a file inside${ROOT}`, async () => {
    const { base, port } = house()
    const precious = outside()
    mkdirSync(join(base, 'mounted'))
    mount('--bind', precious, join(base, 'mounted'))
    expect(await left(port.remove(CONTAINERS, 'mounted', NEVER))).toMatchObject({
      tag: 'Denied',
      said: `something is mounted at ${join(base, 'mounted')}; nothing was removed`,
    })
    orphan(join(base, 'gone'))
    mount('--bind', join(precious, 'precious'), join(base, 'gone', 'status'))
    expect(await left(port.remove(CONTAINERS, 'gone', NEVER))).toMatchObject({
      tag: 'Denied',
      said: `something is mounted at ${join(base, 'gone', 'status')}; nothing was removed`,
    })
    expect(existsSync(join(base, 'gone', 'io', 'deep', 'file'))).toBe(true)
    expect(readdirSync(precious)).toEqual(['precious'])
  })

  it.skipIf(!isRoot)(`is not held up by a mount beside it whose name begins alike${ROOT}`, async () => {
    const { base, port } = house()
    orphan(join(base, 'gone'))
    mkdirSync(join(base, 'gone-2'))
    mount('--bind', outside(), join(base, 'gone-2'))
    await right(port.remove(CONTAINERS, 'gone', NEVER))
    expect(readdirSync(base)).toEqual(['gone-2'])
  })

  it('never leaves the tree, whoever swaps a directory for a link meanwhile', async () => {
    const { base, port } = house()
    const precious = outside()
    for (let n = 0; n < 50; n++) writeFileSync(join(precious, `${n}`), '')
    // Swaps as fast as it can: the directory aside, a link to the precious in its place, and back.
    const swapper = spawn(
      process.execPath,
      [
        '-e',
        `const fs = require('node:fs')
         const [base, precious] = process.argv.slice(1)
         const place = base + '/gone/io', aside = base + '/gone/aside'
         process.stdout.write('begun')
         for (;;) for (const step of [
           () => fs.renameSync(place, aside),
           () => fs.symlinkSync(precious, place),
           () => fs.unlinkSync(place),
           () => fs.renameSync(aside, place),
         ]) try { step() } catch {}`,
        base,
        precious,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const ended = once(swapper, 'exit')
    until(() => swapper.kill('SIGKILL'))
    await once(swapper.stdout, 'data')
    const answers = new Map<string, number>()
    const made = folder()
    for (const start = Date.now(); Date.now() - start < 2500; ) {
      // Whole trees come and go by one rename, so that the swapper always finds a directory to swap.
      mkdirSync(join(made, 'new', 'io'), { recursive: true })
      for (let n = 0; n < 10; n++) writeFileSync(join(made, 'new', 'io', `${n}`), '')
      renameSync(join(made, 'new'), join(base, 'gone'))
      const answer = await port.remove(CONTAINERS, 'gone', NEVER)()
      const tag = answer._tag === 'Left' ? answer.left.tag : 'removed'
      answers.set(tag, (answers.get(tag) ?? 0) + 1)
      expect(readdirSync(precious)).toHaveLength(51)
      if (existsSync(join(base, 'gone')))
        renameSync(join(base, 'gone'), join(made, `left-${answers.get(tag)}-${tag}`))
    }
    swapper.kill('SIGKILL')
    await ended
    expect(answers.get('removed') ?? 0).toBeGreaterThan(0)
    expect(answers.get('Denied') ?? 0).toBeGreaterThan(0)
  }, 20_000)
})

describe('a walk', () => {
  it('stops where it is when it is given up', async () => {
    const path = folder()
    orphan(join(path, 'top'))
    const base = await openDirectory(path)
    until(() => void base.close())
    const controller = new AbortController()
    let met = 0
    const meet = async () => {
      met++
      controller.abort()
    }
    const walking = walk(base, Buffer.from('top'), { entry: meet, left: meet }, controller.signal)
    await expect(walking).rejects.toThrow('given up')
    expect(met).toBe(1)
  })

  it('does not go back to another directory when the one it is in is moved away', async () => {
    const path = folder()
    const elsewhere = outside()
    mkdirSync(join(path, 'top', 'middle', 'inner'), { recursive: true })
    writeFileSync(join(path, 'top', 'middle', 'inner', 'file'), '')
    const base = await openDirectory(path)
    until(() => void base.close())
    const removed: string[] = []
    const walking = walk(
      base,
      Buffer.from('top'),
      {
        entry: async () => renameSync(join(path, 'top', 'middle', 'inner'), join(elsewhere, 'inner')),
        left: async (_, name) => void removed.push(name.toString()),
      },
      NEVER,
    )
    await expect(walking).rejects.toThrow('top/middle/inner: it was moved meanwhile')
    expect(removed).toEqual([])
  })

  it.skipIf(!isRoot)(`does not enter a mount that appears after it began${ROOT}`, async () => {
    const path = folder()
    const precious = outside()
    for (const name of ['a', 'b']) mkdirSync(join(path, 'top', name), { recursive: true })
    const base = await openDirectory(path)
    until(() => void base.close())
    const met: string[] = []
    let done = false
    const walking = walk(
      base,
      Buffer.from('top'),
      {
        entry: async (_, name) => void met.push(name.toString()),
        left: async (_, name) => {
          if (!done) mount('--bind', precious, join(path, 'top', name.toString() === 'a' ? 'b' : 'a'))
          done = true
        },
      },
      NEVER,
    )
    await expect(walking).rejects.toThrow(/^top\/[ab]: something is mounted there$/)
    expect(met).toEqual([])
  })
})
