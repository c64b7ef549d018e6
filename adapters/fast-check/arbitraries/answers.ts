import fc from 'fast-check'
import { planNode } from '../../../core/node-plan.js'
import { expectedRows, nodeReport } from '../../../core/node-report.js'
import type { Report } from '../../../core/report.js'
import type { Profile } from '../../../core/transitions.js'
import type { NodeEvent } from '../../../ports/events.js'
import { type Failure, type FailureTag, failure } from '../../../ports/failure.js'
import type { Exit } from '../../../ports/tasks.js'
import { hostileText, id } from './names.js'
import { nodeSeen } from './observations.js'
import { int64, uint32 } from './values.js'

/** What ports answer and programs tell. */

export const profile: fc.Arbitrary<Profile> = fc.constantFrom('reference', 'safe')

export const failureTag: fc.Arbitrary<FailureTag> = fc.constantFrom(
  'NotFound',
  'AlreadyExists',
  'TimedOut',
  'Unavailable',
  'Denied',
  'Malformed',
  'Exhausted',
)

/** A failure as a port tells it, in the words of anybody. */
export const anyFailure: fc.Arbitrary<Failure> = fc
  .record({
    tag: failureTag,
    asked: fc.oneof(fc.constant('delete task web-1'), hostileText),
    of: fc.oneof(fc.constant('containerd at /run/containerd/containerd.sock'), hostileText),
    said: hostileText,
    unreached: fc.constantFrom('no-socket' as const, 'refused' as const, 'broken' as const),
  })
  .map(({ tag, asked, of, said, unreached }) =>
    failure(tag, asked, of, said, tag === 'Unavailable' ? { unreached } : {}),
  )

export const exit: fc.Arbitrary<Exit> = fc.record({ exitStatus: uint32, exitedAt: fc.option(int64) })

export const nodeEvent: fc.Arbitrary<NodeEvent> = fc.oneof(
  id.map((of): NodeEvent => ({ kind: 'oom', id: of })),
  hostileText.map((name): NodeEvent => ({ kind: 'image', name })),
)

/** A report of any node, as `plan` would make it. */
export const report: fc.Arbitrary<Report> = fc
  .tuple(profile, nodeSeen, fc.boolean(), hostileText)
  .map(([by, seen, force, address]) => {
    const plan = planNode(by, seen, force)
    const source = {
      kind: 'containerd',
      address,
      containerd: seen.version,
      root: '/root',
      state: '/state',
    } as const
    return nodeReport('plan', by, source, plan, expectedRows(plan))
  })
