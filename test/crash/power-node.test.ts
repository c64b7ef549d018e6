import { afterAll, describe, expect, it } from 'vitest'
import type { Case } from '../../adapters/fast-check/laws/case.js'
import { type Evidence, recoverTwice } from '../../adapters/fast-check/laws/evidence.js'
import { checkpointAt } from '../../adapters/fast-check/laws/files.js'
import { lossless, monotone, setAside } from '../../adapters/fast-check/laws/of-checkpoints.js'
import { LAWS } from '../../adapters/fast-check/laws/predicates.js'
import { NOW } from '../../adapters/fast-check/seen.js'
import { CHECKPOINTS, TASKS, type TaskForm, worldOf } from '../../adapters/fast-check/worlds.js'
import type { World } from '../../adapters/memory/index.js'
import { newSwitch } from '../../ports/signal.js'
import { beforeWrite } from '../support/worse.js'
import { plainly, remembering, type Wiring } from './histories.js'
import { exitKnown, exitOn, leftoversIn } from './lost.js'
import { type Cut, cutsIn, type Recorded } from './power-node.js'
import { operationsOf } from './recorded.js'

/** A node whose power goes while it is recovered, once or twice, is recovered as if it had only been rebooted. */

const FORMS: readonly (readonly [string, TaskForm])[] = Object.entries(TASKS)

/** What the cut itself must not do. */
const lostBy = (before: World, { world: after, isDeleted }: Cut, { first }: Evidence): readonly string[] => {
  const one: Case = {
    run: { ...first, before, after, log: [] },
    id: 'web',
    was: checkpointAt(before, 'web'),
    is: checkpointAt(after, 'web'),
    row: undefined,
    calls: [],
  }
  const breaches = [setAside, lossless, monotone].flatMap((law) => law(one) ?? [])
  const due = isDeleted ? exitKnown('safe', before) : exitOn(before)
  return due === null || exitOn(after) === due ? breaches : [...breaches, `exit ${due} is gone`]
}

/** What the recovery after it must come to. */
const lostAfter = ({ world }: Cut, evidence: Evidence): readonly string[] => {
  const { after, report } = evidence.first
  const row = report.containers.find(({ id }) => id === 'web')
  const known = exitOn(world)
  return [
    ...LAWS.flatMap(({ id, breaches }) => breaches(evidence).map((breach) => `${id}: ${breach}`)),
    ...leftoversIn(after),
    ...(known !== null && row?.exitCode !== known ? [`exit ${known} is shown as ${row?.exitCode}`] : []),
  ]
}

interface Followed {
  readonly count: number
  readonly lost: readonly string[]
}

/** Follows every power cut in a recovery of a world, and every other in the recovery after it. */
const follower = (recorded: Recorded, wiring: Wiring): ((world: World) => Promise<Followed>) => {
  const evidenceOf = remembering((world) => recoverTwice(world))
  const cutsOf = remembering((world) => cutsIn(world, recorded, wiring))
  const follow = remembering(async (before: World): Promise<Followed> => {
    const lost: string[] = []
    const cuts = await cutsOf(before)
    for (const cut of cuts) {
      const evidence = await evidenceOf(cut.world)
      const found = [...lostBy(before, cut, evidence), ...lostAfter(cut, evidence)]
      lost.push(...found.map((what) => `after ${cut.at}: ${what}`))
    }
    return { count: cuts.length, lost }
  })
  return async (world) => {
    const first = await follow(world)
    const all = [first]
    for (const { world: left } of await cutsOf(world)) all.push(await follow(left))
    const lost = [...new Set(all.flatMap((one) => one.lost))]
    return { count: all.reduce((sum, { count }) => sum + count, 0), lost }
  }
}

describe('a node whose power goes, and goes again', () => {
  const followCuts = follower(operationsOf, plainly)
  let followed = 0
  it.each(FORMS)('loses nothing that was on disk: task %s', async (_, form) => {
    for (const [checkpoint, files] of Object.entries(CHECKPOINTS)) {
      const { count, lost } = await followCuts(worldOf(form, files, NOW))
      followed += count
      expect(lost, checkpoint).toEqual([])
    }
  })
  it('in more than thirty thousand histories', () => {
    expect(followed).toBeGreaterThan(30_000)
  })
  afterAll(() => {
    process.stdout.write(`${followed} histories of one power cut or two\n`)
  })
})

const patient = newSwitch().signal

/** Deletes the task, and only then writes its exit down. */
const deletingFirst: Wiring = ({ ports }) =>
  beforeWrite(({ tasks }, id) => tasks.delete(id, patient)())(ports)

const without =
  (op: 'sync' | 'sync-directory' | 'link'): Recorded =>
  (name) =>
    operationsOf(name).filter((each) => each.op !== op)

describe('a recovery that is worse is caught', () => {
  it.each<[string, keyof typeof CHECKPOINTS, Recorded, Wiring]>([
    ['deletes a task before its exit is on disk', 'running', operationsOf, deletingFirst],
    ['does not sync the file', 'running', without('sync'), plainly],
    ['does not sync the directory', 'running', without('sync-directory'), plainly],
    ['sets nothing aside', 'garbage', without('link'), plainly],
  ])('that %s', async (_, checkpoint, recorded, wiring) => {
    const world = worldOf(TASKS.stopped, CHECKPOINTS[checkpoint], NOW)
    expect((await follower(operationsOf, plainly)(world)).lost).toEqual([])
    expect((await follower(recorded, wiring)(world)).lost).not.toEqual([])
  })
})
