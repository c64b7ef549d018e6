import { describeCheckpointStore } from '../../adapters/fast-check/contract/checkpoint-store.js'
import { describeCheckpoints } from '../../adapters/fast-check/contract/checkpoints.js'
import { type ContainerdFixture, describeContainerd } from '../../adapters/fast-check/contract/containerd.js'
import { describeDirectories } from '../../adapters/fast-check/contract/directories.js'
import { describeEvents, type EventsFixture } from '../../adapters/fast-check/contract/events.js'
import type { FilesFixture, MakeFiles, Placed } from '../../adapters/fast-check/contract/files.js'
import { describeHost } from '../../adapters/fast-check/contract/host.js'
import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import type { World } from '../../adapters/memory/index.js'
import { emptyWorld, simulate } from '../../adapters/memory/index.js'
import { entry, lookIn } from './simulated.js'

const NOW = 1_795_445_431_431_213_697n

const EMPTY_BASE: readonly Placed[] = [{ in: 'root', path: 'containers', kind: 'directory' }]
const nodes = new WeakMap<FilesFixture, ReturnType<typeof simulate>>()

const makeFiles: MakeFiles = async (files, mounts = []) => {
  const node = simulate({ ...emptyWorld(NOW), files: files.map(entry), mounts })
  const fixture: FilesFixture = {
    ports: node.ports,
    look: lookIn(node),
    cleanup: async () => undefined,
  }
  nodes.set(fixture, node)
  return fixture
}

const task = { pid: 4242, exitStatus: 0, exitedAt: null, terminal: false, stdin: '', stdout: '', stderr: '' }

const containerd: World = {
  ...emptyWorld(NOW),
  plugins: [{ type: 'io.containerd.grpc.v1', id: 'cri', error: null }],
  containers: [sandboxRecord('pod'), ...['r', 'c', 's'].map((id) => containerRecord(id, 'pod'))],
  details: ['pod', 'r'].map((id) => ({
    id,
    spec: JSON.stringify({ process: { cwd: '/' }, linux: {} }),
    options: { typeUrl: 'containerd.runc.v1.Options', value: btoa('\x0a\x0d/usr/bin/runc') },
  })),
  tasks: [
    { ...task, id: 'r', status: 'running' },
    { ...task, id: 'c', status: 'created' },
    { ...task, id: 's', status: 'stopped', exitStatus: 3, exitedAt: NOW - 1n },
  ],
  sandboxStore: [
    { id: 'pod', sandboxer: 'podsandbox', createdAt: NOW, extensions: new Map(), controller: null },
  ],
  images: [{ name: 'image', digest: 'sha256:m', mediaType: '', size: 10n, labels: new Map() }],
  content: [{ digest: 'sha256:m', size: null, text: '{"ä":1}' }],
  unpacked: [{ snapshotter: 'overlayfs', diffIds: ['sha256:a', 'sha256:b'] }],
}

const makeContainerd = async (): Promise<ContainerdFixture> => {
  const node = simulate(containerd)
  return {
    ports: node.ports,
    version: '2.1.9',
    pod: 'pod',
    running: 'r',
    created: 'c',
    stopped: 's',
    absent: 'x',
    exitStatus: 3,
    image: {
      name: 'image',
      digest: 'sha256:m',
      content: 'sha256:m',
      snapshotter: 'overlayfs',
      diffIds: ['sha256:a', 'sha256:b'],
    },
    end: async (exitStatus) => node.end('r', exitStatus),
    sever: async () => node.restartContainerd(),
    cleanup: async () => undefined,
  }
}

const makeEvents = async (): Promise<EventsFixture> => {
  const node = simulate(containerd)
  const tell = async (name: string) => node.emit({ kind: 'image', name })
  return {
    events: node.servePorts.events,
    running: 'r',
    starve: async () => node.oom('r'),
    images: { create: tell, update: tell, delete: tell },
    createElsewhere: async () => undefined,
    sever: async () => node.stopContainerd(),
    cleanup: async () => undefined,
  }
}

describeCheckpoints('memory', makeFiles)
describeCheckpointStore('memory', async () => {
  const { ports, cleanup } = await makeFiles(EMPTY_BASE)
  return { checkpoints: ports.checkpoints, cleanup }
})
describeDirectories('memory', makeFiles, { mounts: true })
describeHost('memory', makeFiles, (fixture, ms) => nodes.get(fixture)?.advance(BigInt(ms) * 1_000_000n))
describeContainerd('memory', makeContainerd)
describeEvents('memory', makeEvents)
