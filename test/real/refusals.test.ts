import type { Either } from 'fp-ts/lib/Either.js'
import { expect, it } from 'vitest'
import { answerOf, expectFailure } from '../../adapters/fast-check/contract/files.js'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import type { Report } from '../../core/report.js'
import type { Failure } from '../../ports/failure.js'
import type { Ports } from '../../ports/ports.js'
import { recover } from '../../ports/recover.js'
import { tasks } from '../lab/disturb.js'
import { type Lab, withLab } from '../lab/lab.js'
import { listAll } from '../lab/listing.js'
import { createContainer, exitWith, runContainer, runPod } from '../lab/pods.js'
import { takeSnapshot } from '../lab/snapshot.js'
import { describeOn, onNode, optionsFor, recoverOn, tryRecover } from './node.js'
import { withoutLock } from './recover-story.js'

const makePod = async (lab: Lab) => {
  const pod = await runPod(lab, 'pod')
  await createContainer(lab, pod, 'created')
  return runContainer(lab, pod, 'running')
}

/** In the middle of one recovery another one is tried: it has looked, and has not begun to act. */
const meanwhile = (ports: Ports, other: () => Promise<Either<Failure, Report>>) => {
  const answers: Either<Failure, Report>[] = []
  const list: Ports['tasks']['list'] = (signal) => async () => {
    answers.push(await other())
    return ports.tasks.list(signal)()
  }
  return { ports: { ...ports, tasks: { ...ports.tasks, list } }, answers }
}

describeOn(['1.6', '1.7', '2.1'], 'recover', (line) => {
  it('refuses beside a live CRI plugin, and changes nothing', async () => {
    await withLab({ version: line }, async (lab) => {
      await makePod(lab)
      const look = async () => ({ ...withoutLock(await takeSnapshot(lab)), cri: await listAll(lab) })
      const before = await look()
      expectFailure(await tryRecover(lab), 'AlreadyExists')
      expect(await look()).toEqual(before)
    })
  })

  it('refuses beside another one on the same root, which goes on', async () => {
    await withLab({ version: line }, async (lab) => {
      const running = await makePod(lab)
      await lab.restart(false)
      await exitWith(running, 7)
      await untilTrue('it has stopped', async () =>
        (await tasks(lab)).some(({ id, status }) => id === running.id && status === 'STOPPED'),
      )
      const before = withoutLock(await takeSnapshot(lab))
      await onNode(lab, async (real) => {
        const { ports, answers } = meanwhile(real, async () => {
          const answer = await tryRecover(lab)
          expect(withoutLock(await takeSnapshot(lab))).toEqual(before)
          return answer
        })
        const report = answerOf(await recover(optionsFor(lab))(ports)())
        expect(answers).toHaveLength(1)
        for (const answer of answers) expectFailure(answer, 'AlreadyExists')
        const row = report.containers.find(({ id }) => id === running.id)
        expect(row).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 7 })
      })
      // It has let go of the lock.
      expect((await recoverOn(lab)).fatal).toBeNull()
    })
  })
})
