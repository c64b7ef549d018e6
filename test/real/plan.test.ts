import { expect, it } from 'vitest'
import { each } from '../../ports/each.js'
import { type Lab, withLab } from '../lab/lab.js'
import { listAll, untilState } from '../lab/listing.js'
import { createContainer, type Pod, runContainer, runPod } from '../lab/pods.js'
import { takeSnapshot } from '../lab/snapshot.js'
import { describeOn, planOn } from './node.js'

/** CRI_RECOVER_SCALE says how many containers; by default as many as the project promises to plan for. */
const howMany = (line: string): number =>
  Number(process.env['CRI_RECOVER_SCALE'] ?? (line === '2.1' ? 300 : 60))

const PER_POD = 25
const AT_ONCE = 6

const range = (length: number): readonly number[] => Array.from({ length }, (_, at) => at)

type State = 'RUNNING' | 'CREATED' | 'EXITED'

/** One of three kinds, by turns. */
const makeOne = async (lab: Lab, pod: Pod, at: number): Promise<readonly [string, State]> => {
  const name = `c${at}`
  if (at % 3 === 0) return [(await createContainer(lab, pod, name)).id, 'CREATED']
  if (at % 3 === 1) return [(await runContainer(lab, pod, name)).id, 'RUNNING']
  const { id } = await runContainer(lab, pod, name, ['/bin/sh', '-c', 'echo done; exit 3'])
  await untilState(lab, id, 'EXITED')
  return [id, 'EXITED']
}

const makeMany = async (lab: Lab, count: number): Promise<ReadonlyMap<string, State>> => {
  const pods = await each(AT_ONCE, range(Math.ceil(count / PER_POD)), (at) => runPod(lab, `p${at}`))
  const made = await each(AT_ONCE, range(count), (at) => {
    const pod = pods[at % pods.length]
    if (pod === undefined) throw new Error('no pods')
    return makeOne(lab, pod, at)
  })
  return new Map(made)
}

/** Everything that could have been changed: files, logs, tasks, and what the CRI says. */
const look = async (lab: Lab) => ({ ...(await takeSnapshot(lab)), listing: await listAll(lab) })

const looking = async (lab: Lab, line: string, expected: ReadonlyMap<string, State>): Promise<void> => {
  const begin = performance.now()
  const report = await planOn(lab)
  const took = Math.round(performance.now() - begin)
  process.stderr.write(`plan of ${expected.size} containers on containerd ${line}: ${took} ms\n`)
  expect(report.fatal).toBeNull()
  expect(new Map(report.containers.map(({ id, state }) => [id, state?.replace('CONTAINER_', '')]))).toEqual(
    expected,
  )
  expect(
    report.containers.filter(({ state }) => state === 'CONTAINER_EXITED').map((c) => c.exitCode),
  ).toEqual([...expected.values()].filter((state) => state === 'EXITED').map(() => 3))
  expect(new Set(report.sandboxes.map(({ state }) => state))).toEqual(new Set(['SANDBOX_READY']))
  expect(report.orphans).toEqual([])
}

describeOn(['1.6', '2.1'], 'plan beside a live CRI plugin', (line) => {
  it('tells every container as it is, and changes nothing', async () => {
    await withLab({ version: line, deadlineMs: 250_000 }, async (lab) => {
      const expected = await makeMany(lab, howMany(line))
      const before = await look(lab)
      expect(before.listing.containers).toHaveLength(expected.size)
      await looking(lab, line, expected)
      expect(await look(lab)).toEqual(before)
      await planOn(lab, { profile: 'reference' })
      expect(await look(lab)).toEqual(before)
    })
  })
})
