import { join } from 'node:path'
import { describeShims, type ShimsFixture } from '../../adapters/fast-check/contract/shims.js'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import { live } from '../../adapters/live.js'
import { createTask } from '../lab/created-task.js'
import { shimOf, tasks } from '../lab/disturb.js'
import type { Lab } from '../lab/lab.js'
import { createContainer, exitWith, OBEDIENT, runContainer, runPod, tell } from '../lab/pods.js'
import { signal, untilDead } from '../lab/processes.js'
import { suspend } from '../lab/stopped.js'
import { lent } from './lent-lab.js'
import { describeOn } from './node.js'

const EXIT = 3

const fixtureOf = async (lab: Lab): Promise<Omit<ShimsFixture, 'cleanup'>> => {
  const [pod, other] = [await runPod(lab, 'pod'), await runPod(lab, 'other')]
  const running = await runContainer(lab, pod, 'running', OBEDIENT, { memory: 32n << 20n })
  const created = await createContainer(lab, pod, 'created')
  const stopped = await runContainer(lab, pod, 'stopped')
  const beside = await runContainer(lab, other, 'beside')
  // The CRI plugin would delete the tasks of both.
  await lab.restart(false)
  await createTask(lab, created)
  await exitWith(stopped, EXIT)
  await untilTrue('the task has stopped', async () =>
    (await tasks(lab)).some(({ id, status }) => id === stopped.id && status === 'STOPPED'),
  )
  await lab.containerd.kill('SIGKILL')
  const shim = shimOf(lab, pod)
  const { address, criRoot: root, criState: state } = lab
  return {
    shims: live({ address, namespace: 'k8s.io', root, state }).ports.shims,
    bundles: [pod, other, running, created, stopped, beside].map(({ id }) => id),
    running: running.id,
    created: created.id,
    stopped: stopped.id,
    beside: beside.id,
    absent: 'absent',
    exitStatus: EXIT,
    nowhere: join(lab.dir, 'nobody'),
    end: (exitStatus) => exitWith(running, exitStatus),
    starve: () => tell(running, 'exec tail /dev/zero'),
    hang: () => suspend(shim),
    killShim: async () => {
      signal(shim, 'SIGKILL')
      await untilDead(shim)
    },
  }
}

describeOn(['1.6', '1.7', '2.1'], 'the shims', (line) => {
  describeShims('real', () => lent(line, fixtureOf))
})
