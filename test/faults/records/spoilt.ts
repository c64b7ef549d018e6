import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import type { World, WorldSandbox } from '../../../adapters/memory/index.js'
import { CONTAINER_METADATA, SANDBOX_METADATA } from '../../../core/metadata.js'
import type { ContainerRecord } from '../../../core/records.js'
import type { Report } from '../../../core/report.js'
import { checkpointPath } from '../../lab/checkpoints.js'
import { tasks } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { dropExtension, readRecord, setExtension } from '../../lab/records.js'
import { recoverOn } from '../../real/node.js'
import type { Fault } from '../fault.js'
import { effects, idsIn, nodeOf, recovered, statusPath, worldOf } from '../in-memory.js'
import { containerOf, type Made, podOf, podsOn } from '../on-lab.js'
import { type Ids, rowOf, states, told } from '../told.js'
import { SPOILT, SPOILT_PODS, type SpoiltName, TARGETS } from './extensions.js'

/** F12: a record without the metadata by which the CRI knows what it is. */

const NAMES = TARGETS.map(([name]) => name)

/** Nothing is decided about them, and nobody else notices: not even the container of a pod that is spoilt. */
const expectShown = (report: Report, ids: Ids): void => {
  expect(report.fatal).toBeNull()
  for (const name of NAMES) {
    const row = rowOf(report, ids, name)
    expect(row, name).toMatchObject({ state: 'CONTAINER_UNKNOWN', name: null, rule: null, actions: [] })
    expect(
      row.problems.map(({ code }) => code),
      name,
    ).toContain('metadata-unreadable')
  }
  expect(rowOf(report, ids, 'web').state).toBe('CONTAINER_RUNNING')
  expect(rowOf(report, ids, 'job')).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 7 })
  expect(rowOf(report, ids, 'child').state).toBe('CONTAINER_RUNNING')
}

/** With the metadata back, everything is known that was known before. */
const expectWhole = (report: Report, ids: Ids): void => {
  for (const name of NAMES)
    if (name.endsWith('-ended'))
      expect(rowOf(report, ids, name), name).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 9 })
    else expect(rowOf(report, ids, name).state, name).toBe('CONTAINER_RUNNING')
}

const IDS = idsIn(SPOILT_PODS)

const spoil = (record: ContainerRecord, how: SpoiltName, key: string): ContainerRecord => {
  const own = record.extensions.get(key)
  const spoilt = own === undefined ? null : SPOILT[how](own)
  return { ...record, extensions: new Map(spoilt === null ? [] : [[key, spoilt]]) }
}

const spoiltWorld = (world: World): World => ({
  ...world,
  containers: world.containers.map((record) => {
    if (record.id === 'nobody') return spoil(record, 'garbage', SANDBOX_METADATA)
    const how = TARGETS.find(([name]) => name === record.id)?.[1]
    return how === undefined ? record : spoil(record, how, CONTAINER_METADATA)
  }),
})

/** A containerd with a sandbox store, as 2.x has, keeps a pod's metadata a second time. */
const withStore = async (whole: World): Promise<string> => {
  const own = whole.containers.find(({ id }) => id === 'nobody')?.extensions.get(SANDBOX_METADATA)
  const stored: WorldSandbox = {
    id: 'nobody',
    sandboxer: 'podsandbox',
    createdAt: whole.now,
    extensions: new Map(own === undefined ? [] : [['metadata', own]]),
    controller: null,
  }
  const report = await recovered(nodeOf(SPOILT_PODS, { ...spoiltWorld(whole), sandboxStore: [stored] }))
  expectShown(report, IDS)
  return `where a sandbox store has it too, ${told(report, new Map([['nobody', 'nobody']]))}`
}

const inMemory = async (): Promise<string> => {
  const whole = worldOf(SPOILT_PODS)
  const node = nodeOf(SPOILT_PODS, spoiltWorld(whole))
  const report = await recovered(node)
  expectShown(report, IDS)
  for (const name of [...NAMES, 'nobody'])
    expect(
      effects(node).filter((effect) => effect.endsWith(` ${name}`)),
      name,
    ).toEqual([])
  const after = node.world()
  for (const name of NAMES)
    expect(after.files).toContainEqual(whole.files.find(({ path }) => path === statusPath(name)))
  const last = await recovered(nodeOf(SPOILT_PODS, { ...after, containers: whole.containers }))
  expectWhole(last, IDS)
  return `${told(report, IDS)}; ${await withStore(whole)}; with their metadata back, ${states(last, IDS)}`
}

/** Spoils one record; answers how to take it back. */
const spoilOn = async (lab: Lab, id: string, key: string, how: SpoiltName): Promise<() => Promise<void>> => {
  const own = (await readRecord(lab, id)).extensions.get(key)
  if (own === undefined) throw new Error(`${id} has no ${key}`)
  const spoilt = SPOILT[how]({ typeUrl: own.typeUrl, value: Buffer.from(own.value).toString() })
  if (spoilt === null) await dropExtension(lab, id, key)
  else await setExtension(lab, id, key, { typeUrl: spoilt.typeUrl, value: Buffer.from(spoilt.value) })
  return () => setExtension(lab, id, key, own)
}

const spoilAll = async (lab: Lab, made: Made): Promise<() => Promise<void>> => {
  const back = [await spoilOn(lab, podOf(made, 'nobody').id, SANDBOX_METADATA, 'garbage')]
  for (const [name, how] of TARGETS)
    back.push(await spoilOn(lab, containerOf(made, name).id, CONTAINER_METADATA, how))
  return async () => {
    for (const each of back) await each()
  }
}

const onLab = async (lab: Lab): Promise<string> => {
  const made = await podsOn(lab, SPOILT_PODS)
  const repair = await spoilAll(lab, made)
  const look = async () => ({
    files: await Promise.all(
      NAMES.map((name) => readFile(checkpointPath(lab, containerOf(made, name).id), 'utf8')),
    ),
    tasks: (await tasks(lab)).filter(({ id }) => id !== made.ids.get('job')),
  })
  const before = await look()
  const report = await recoverOn(lab)
  expectShown(report, made.ids)
  expect(await look()).toEqual(before)
  await repair()
  const last = await recoverOn(lab)
  expectWhole(last, made.ids)
  return `${told(report, made.ids)}; with their metadata back, ${states(last, made.ids)}`
}

export const SPOILT_RECORDS: Fault = {
  id: 'F12',
  says: 'an extension missing, of a wrong type, garbage',
  expected:
    'UNKNOWN and shown, with its task, its file and its directories left alone; known again once it is repaired',
  simulated: {
    made: 'six ways, beside a running task and a stopped one; and a pod without metadata',
    run: inMemory,
  },
  real: {
    made: 'six ways by containerd’s own API, beside a running task and a stopped one; and a pod’s made garbage',
    run: onLab,
  },
}
