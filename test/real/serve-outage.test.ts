import { expect, it } from 'vitest'
import { RuntimeServiceService as Cri } from '../../adapters/cri/gen/runtime/v1/services.js'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import { pidOf } from '../lab/disturb.js'
import { type Lab, withLab } from '../lab/lab.js'
import { containerStatus, listAll, untilState } from '../lab/listing.js'
import { exitWith, type LabContainer, type Pod, runContainer, runPod } from '../lab/pods.js'
import { findProcess, isAlive } from '../lab/processes.js'
import { describeOn } from './node.js'
import { type Served, withServe } from './serve-node.js'

/** containerd is killed under a serve, and comes back. */

const ALL = 30
const ENDING = 10
/** Until what lives is watched again, once containerd answers. */
const WATCHED_WITHIN_MS = 5_000

const runMany = async (lab: Lab, pod: Pod, count: number): Promise<readonly LabContainer[]> => {
  const made: LabContainer[] = []
  for (let n = 0; n < count; n += 1) made.push(await runContainer(lab, pod, `c${n}`))
  return made
}

/** A code of its own for each, and never one that a runtime would make up. */
const codeOf = (n: number): number => n + 3

const shown = async (served: Served): Promise<ReadonlyMap<string, string>> =>
  new Map(
    (await listAll(served)).containers.map(({ name, state, exitCode }) => [name, `${state} ${exitCode}`]),
  )

/** What a container's verbose status says of who waits for its exit. */
const isReady = async ({ connection }: Served): Promise<boolean> => {
  const { status } = await connection.call(Cri.status, { verbose: false })
  return status?.conditions.find(({ type }) => type === 'RuntimeReady')?.status === true
}

describeOn(['2.1', '1.7', '1.6'], 'containerd killed and restarted under a serve', (version) => {
  it('ends nobody, loses no exit, and watches on', async () => {
    await withLab({ version, deadlineMs: 150_000 }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const containers = await runMany(lab, pod, ALL)
      const pids = new Map<string, number>()
      for (const container of containers) pids.set(container.name, await pidOf(lab, container))
      await lab.restart(false)
      await withServe(lab, [], async (served) => {
        await lab.containerd.kill('SIGKILL')
        await untilTrue('serve has noticed', async () => !(await isReady(served)))
        const [ending, living] = [containers.slice(0, ENDING), containers.slice(ENDING)]
        for (const [n, container] of ending.entries()) await exitWith(container, codeOf(n))
        for (const [n, { name }] of ending.entries())
          await untilTrue(
            `${name} is known to have ended`,
            async () => (await shown(served)).get(name) === `EXITED ${codeOf(n)}`,
          )
        await lab.start(false)
        await untilTrue('everything is watched again', () => isReady(served), WATCHED_WITHIN_MS)

        const back = await shown(served)
        expect(living.map(({ name }) => back.get(name))).toEqual(living.map(() => 'RUNNING 0'))
        expect(ending.map(({ name }) => back.get(name))).toEqual(ending.map((_, n) => `EXITED ${codeOf(n)}`))
        for (const { name } of living) {
          const process = findProcess(pids.get(name) ?? 0)
          expect(process !== undefined && isAlive(process), `${name} lives`).toBe(true)
        }
        for (const container of living) expect(await pidOf(lab, container)).toBe(pids.get(container.name))

        for (const [n, container] of living.entries()) await exitWith(container, codeOf(n))
        for (const { id } of living) await untilState(served, id, 'EXITED')
        const last = await shown(served)
        expect(living.map(({ name }) => last.get(name))).toEqual(living.map((_, n) => `EXITED ${codeOf(n)}`))
      })
    })
  }, 180_000)

  it('knows the exits of the very moment, or says that they are lost', async () => {
    await withLab({ version, deadlineMs: 150_000 }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const containers = await runMany(lab, pod, ENDING)
      const told: boolean[] = []
      await lab.restart(false)
      await withServe(lab, [], async (served) => {
        for (const [n, container] of containers.entries()) {
          // Some end before containerd does, some after it, and it is back before anybody could settle down.
          const dies = lab.containerd.kill('SIGKILL')
          if (n % 2 === 0) await dies
          await exitWith(container, codeOf(n))
          await dies
          await lab.start(false)
          await untilState(served, container.id, 'EXITED')
          const { exitCode, message } = await containerStatus(served, container.id)
          if (exitCode !== codeOf(n))
            expect([exitCode, message]).toEqual([255, expect.stringMatching(/^The exit happened/)])
          told.push(exitCode === codeOf(n))
        }
        process.stdout.write(
          `of ${ENDING} exits of the very moment, ${told.filter(Boolean).length} are known\n`,
        )
      })
    })
  }, 180_000)
})
