import { describe, expect, it } from 'vitest'
import { containerSeen, NOW } from '../../adapters/fast-check/seen.js'
import { planContainer } from '../../core/container-plan.js'
import { containerRow, expectedPerformance } from '../../core/container-row.js'
import {
  type ContainerRow,
  type ImageRow,
  needsAttention,
  type OrphanRow,
  type Report,
  type Severity,
  summaryOf,
} from '../../core/report.js'
import { planSandbox, sandboxRow } from '../../core/sandbox-plan.js'
import { sandboxSeen } from './sandboxes.js'

const PLAN = planContainer('safe', containerSeen('RUNNING', 'RUNNING'), NOW, null)
const CONTAINER = containerRow(PLAN, expectedPerformance(PLAN))
const SANDBOX = sandboxRow(planSandbox('safe', sandboxSeen('pod')), 'done', [])
const IMAGE: ImageRow = {
  name: 'a',
  id: null,
  pinned: false,
  content: 'complete',
  unpacked: true,
  problems: [],
}
const orphan = (action: OrphanRow['action']): OrphanRow => ({ path: '/old', action, reason: '' })
const problem = (severity: Severity) => ({ code: 'log-lost', severity, message: 'It is lost.' }) as const
const REPORT: Report = {
  version: 1,
  command: 'plan',
  profile: 'safe',
  source: { kind: 'world', address: null, containerd: null, root: '', state: '' },
  fatal: null,
  sandboxes: [SANDBOX],
  containers: [CONTAINER],
  images: [IMAGE],
  orphans: [],
  summary: { sandboxes: {}, containers: {}, images: {}, orphans: {}, problems: {} },
}

describe('a summary', () => {
  it('counts each list by what it is shown as, in the order of the names', () => {
    const container = (own: Partial<ContainerRow>): ContainerRow => ({ ...CONTAINER, ...own })
    const summary = summaryOf({
      sandboxes: [SANDBOX, { ...SANDBOX, state: null }, SANDBOX],
      containers: [
        container({ state: null, problems: [problem('loss'), { ...problem('info'), code: 'exit-lost' }] }),
        container({}),
        container({ state: 'CONTAINER_EXITED', problems: [problem('loss')] }),
        container({}),
      ],
      images: [{ ...IMAGE, content: 'missing' }, IMAGE, IMAGE],
      orphans: [orphan('remove'), orphan('keep'), orphan('remove')],
    })
    expect(summary).toEqual({
      sandboxes: { NOT_SHOWN: 1, SANDBOX_READY: 2 },
      containers: { CONTAINER_EXITED: 1, CONTAINER_RUNNING: 2, NOT_SHOWN: 1 },
      images: { complete: 2, missing: 1 },
      orphans: { keep: 1, remove: 2 },
      problems: { 'exit-lost': 1, 'log-lost': 2 },
    })
    expect(Object.keys(summary.containers)).toEqual(['CONTAINER_EXITED', 'CONTAINER_RUNNING', 'NOT_SHOWN'])
    expect(Object.keys(summary.problems)).toEqual(['exit-lost', 'log-lost'])
  })
})

describe('a report asks for attention', () => {
  it('not where all is well', () => expect(needsAttention(REPORT)).toBe(false))
  it('where a directory is kept, and not where one is removed', () => {
    expect(needsAttention({ ...REPORT, orphans: [orphan('remove')] })).toBe(false)
    expect(needsAttention({ ...REPORT, orphans: [orphan('remove'), orphan('keep')] })).toBe(true)
  })
  it.each<[Severity, boolean]>([
    ['info', false],
    ['warning', true],
    ['loss', true],
  ])('for a problem that is %s: %s', (severity, expected) => {
    const problems = [problem('info'), problem(severity)]
    expect(needsAttention({ ...REPORT, sandboxes: [{ ...SANDBOX, problems }] })).toBe(expected)
    expect(needsAttention({ ...REPORT, containers: [{ ...CONTAINER, problems }] })).toBe(expected)
    expect(needsAttention({ ...REPORT, images: [{ ...IMAGE, problems }] })).toBe(expected)
  })
})
