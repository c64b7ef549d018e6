/** The smallest world file. */
export const MINIMAL = { version: 1, now: '1795445431431213697' }

/** A world file in which every key stands, none at its default. */
export const FULL = {
  version: 1,
  about: 'every key',
  now: '-5',
  containerd: null,
  root: '/r',
  state: '/s',
  plugins: [{ type: 'io.containerd.grpc.v1', id: 'cri', error: 'no network' }],
  containers: [
    {
      id: 'web',
      createdAt: '1600000000000000001',
      labels: { 'io.cri-containerd.kind': 'container' },
      image: 'registry.example/web:1',
      runtime: 'io.containerd.kata.v2',
      snapshotter: 'native',
      snapshotKey: 'web',
      extensions: {
        'io.cri-containerd.container.metadata': {
          typeUrl: null,
          value: { Version: 'v1', Metadata: { ID: 'web' } },
        },
        other: { typeUrl: 'x', value: 'y' },
      },
    },
  ],
  details: [
    {
      id: 'web',
      spec: { process: { cwd: '/' } },
      options: { typeUrl: 'containerd.runc.v1.Options', value: 'cnVuYw==' },
    },
    { id: 'old', options: null },
  ],
  tasks: [
    {
      id: 'web',
      status: 'stopped',
      pid: 7,
      exitStatus: 4294967295,
      exitedAt: '1600000000000000002',
      terminal: true,
      stdin: '/i',
      stdout: '/o',
      stderr: '/e',
    },
  ],
  sandboxStore: [
    {
      id: 'pod',
      sandboxer: 'shim',
      createdAt: '1',
      extensions: { metadata: { value: '{}' } },
      controller: { state: 'SANDBOX_READY', pid: 9, address: 'unix:///a', version: 3 },
    },
    { id: 'forgotten', controller: null },
  ],
  images: [{ name: 'a', digest: 'sha256:a', mediaType: 'm', size: '12', labels: { pinned: 'pinned' } }],
  content: [
    { digest: 'sha256:a', size: '12', text: null },
    { digest: 'sha256:b', size: null, text: { config: { digest: 'sha256:c' } } },
  ],
  unpacked: [{ snapshotter: 'native', diffIds: ['sha256:d'] }],
  files: [
    { in: 'root', path: 'containers/web/status', kind: 'file', text: { Version: 'v1', CreatedAt: 5 } },
    { in: 'root', path: 'containers/old/status', base64: '/wD+' },
    { in: 'root', path: 'containers/huge/status', bytes: '1073741824' },
    { in: 'root', path: 'containers/bad/status', unreadable: 'input/output error' },
    { in: 'state', path: 'sandboxes', kind: 'directory' },
    { in: 'state', path: 'containers/link', kind: 'symlink' },
  ],
  mounts: [{ in: 'root', path: 'containers/old/rootfs' }],
  netns: [{ path: '/var/run/netns/a', status: 'stale' }],
  oomKills: [{ id: 'web', count: 2 }],
  lock: 'process 12',
  faults: [
    {
      call: 'tasks.delete',
      id: 'web',
      answer: 'Unavailable',
      said: 'gone',
      unreached: 'broken',
      when: 'after',
      from: 2,
      times: 3,
    },
    { call: 'images.*', answer: 'hang' },
  ],
}
