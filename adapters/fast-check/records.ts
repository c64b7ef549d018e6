import type { ContainerRecord } from '../../core/records.js'

const CREATED_AT = 1_600_000_000_000_000_001n

const record = (id: string, kind: 'container' | 'sandbox', metadata: unknown): ContainerRecord => ({
  id,
  labels: new Map([['io.cri-containerd.kind', kind]]),
  image: 'registry.example/app:1',
  runtime: 'io.containerd.runc.v2',
  snapshotter: 'overlayfs',
  snapshotKey: id,
  createdAt: CREATED_AT,
  extensions: new Map([
    [
      `io.cri-containerd.${kind}.metadata`,
      {
        typeUrl: `github.com/containerd/cri/pkg/store/${kind}/Metadata`,
        value: JSON.stringify({ Version: 'v1', Metadata: metadata }),
      },
    ],
  ]),
})

const uid = (pod: string): string => `uid-${pod}`

/** The record of a pod's sandbox, on the host's network. */
export const sandboxRecord = (id: string): ContainerRecord =>
  record(id, 'sandbox', {
    ID: id,
    Name: `${id}_default_${uid(id)}_0`,
    Config: {
      metadata: { name: id, uid: uid(id), namespace: 'default' },
      linux: { security_context: { namespace_options: { network: 2 } } },
    },
    NetNSPath: '',
    IP: '',
    RuntimeHandler: '',
  })

/** The record of a container in a pod. */
export const containerRecord = (id: string, pod: string, logPath = ''): ContainerRecord =>
  record(id, 'container', {
    ID: id,
    Name: `${id}_${pod}_default_${uid(pod)}_0`,
    SandboxID: pod,
    Config: { metadata: { name: id }, image: { image: 'registry.example/app:1' } },
    ImageRef: `sha256:${'1'.repeat(64)}`,
    LogPath: logPath,
    StopSignal: '',
    ProcessLabel: '',
  })
