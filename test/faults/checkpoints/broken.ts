import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isRight } from 'fp-ts/lib/Either.js'
import { expect } from 'vitest'
import { entry } from '../../../adapters/fast-check/worlds.js'
import { decodeCheckpoint } from '../../../core/checkpoint.js'
import type { ContainerRow, Report } from '../../../core/report.js'
import { checkpointPath, writeCheckpoint } from '../../lab/checkpoints.js'
import type { Lab } from '../../lab/lab.js'
import { planOn, recoverOn } from '../../real/node.js'
import type { Fault } from '../fault.js'
import { isKept, nodeOf, recovered, statusPath, textOf, worldOf } from '../in-memory.js'
import type { Life, Pods } from '../lives.js'
import { containerOf, type Made, podsOn } from '../on-lab.js'
import { rowOf, stateOf, states, told } from '../told.js'
import { cuts, FORM_NAMES, flips, garbage, named, someFlips } from './forms.js'

/** F8: a checkpoint is empty, cut at any byte, garbage, or has one bit flipped. */

const LIVES = { running: 'running', ended: { ended: 7 } } as const satisfies Record<string, Life>
type LifeName = keyof typeof LIVES

/** How it ended, where the file can be read and says so; the first record of an exit stands. */
const exitIn = (bytes: Buffer): number | null => {
  const read = decodeCheckpoint(bytes.toString())
  return isRight(read) && read.right.status.finishedAt !== 0n ? read.right.status.exitCode : null
}

/** Where the file cannot be read, or says less, the task is believed; a file that says more is not made to say less. */
const expectTrue = (life: LifeName, bytes: Buffer, row: ContainerRow): void => {
  const recorded = exitIn(bytes)
  const what = `${life}, ${bytes.toString('latin1')}`
  if (life === 'ended')
    expect(row, what).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: recorded ?? 7 })
  else expect(row.state, what).toBe(recorded === null ? 'CONTAINER_RUNNING' : 'CONTAINER_UNKNOWN')
}

const counted = (told: readonly string[]): string =>
  [...new Set(told)]
    .toSorted()
    .map((what) => `${what} × ${told.filter((each) => each === what).length}`)
    .join(', ')

/** Every form at once, a container for each. */
const allOf = async (life: LifeName): Promise<string> => {
  const bytes = Buffer.from(textOf('RUNNING'))
  const forms = [...cuts(bytes), ...flips(bytes), ...garbage(bytes)]
  const names = forms.map((_, at) => `c${at}`)
  const pods: Pods = { pod: Object.fromEntries(names.map((name) => [name, LIVES[life]])) }
  const files = forms.map((form, at) => entry(statusPath(`c${at}`), { base64: form.toString('base64') }))
  const world = { ...worldOf(pods), files }
  const node = nodeOf(pods, { files })
  const { containers, fatal } = await recovered(node)
  expect(fatal).toBeNull()
  expect(containers.map(({ id }) => id).toSorted()).toEqual(names.toSorted())
  const after = node.world()
  for (const row of containers) {
    const form = forms[Number(row.id.slice(1))] ?? Buffer.alloc(0)
    expectTrue(life, form, row)
    if (!isRight(decodeCheckpoint(form.toString())))
      expect(isKept(world, after, row.id), `${row.id} is kept`).toBe(true)
  }
  return `${life}, ${forms.length} forms: ${counted(containers.map(stateOf))}`
}

const inMemory = async (): Promise<string> =>
  `${await allOf('running')}; ${await allOf('ended')}; every byte kept`

const PODS = {
  pod: Object.fromEntries(
    FORM_NAMES.flatMap((name): (readonly [string, Life])[] => [
      [name, 'running'],
      [`ended-${name}`, { ended: 7 }],
    ]),
  ),
} satisfies Pods
const NAMES = Object.keys(PODS.pod)
const lifeOf = (name: string): LifeName => (name.startsWith('ended-') ? 'ended' : 'running')

/** What stood in each container's checkpoint before anybody spoiled it. */
type Texts = ReadonlyMap<string, Buffer>

const spoil = async (lab: Lab, made: Made, forms: ReadonlyMap<string, Buffer>): Promise<void> => {
  for (const [name, form] of forms) await writeCheckpoint(lab, containerOf(made, name).id, form)
}

const expectAll = (report: Report, made: Made, forms: ReadonlyMap<string, Buffer>): void => {
  expect(report.fatal).toBeNull()
  for (const [name, form] of forms) expectTrue(lifeOf(name), form, rowOf(report, made.ids, name))
}

/** Cut at every byte, and with a bit of every byte flipped: planned, as many at once as there are containers. */
const planAll = async (lab: Lab, made: Made, texts: Texts): Promise<void> => {
  const perLife = FORM_NAMES.length
  const longest = Math.max(...[...texts.values()].map(({ length }) => length))
  for (let first = 0; first < 2 * longest; first += perLife) {
    const forms = new Map(
      [...texts].flatMap(([name, text], at) => {
        const form = [...cuts(text), ...someFlips(text)][first + (at >> 1)]
        return form === undefined ? [] : [[name, form] as const]
      }),
    )
    await spoil(lab, made, forms)
    expectAll(await planOn(lab), made, forms)
  }
}

/** All files beside a container's checkpoint that were set aside. */
const asideOf = async (lab: Lab, id: string): Promise<readonly Buffer[]> => {
  const folder = dirname(checkpointPath(lab, id))
  const names = (await readdir(folder)).filter((name) => name.startsWith('status.unreadable-'))
  return Promise.all(names.map((name) => readFile(join(folder, name))))
}

const onLab = async (lab: Lab): Promise<string> => {
  const made = await podsOn(lab, PODS)
  const texts: Texts = new Map(
    await Promise.all(
      NAMES.map(
        async (name) => [name, await readFile(checkpointPath(lab, containerOf(made, name).id))] as const,
      ),
    ),
  )
  await planAll(lab, made, texts)
  const forms = new Map(
    FORM_NAMES.flatMap((form) =>
      [form, `ended-${form}`].map((name) => [name, named(texts.get(name) ?? Buffer.alloc(0))[form]] as const),
    ),
  )
  await spoil(lab, made, forms)
  const report = await recoverOn(lab)
  expectAll(report, made, forms)
  for (const [name, form] of forms)
    expect(await asideOf(lab, containerOf(made, name).id), name).toEqual(
      isRight(decodeCheckpoint(form.toString())) ? [] : [form],
    )
  expect(states(await recoverOn(lab), made.ids)).toBe(states(report, made.ids))
  return `planned with every cut and a bit of every byte flipped, each as its task tells; recovered, ${told(report, made.ids)}; every byte kept`
}

export const BROKEN: Fault = {
  id: 'F8',
  says: 'a checkpoint empty, cut at every byte, garbage, one bit flipped',
  expected:
    'its task is believed, what cannot be read is set aside byte for byte, and an exit that can be read stands',
  simulated: {
    made: 'every cut, every bit and a dozen kinds of garbage, a container for each',
    run: inMemory,
  },
  real: {
    made: 'every cut and a bit of every byte, planned; then eight forms at once, recovered',
    run: onLab,
    deadlineMs: 200_000,
  },
}
