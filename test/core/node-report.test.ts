import { describe, expect, it } from 'vitest'
import { containerSeen, LOOKS, NOW } from '../../adapters/fast-check/seen.js'
import { planContainer } from '../../core/container-plan.js'
import type { NodePlan } from '../../core/node-plan.js'
import { expectedRows, nodeReport } from '../../core/node-report.js'
import type { ImageSeen } from '../../core/observation.js'
import { planSandbox } from '../../core/sandbox-plan.js'
import { sandboxSeen } from './sandboxes.js'

const SOURCE = { kind: 'world', address: null, containerd: '2.1.9', root: '/r', state: '/s' } as const
const ORPHAN = {
  base: { of: 'root', kind: 'containers' },
  name: 'old',
  path: '/r/containers/old',
  action: 'remove',
  reason: 'no container of this id is listed',
} as const

const nodePlan = (more: Partial<NodePlan> = {}): NodePlan => ({
  fatal: null,
  sandboxes: [],
  containers: [],
  presumed: new Set(),
  images: [],
  orphans: [],
  ...more,
})
const container = (id: string) => ({
  ...planContainer('safe', containerSeen('RUNNING', 'RUNNING'), NOW, null),
  id,
})
const image = (
  name: string,
  more: Partial<ImageSeen> = {},
  labels: readonly [string, string][] = [],
): ImageSeen => ({
  record: { name, digest: 'm', mediaType: '', size: 1n, labels: new Map(labels) },
  content: { status: 'complete', id: 'sha256:1', diffIds: [], size: 1n, user: '' },
  unpacked: true,
  ...more,
})
const reportOn = (plan: NodePlan) => nodeReport('plan', 'safe', SOURCE, plan, expectedRows(plan))

describe('the rows that a plan expects', () => {
  it('are those of everything that works', () => {
    const rows = expectedRows(
      nodePlan({
        sandboxes: [
          planSandbox('safe', sandboxSeen('pod')),
          planSandbox('safe', sandboxSeen('gone', { look: LOOKS.MISSING })),
        ],
        containers: [container('web')],
        orphans: [ORPHAN],
      }),
    )
    expect(rows.sandboxes).toMatchObject([
      { id: 'pod', state: 'SANDBOX_READY', actions: [{ kind: 'await-exit', outcome: null, detail: null }] },
      { id: 'gone', state: 'SANDBOX_NOTREADY', actions: [] },
    ])
    expect(rows.containers).toMatchObject([
      {
        id: 'web',
        state: 'CONTAINER_RUNNING',
        monitored: true,
        actions: [{ kind: 'await-exit', outcome: null, detail: null }],
        problems: [],
      },
    ])
    expect(rows.orphans).toEqual([
      { path: '/r/containers/old', action: 'remove', reason: 'no container of this id is listed' },
    ])
  })
})

describe('the report of a node', () => {
  it('says what it is of, and counts', () => {
    const plan = nodePlan({ fatal: { stage: 'images', message: 'none' }, containers: [container('web')] })
    const { containers, ...rest } = nodeReport('recover', 'reference', SOURCE, plan, expectedRows(plan))
    expect(containers).toHaveLength(1)
    expect(rest).toEqual({
      version: 1,
      command: 'recover',
      profile: 'reference',
      source: SOURCE,
      fatal: { stage: 'images', message: 'none' },
      sandboxes: [],
      images: [],
      orphans: [],
      summary: {
        sandboxes: {},
        containers: { CONTAINER_RUNNING: 1 },
        images: {},
        orphans: {},
        problems: {},
      },
    })
  })
  it('has its rows sorted, whatever came first', () => {
    const ids = ['b', 'a', 'C', 'c']
    const report = reportOn(
      nodePlan({
        sandboxes: ids.map((id) => planSandbox('safe', sandboxSeen(id))),
        containers: ids.map(container),
        images: ids.map((name) => image(name)),
        orphans: ids.map((path) => ({ ...ORPHAN, path })),
      }),
    )
    const sorted = ['C', 'a', 'b', 'c']
    expect(report.sandboxes.map(({ id }) => id)).toEqual(sorted)
    expect(report.containers.map(({ id }) => id)).toEqual(sorted)
    expect(report.images.map(({ name }) => name)).toEqual(sorted)
    expect(report.orphans.map(({ path }) => path)).toEqual(sorted)
  })
})

describe('the row of an image', () => {
  const rowOf = (seen: ImageSeen) => reportOn(nodePlan({ images: [seen] })).images
  const problem = (code: string, message: string) => [{ code, severity: 'warning', message }]
  it('says what is there of it', () => {
    expect(rowOf(image('a'))).toEqual([
      { name: 'a', id: 'sha256:1', pinned: false, content: 'complete', unpacked: true, problems: [] },
    ])
    expect(rowOf(image('a', {}, [['io.cri-containerd.pinned', 'pinned']]))).toMatchObject([{ pinned: true }])
  })
  it('warns where it is not unpacked', () => {
    expect(rowOf(image('a', { unpacked: false }))).toMatchObject([
      { unpacked: false, problems: problem('image-not-unpacked', 'It is not unpacked. Pull it again.') },
    ])
  })
  it('warns of parts that are not there, and not of its unpacking', () => {
    const content = { status: 'incomplete', id: null, missing: ['l1', 'l2'] } as const
    expect(rowOf(image('a', { content, unpacked: false }))).toEqual([
      {
        name: 'a',
        id: null,
        pinned: false,
        content: 'incomplete',
        unpacked: false,
        problems: problem('image-incomplete', 'Parts of it are not there (2). Pull it again.'),
      },
    ])
  })
  it('warns where nothing is there', () => {
    const content = { status: 'missing', id: null, why: 'its manifest is gone' } as const
    expect(rowOf(image('a', { content, unpacked: false }))).toMatchObject([
      {
        content: 'missing',
        problems: problem('image-incomplete', 'It cannot be used: its manifest is gone. Pull it again.'),
      },
    ])
  })
})
