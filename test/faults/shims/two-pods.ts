import { expect } from 'vitest'
import type { Report } from '../../../core/report.js'
import type { Pods } from '../lives.js'
import { type Ids, rowOf } from '../told.js'

/** What ails a shim ails one pod: the other one must not notice. */
export const TWO_PODS = {
  calm: { web: 'running', idle: 'created', job: { ended: 7 } },
  hit: { api: 'running', rest: 'created', work: { ended: 3 } },
} as const satisfies Pods

/** Those of `hit` that have a task, and so a shim to be asked. */
export const HIT = ['hit', 'api', 'work'] as const

export const expectCalm = (report: Report, ids: Ids): void => {
  expect(report.fatal).toBeNull()
  expect(report.sandboxes.find(({ id }) => id === ids.get('calm'))?.state).toBe('SANDBOX_READY')
  expect(rowOf(report, ids, 'web').state).toBe('CONTAINER_RUNNING')
  expect(rowOf(report, ids, 'idle').state).toBe('CONTAINER_CREATED')
  expect(rowOf(report, ids, 'job')).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 7 })
}
