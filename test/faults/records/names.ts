import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect } from 'vitest'
import { rightOf } from '../../../adapters/fast-check/either.js'
import { options } from '../../../adapters/fast-check/options.js'
import type { World } from '../../../adapters/memory/index.js'
import { CONTAINER_METADATA, SANDBOX_METADATA } from '../../../core/metadata.js'
import type { Report } from '../../../core/report.js'
import { plan } from '../../../ports/recover.js'
import { checkpointPath } from '../../lab/checkpoints.js'
import { tasks } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { readRecord, setExtension } from '../../lab/records.js'
import { planOn, recoverOn } from '../../real/node.js'
import type { Fault } from '../fault.js'
import { idsIn, nodeOf, recovered, worldOf } from '../in-memory.js'
import type { Pods } from '../lives.js'
import { containerOf, type Made, podsOn } from '../on-lab.js'
import { type Ids, rowOf, told } from '../told.js'

/** F13: two that claim one name, and records whose metadata says that they are somebody else. */

const PODS = {
  first: { web: 'running', rival: 'created', stranger: 'running' },
  second: { other: 'running' },
  third: { last: 'running' },
} as const satisfies Pods

interface Claim {
  readonly of: string
  readonly key: typeof CONTAINER_METADATA | typeof SANDBOX_METADATA
  readonly field: 'Name' | 'ID'
  readonly from: string
}

const CLAIMS: readonly Claim[] = [
  { of: 'rival', key: CONTAINER_METADATA, field: 'Name', from: 'web' },
  { of: 'stranger', key: CONTAINER_METADATA, field: 'ID', from: 'web' },
  { of: 'second', key: SANDBOX_METADATA, field: 'Name', from: 'first' },
  { of: 'third', key: SANDBOX_METADATA, field: 'ID', from: 'first' },
]

// The record's own fields come first; those of its config come after.
const fieldOf = (text: string, field: string): string =>
  new RegExp(`"${field}":"([^"]*)"`).exec(text)?.[1] ?? ''
const claimed = (text: string, field: string, value: string): string =>
  text.replace(`"${field}":"${fieldOf(text, field)}"`, `"${field}":"${value}"`)

/** One name, one holder; the loser is shown without one, and everybody under its own id. */
const expectShown = (report: Report, ids: Ids): void => {
  expect(report.fatal).toBeNull()
  expect(rowOf(report, ids, 'web').name).not.toBeNull()
  expect(rowOf(report, ids, 'rival')).toMatchObject({ name: null, state: 'CONTAINER_CREATED' })
  const sandbox = (name: string) => report.sandboxes.find(({ id }) => id === ids.get(name))
  expect(sandbox('first')?.name).not.toBeNull()
  expect(sandbox('second')).toMatchObject({ name: null, state: 'SANDBOX_READY' })
  for (const row of [rowOf(report, ids, 'stranger'), sandbox('third')])
    expect(row?.problems.map(({ code }) => code)).toEqual(expect.arrayContaining(['metadata-id']))
  for (const name of ['web', 'stranger', 'other', 'last'])
    expect(rowOf(report, ids, name).state, name).toBe('CONTAINER_RUNNING')
}

const tell = (report: Report, reference: Report, ids: Ids): string => {
  expectShown(report, ids)
  return `${told(report, ids)}; containerd’s own would not start, at stage ${reference.fatal?.stage}`
}

const IDS = idsIn(PODS)

const claimIn = (world: World, { of, key, field, from }: Claim): World => {
  const value = (id: string): string =>
    world.containers.find((record) => record.id === id)?.extensions.get(key)?.value ?? ''
  const wanted = fieldOf(value(from), field)
  return {
    ...world,
    containers: world.containers.map((record) => {
      const own = record.extensions.get(key)
      if (record.id !== of || own === undefined) return record
      const extension = { ...own, value: claimed(own.value, field, wanted) }
      return { ...record, extensions: new Map([[key, extension]]) }
    }),
  }
}

const inMemory = async (): Promise<string> => {
  const whole = worldOf(PODS)
  const { containers } = CLAIMS.reduce(claimIn, whole)
  const node = nodeOf(PODS, { containers })
  const reference = rightOf(await plan(options({ profile: 'reference' }))(node.ports)())
  const report = await recovered(node)
  expect(node.world().tasks).toEqual(whole.tasks)
  const last = await recovered(nodeOf(PODS))
  return `${tell(report, reference, IDS)}; once each says what it is, ${told(last, IDS)}`
}

const metadataOf = async (lab: Lab, id: string, key: string) => {
  const own = (await readRecord(lab, id)).extensions.get(key)
  if (own === undefined) throw new Error(`${id} has no ${key}`)
  return { own, text: Buffer.from(own.value).toString() }
}

/** Writes the claim into containerd's record; answers how to take it back. */
const claimOn = async (
  lab: Lab,
  { ids }: Made,
  { of, key, field, from }: Claim,
): Promise<() => Promise<void>> => {
  const id = ids.get(of) ?? ''
  const wanted = fieldOf((await metadataOf(lab, ids.get(from) ?? '', key)).text, field)
  const { own, text } = await metadataOf(lab, id, key)
  await setExtension(lab, id, key, { ...own, value: Buffer.from(claimed(text, field, wanted)) })
  return () => setExtension(lab, id, key, own)
}

const onLab = async (lab: Lab): Promise<string> => {
  const made = await podsOn(lab, PODS)
  const back: (() => Promise<void>)[] = []
  for (const claim of CLAIMS) back.push(await claimOn(lab, made, claim))
  const before = await tasks(lab)
  const reference = await planOn(lab, { profile: 'reference' })
  const report = await recoverOn(lab)
  expect(await tasks(lab)).toEqual(before)
  const folders = [...made.containers.keys()].map((name) =>
    dirname(checkpointPath(lab, containerOf(made, name).id)),
  )
  expect(folders.filter((folder) => !existsSync(folder))).toEqual([])
  for (const each of back) await each()
  const last = await recoverOn(lab)
  return `${tell(report, reference, made.ids)}; once each says what it is, ${told(last, made.ids)}`
}

export const NAMES_TWICE: Fault = {
  id: 'F13',
  says: 'names twice; a metadata ID that is not the record’s',
  expected:
    'a set winner (what lives, then what is older), the loser shown without a name, everybody under its own id, nothing deleted',
  simulated: {
    made: 'a container and a pod with another’s name, one of each with another’s ID',
    run: inMemory,
  },
  real: {
    made: 'a container and a pod with another’s name, one of each with another’s ID, by containerd’s own API',
    run: onLab,
  },
}
