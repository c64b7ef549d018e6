import {
  type ContainerRow,
  type ImageRow,
  type OrphanRow,
  type Problem,
  REPORT_VERSION,
  type Report,
  type SandboxRow,
  summaryOf,
} from '../../core/report.js'

/** Small reports to render: what a test does not name is of a healthy node. */

export const container = (own: Partial<ContainerRow> = {}): ContainerRow => ({
  id: '4f1c0a9d2b7e8c35',
  name: 'web_front-1_shop_u1_0',
  sandboxId: 'a1',
  checkpoint: 'RUNNING',
  task: 'RUNNING',
  rule: 'running-watched',
  state: 'CONTAINER_RUNNING',
  pid: 3201,
  createdAt: 1n,
  startedAt: 2n,
  finishedAt: 0n,
  exitCode: 0,
  reason: '',
  message: '',
  monitored: true,
  actions: [{ kind: 'await-exit', outcome: null, detail: null }],
  problems: [],
  ...own,
})

export const sandbox = (own: Partial<SandboxRow> = {}): SandboxRow => ({
  id: 'a17f3b5c9d2e4f60',
  name: 'front-1_shop_u1_0',
  origin: 'container',
  task: 'RUNNING',
  rule: 'sandbox-running',
  state: 'SANDBOX_READY',
  pid: 3100,
  createdAt: 1n,
  netns: { path: '/var/run/netns/a', status: 'open' },
  actions: [{ kind: 'await-exit', outcome: null, detail: null }],
  problems: [],
  ...own,
})

export const image = (own: Partial<ImageRow> = {}): ImageRow => ({
  name: 'registry.example/web:1',
  id: 'sha256:00112233445566778899',
  pinned: false,
  content: 'complete',
  unpacked: true,
  problems: [],
  ...own,
})

export const problem = (severity: Problem['severity'], message: string): Problem => ({
  code: 'exit-lost',
  severity,
  message,
})

export const exitLost = (own: Partial<ContainerRow> = {}): ContainerRow =>
  container({
    rule: 'lost-told',
    task: 'MISSING',
    state: 'CONTAINER_EXITED',
    exitCode: 255,
    actions: [{ kind: 'write-checkpoint', outcome: null, detail: null }],
    problems: [problem('loss', 'It ran as pid 7; its task is gone.')],
    ...own,
  })

type Rows = Pick<Report, 'containers' | 'sandboxes' | 'images' | 'orphans'>

export const report = (rows: Partial<Rows> = {}, own: Partial<Report> = {}): Report => {
  const lists: Rows = { containers: [], sandboxes: [], images: [], orphans: [] as OrphanRow[], ...rows }
  return {
    version: REPORT_VERSION,
    command: 'plan',
    profile: 'safe',
    source: {
      kind: 'containerd',
      address: '/run/containerd/containerd.sock',
      containerd: '2.1.9',
      root: '/r',
      state: '/s',
    },
    fatal: null,
    ...lists,
    summary: summaryOf(lists),
    ...own,
  }
}
