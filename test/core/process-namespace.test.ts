import { left, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { containerRecord } from '../../adapters/fast-check/records.js'
import { containerSeen, LOOKS, NOW, taskReply } from '../../adapters/fast-check/seen.js'
import { type ContainerMetadata, containerMetadataOf } from '../../core/metadata.js'
import type { ContainerSeen } from '../../core/observation.js'
import { afterKilling, killedOf } from '../../core/process-namespace.js'
import { planSandbox, type SandboxItem } from '../../core/sandbox-plan.js'
import { TASKS_SEEN, type TaskSeen } from '../../core/seen.js'
import type { Profile } from '../../core/transitions.js'
import { sandboxSeen } from './sandboxes.js'

const item = (id: string, task: TaskSeen, profile: Profile = 'reference'): SandboxItem =>
  planSandbox(profile, sandboxSeen(id, { look: LOOKS[task] }))

describe('the sandboxes that are killed', () => {
  it.each(TASKS_SEEN)('are those of the reference whose task is there and does not run: %s', (task) => {
    const killed = ['CREATED', 'STOPPED', 'PAUSED', 'PAUSING', 'UNKNOWN'].includes(task)
    expect([...killedOf([item('pod', task)])]).toEqual(killed ? ['pod'] : [])
  })
  it('are none of those that safe leaves alone', () => {
    const items = TASKS_SEEN.map((task) => item(task, task, 'safe'))
    expect([...killedOf(items)]).toEqual(['CREATED', 'STOPPED'])
  })
  it('are all of several', () => {
    expect([...killedOf([item('a', 'PAUSED'), item('b', 'RUNNING'), item('c', 'STOPPED')])]).toEqual([
      'a',
      'c',
    ])
  })
  it('are none of those that have no process, or nothing was decided about', () => {
    const look = { kind: 'found', task: taskReply('pod', { status: 'stopped', pid: 0 }) } as const
    expect(killedOf([planSandbox('reference', sandboxSeen('pod', { look }))]).size).toBe(0)
    const unread = sandboxSeen('pod', { look: LOOKS.PAUSED, metadata: { why: 'shape', detail: '' } })
    expect(killedOf([planSandbox('reference', unread)]).size).toBe(0)
  })
  it('are none of those whose processes are the host’s own', () => {
    const look = LOOKS.PAUSED
    const onHost = planSandbox('reference', sandboxSeen('a', { look, metadata: { hostProcesses: true } }))
    const onHostNetwork = planSandbox(
      'reference',
      sandboxSeen('b', { look, metadata: { hostNetwork: true } }),
    )
    expect([...killedOf([onHost, onHostNetwork])]).toEqual(['b'])
  })
  it('may have no metadata', () => {
    expect([...killedOf([{ ...item('pod', 'PAUSED'), metadata: null }])]).toEqual(['pod'])
  })
})

describe('a container whose sandbox was killed', () => {
  const KILLED = new Set(['pod'])
  const metadata = rightOf(containerMetadataOf(containerRecord('web', 'pod').extensions))
  const seenWith = (own: Partial<ContainerMetadata>): ContainerSeen =>
    containerSeen('RUNNING', 'RUNNING', right({ ...metadata, ...own }))
  it.each(['RUNNING', 'PAUSED', 'PAUSING'] as const)('is dead by a SIGKILL where it lived: %s', (task) => {
    const seen = containerSeen(task, 'RUNNING')
    expect(afterKilling(KILLED, NOW, seen)).toEqual({
      ...seen,
      look: {
        kind: 'found',
        task: taskReply('web', { status: 'stopped', exitStatus: 137, exitedAt: NOW }),
      },
    })
  })
  it.each(['MISSING', 'UNREACHABLE', 'CREATED', 'STOPPED', 'UNKNOWN'] as const)(
    'is what it was where it did not live: %s',
    (task) => {
      const seen = containerSeen(task, 'RUNNING')
      expect(afterKilling(KILLED, NOW, seen)).toBe(seen)
    },
  )
  it('lives on where it shares no processes, or its sandbox is another', () => {
    for (const own of [
      { config: null },
      { config: metadata.config === null ? null : { ...metadata.config, sharesProcesses: false } },
      { sandboxId: 'other' },
    ]) {
      const seen = seenWith(own)
      expect(afterKilling(KILLED, NOW, seen)).toBe(seen)
    }
    const seen = containerSeen('RUNNING', 'RUNNING')
    expect(afterKilling(new Set(), NOW, seen)).toBe(seen)
  })
  it('lives on where its metadata cannot be read', () => {
    const seen: ContainerSeen = {
      ...containerSeen('RUNNING', 'RUNNING'),
      metadata: left({ why: 'missing', detail: '' }),
    }
    expect(afterKilling(KILLED, NOW, seen)).toBe(seen)
  })
})
