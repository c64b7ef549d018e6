import { readFileSync } from 'node:fs'
import * as t from 'io-ts'
import { rightOf } from '../../adapters/fast-check/either.js'
import { applyAll, type Disk, diskWith, type Found, settled } from './disk.js'
import { Operation } from './operations.js'

/** What the file system's adapter asks of a disk, call by call, as `test/real/writes.test.ts` records it. */

export const OLD = 'old'
export const NEW = 'new'
export const ASIDE = 'web/status.unreadable-1'
export const TEMPORARY = 'web/.tmp-status1'

/** One call of the port about the container `web`, and on which files. */
interface Situation {
  /** The port's call and what it is given after the id */
  readonly call:
    | readonly ['write', string]
    | readonly ['setAside', string]
    | readonly ['makeDirectory']
    | readonly ['sweep']
  /** As of `diskWith`, below the folder of all containers */
  readonly files: Readonly<Record<string, string | null>>
  /** Second names of files, by the first */
  readonly links?: Readonly<Record<string, string>>
}

const CHECKPOINT = { web: null, 'web/status': OLD }

export const SITUATIONS = {
  'write over a checkpoint': { call: ['write', NEW], files: CHECKPOINT },
  'write the first checkpoint': { call: ['write', NEW], files: { web: null } },
  'write where a directory stands': {
    call: ['write', NEW],
    files: { web: null, 'web/status': null },
  },
  'set aside': { call: ['setAside', '1'], files: CHECKPOINT },
  'set aside again': { call: ['setAside', '2'], files: CHECKPOINT, links: { 'web/status': ASIDE } },
  'make the directory': { call: ['makeDirectory'], files: {} },
  'make a directory that is there': { call: ['makeDirectory'], files: CHECKPOINT },
  sweep: { call: ['sweep'], files: { ...CHECKPOINT, [TEMPORARY]: '{', 'web/.tmp-statusX': '', [ASIDE]: '' } },
  'sweep what is clean': { call: ['sweep'], files: CHECKPOINT },
} as const satisfies Readonly<Record<string, Situation>>

export type Name = keyof typeof SITUATIONS
export const NAMES = Object.keys(SITUATIONS) as readonly Name[]

export const situation = (name: Name): Situation => SITUATIONS[name]

export const diskOf = ({ files, links = {} }: Situation): Disk =>
  settled(
    applyAll(
      diskWith(files),
      Object.entries(links).map(([path, to]): Operation => ({ op: 'link', path, to })),
    ),
  )

export const GOLDEN = new URL('writes.json', import.meta.url)

const recorded = rightOf(
  t.record(t.string, t.readonlyArray(Operation)).decode(JSON.parse(readFileSync(GOLDEN, 'utf8'))),
)

export const operationsOf = (name: Name): readonly Operation[] => {
  const found = recorded[name]
  if (found === undefined) throw new Error(`nothing is recorded of: ${name}`)
  return found
}

/** The recorded operations of a call, with other texts and names in the place of the recorded ones. */
export const filled = (
  asked: readonly Operation[],
  texts: Readonly<Record<string, string>>,
): readonly Operation[] =>
  asked.map((each) => {
    if (each.op === 'write') return { ...each, text: texts[each.text] ?? each.text }
    return each.op === 'link' ? { ...each, to: texts[each.to] ?? each.to } : each
  })

/** What a write is recorded as, by what stands in the checkpoint's place. */
export const writeOver = (stands: Found | undefined): Name => {
  if (stands === undefined) return 'write the first checkpoint'
  return stands === 'directory' ? 'write where a directory stands' : 'write over a checkpoint'
}
