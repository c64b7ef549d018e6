import { connect } from '../../adapters/containerd/index.js'
import { type ContainerdFixture, describeContainerd } from '../contract/containerd.js'
import { BUSYBOX_IMAGE } from '../lab/config.js'
import { createTask } from '../lab/created-task.js'
import { tasks } from '../lab/disturb.js'
import { type Lab, withLab } from '../lab/lab.js'
import { createContainer, exitWith, runContainer, runPod } from '../lab/pods.js'
import { untilTrue } from '../lab/wait.js'
import { describeOn } from './node.js'

const EXIT = 3

/** Read by containerd's own client, past what is tested. */
const imageOf = async (lab: Lab): Promise<ContainerdFixture['image']> => {
  const document = async (digest: string) => JSON.parse(await lab.ctr('content', 'get', digest))
  const line = (await lab.ctr('images', 'ls', `name==${BUSYBOX_IMAGE}`)).trim().split('\n').at(-1) ?? ''
  const digest = /sha256:[0-9a-f]{64}/.exec(line)?.[0] ?? ''
  const target = await document(digest)
  const manifest = target.manifests === undefined ? target : await document(target.manifests[0].digest)
  const { rootfs } = await document(manifest.config.digest)
  return { name: BUSYBOX_IMAGE, digest, content: digest, snapshotter: 'overlayfs', diffIds: rootfs.diff_ids }
}

const fixtureOf = async (lab: Lab): Promise<Omit<ContainerdFixture, 'cleanup'>> => {
  const pod = await runPod(lab, 'pod')
  const running = await runContainer(lab, pod, 'running')
  const created = await createContainer(lab, pod, 'created')
  const stopped = await runContainer(lab, pod, 'stopped')
  // The CRI plugin would delete the tasks of both.
  await lab.restart(false)
  await createTask(lab, created)
  await exitWith(stopped, EXIT)
  await untilTrue('the task has stopped', async () =>
    (await tasks(lab)).some(({ id, status }) => id === stopped.id && status === 'STOPPED'),
  )
  return {
    ports: connect({ socket: lab.address, namespace: 'k8s.io' }),
    version: lab.version.version,
    pod: pod.id,
    running: running.id,
    created: created.id,
    stopped: stopped.id,
    absent: 'absent',
    exitStatus: EXIT,
    image: await imageOf(lab),
    end: (exitStatus) => exitWith(running, exitStatus),
    sever: () => lab.containerd.kill('SIGKILL'),
  }
}

/** A lab lasts as long as the body that it is lent to: this one's waits for the fixture's cleanup. */
const make = (version: string): Promise<ContainerdFixture> =>
  new Promise((resolve, reject) => {
    let release = (): void => undefined
    const released = new Promise<void>((done) => {
      release = done
    })
    const gone = withLab({ version }, async (lab) => {
      const fixture = await fixtureOf(lab)
      const cleanup = async (): Promise<void> => {
        release()
        await gone
      }
      resolve({ ...fixture, cleanup })
      await released
    })
    gone.catch(reject)
  })

describeOn(['1.6', '2.1'], 'the ports', (line) => {
  describeContainerd('real', () => make(line))
})
