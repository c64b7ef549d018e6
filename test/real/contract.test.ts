import { join } from 'node:path'
import { expect, it } from 'vitest'
import { connect } from '../../adapters/containerd/index.js'
import { type ContainerdFixture, describeContainerd } from '../../adapters/fast-check/contract/containerd.js'
import { describeEvents, type EventsFixture } from '../../adapters/fast-check/contract/events.js'
import { answerOf, calm, expectFailure } from '../../adapters/fast-check/contract/files.js'
import { describeSnapshots, type SnapshotsFixture } from '../../adapters/fast-check/contract/snapshots.js'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import type { Watch } from '../../ports/tasks.js'
import { BUSYBOX_IMAGE } from '../lab/config.js'
import { createTask } from '../lab/created-task.js'
import { killProcess, pidOf, tasks } from '../lab/disturb.js'
import { type Lab, withLab } from '../lab/lab.js'
import { createContainer, exitWith, OBEDIENT, type Pod, runContainer, runPod, tell } from '../lab/pods.js'
import { lent } from './lent-lab.js'
import { describeOn } from './node.js'

const EXIT = 3

type Made<F> = Omit<F, 'cleanup'>

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

const fixtureOf = async (lab: Lab): Promise<Made<ContainerdFixture>> => {
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

const eventsOf = async (lab: Lab): Promise<Made<EventsFixture>> => {
  const pod = await runPod(lab, 'pod')
  const running = await runContainer(lab, pod, 'running', OBEDIENT, { memory: 32n << 20n })
  await lab.restart(false)
  const elsewhere = async (...args: readonly string[]) => {
    await lab.ctr('--namespace', 'elsewhere', ...args)
  }
  const archive = join(lab.dir, 'image.tar')
  await lab.ctr('images', 'export', archive, BUSYBOX_IMAGE)
  await elsewhere('images', 'import', archive)
  return {
    events: connect({ socket: lab.address, namespace: 'k8s.io' }).events,
    running: running.id,
    starve: () => tell(running, 'exec tail /dev/zero'),
    images: {
      create: async (name) => void (await lab.ctr('images', 'tag', BUSYBOX_IMAGE, name)),
      update: async (name) => void (await lab.ctr('images', 'label', name, 'changed=1')),
      delete: async (name) => void (await lab.ctr('images', 'rm', name)),
    },
    createElsewhere: (name) => elsewhere('images', 'tag', BUSYBOX_IMAGE, name),
    sever: () => lab.containerd.kill('SIGKILL'),
  }
}

const snapshotsOf = async (lab: Lab): Promise<Made<SnapshotsFixture>> => {
  const pod = await runPod(lab, 'pod')
  await runContainer(lab, pod, 'running', ['/bin/sh', '-c', 'echo text > /file; exec sleep 1000'])
  const lines = (await lab.ctr('snapshots', 'usage', '-b')).trim().split('\n').slice(1)
  return {
    snapshots: connect({ socket: lab.address, namespace: 'k8s.io' }).snapshots,
    snapshotter: 'overlayfs',
    usage: lines.map((line) => {
      const [key = '', bytes = '', inodes = ''] = line.trim().split(/\s+/)
      return { key, bytes: BigInt(bytes), inodes: BigInt(inodes) }
    }),
    folder: join(lab.root, 'io.containerd.snapshotter.v1.overlayfs'),
  }
}

describeOn(['1.6', '2.1'], 'the ports', (line) => {
  describeContainerd('real', () => lent(line, fixtureOf))
})

describeOn(['1.6', '1.7', '2.1'], 'the ports of who stays', (line) => {
  describeEvents('real', () => lent(line, eventsOf))
  describeSnapshots('real', () => lent(line, snapshotsOf))
})

describeOn(['2.1'], 'a stored sandbox', (line) => {
  const watched = async (body: (lab: Lab, pod: Pod, watch: Watch) => Promise<void>): Promise<void> =>
    withLab({ version: line }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const { sandboxes, close } = connect({ socket: lab.address, namespace: 'k8s.io' })
      const stored = answerOf(await sandboxes.list(calm)())?.find(({ id }) => id === pod.id)
      const watch = answerOf(await sandboxes.watch(pod.id, stored?.sandboxer ?? '', calm)())
      await body(lab, pod, watch)
      close()
    })

  it('ends when its process is killed', () =>
    watched(async (lab, pod, watch) => {
      const before = BigInt(Date.now()) * 1_000_000n
      await killProcess(await pidOf(lab, pod))
      const { exitStatus, exitedAt } = answerOf(await watch.exited)
      expect(exitStatus).toBe(137)
      expect(exitedAt).toBeGreaterThan(before)
    }))
  it('has not ended where the connection broke', () =>
    watched(async (lab, _, watch) => {
      await lab.containerd.kill('SIGKILL')
      expectFailure(await watch.exited, 'Unavailable')
    }))
  it('is not known to a containerd whose CRI plugin is off', () =>
    withLab({ version: line }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      await lab.restart(false)
      const { sandboxes, close } = connect({ socket: lab.address, namespace: 'k8s.io' })
      const [stored] = answerOf(await sandboxes.list(calm)()) ?? []
      expect(stored).toMatchObject({ id: pod.id, sandboxer: 'podsandbox' })
      expectFailure(await sandboxes.watch(pod.id, 'podsandbox', calm)(), 'NotFound')
      close()
    }))
})
