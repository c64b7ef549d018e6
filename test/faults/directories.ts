import { expect } from 'vitest'
import { entryAt } from '../../adapters/fast-check/laws/files.js'
import { entry } from '../../adapters/fast-check/worlds.js'
import { simulate } from '../../adapters/memory/index.js'
import type { Ports } from '../../ports/ports.js'
import type { Fault } from './fault.js'
import * as real from './real/directories.js'
import { RESTS, RUNS, recovered, worldOf } from './stage.js'
import { orphanWords } from './telling.js'

/** Directories of nobody, and what in them must not be touched. */

const KNOWN = { a: RUNS, b: RESTS, c: RESTS }
const OUTSIDE = entry('outside/precious', { text: 'precious' })

/** As somebody saw it who looked before it was swapped. */
const listedAsDirectory = (ports: Ports, name: string): Ports => ({
  ...ports,
  directories: {
    ...ports.directories,
    list: (base) => async () => {
      const listed = await ports.directories.list(base)()
      if (listed._tag === 'Left' || listed.right === null) return listed
      const entries = listed.right.map((each) =>
        each.name === name ? ({ ...each, kind: 'directory' } as const) : each,
      )
      return { ...listed, right: entries }
    },
  },
})

const links = async (): Promise<string> => {
  const files = [
    OUTSIDE,
    entry('containers/linking/link', { kind: 'symlink' }),
    entry('containers/itself', { kind: 'symlink' }),
    entry('containers/swapped', { kind: 'symlink' }),
  ]
  const node = simulate(worldOf(KNOWN, { files }))
  const report = await recovered(node, listedAsDirectory(node.ports, 'swapped'))
  const left = ['linking/link', 'itself', 'swapped'].filter((path) =>
    entryAt(node.world(), `containers/${path}`),
  )
  expect(left).toEqual(['itself', 'swapped'])
  expect(entryAt(node.world(), OUTSIDE.path)).toEqual(OUTSIDE)
  return `${orphanWords(report)}: the one with a link in it; a link itself and one swapped in are kept; what is outside is intact`
}

const mounted = async (): Promise<string> => {
  const inside = entry('containers/mounted/below/precious', { text: 'precious' })
  const old = entry('containers/old/status', { text: 'old' })
  const mounts = [{ in: 'root', path: 'containers/mounted/below' } as const]
  const node = simulate(worldOf(KNOWN, { files: [inside, old], mounts }))
  const report = await recovered(node)
  expect([entryAt(node.world(), inside.path), entryAt(node.world(), old.path)]).toEqual([inside, undefined])
  return `${orphanWords(report)}: the one with a mount in it is kept, its contents intact`
}

export const F17: Fault = {
  id: 'F17',
  says: 'a symlink in an orphan base, and one swapped in during the walk',
  expected: 'a link is removed as a link or kept, and is never a way: what is outside is intact',
  simulated: {
    made: 'a link in an orphan, a link in its place, and one that was listed as a directory',
    run: links,
  },
  real: {
    made: 'a link in an orphan, a link in its place, one swapped in before the removal; another process that swaps a folder in it for a link and back without pause',
    run: real.links,
  },
}

export const F18: Fault = {
  id: 'F18',
  says: 'a mount inside an orphan',
  expected: 'it is kept and said, its contents intact, and others are removed',
  simulated: { made: 'something is mounted two levels below an orphan', run: mounted },
  real: { made: 'a bind mount two levels below an orphan', run: real.mounted },
}
