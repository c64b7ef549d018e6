import * as string from 'fp-ts/lib/string.js'
import { containerRow, expectedPerformance } from './container-row.js'
import { isPinned } from './images.js'
import type { NodePlan } from './node-plan.js'
import type { ImageSeen } from './observation.js'
import {
  type ContainerRow,
  type ImageRow,
  type OrphanRow,
  type Problem,
  REPORT_VERSION,
  type Report,
  type SandboxRow,
  type Source,
  summaryOf,
} from './report.js'
import { sandboxActions, sandboxRow } from './sandbox-plan.js'
import type { Profile } from './transitions.js'

const imageProblems = ({ content, unpacked }: ImageSeen): readonly Problem[] => {
  switch (content.status) {
    case 'missing':
      return [
        {
          code: 'image-incomplete',
          severity: 'warning',
          message: `It cannot be used: ${content.why}. Pull it again.`,
        },
      ]
    case 'incomplete':
      return [
        {
          code: 'image-incomplete',
          severity: 'warning',
          message: `Parts of it are not there (${content.missing.length}). Pull it again.`,
        },
      ]
    case 'complete':
      return unpacked
        ? []
        : [{ code: 'image-not-unpacked', severity: 'warning', message: 'It is not unpacked. Pull it again.' }]
  }
}

const imageRow = (seen: ImageSeen): ImageRow => ({
  name: seen.record.name,
  id: seen.content.id,
  pinned: isPinned(seen.record.labels),
  content: seen.content.status,
  unpacked: seen.unpacked,
  problems: imageProblems(seen),
})

const sorted = <A>(items: readonly A[], key: (item: A) => string): readonly A[] =>
  [...items].sort((a, b) => string.Ord.compare(key(a), key(b)))

/** The rows of what was done; a plan that was not performed has those that it expects. */
export interface Rows {
  readonly sandboxes: readonly SandboxRow[]
  readonly containers: readonly ContainerRow[]
  readonly orphans: readonly OrphanRow[]
}

/** What a plan expects: that every effect works. Its actions have no outcome. */
export const expectedRows = (plan: NodePlan): Rows => ({
  sandboxes: plan.sandboxes.map((item) => sandboxRow(item, 'done', sandboxActions(item, null))),
  containers: plan.containers.map((item) => containerRow(item, expectedPerformance(item))),
  orphans: plan.orphans.map(({ path, action, reason }) => ({ path, action, reason })),
})

/** The report of a node: rows sorted, sums counted. */
export const nodeReport = (
  command: 'plan' | 'recover',
  profile: Profile,
  source: Source,
  plan: NodePlan,
  rows: Rows,
): Report => {
  const lists = {
    sandboxes: sorted(rows.sandboxes, (row) => row.id),
    containers: sorted(rows.containers, (row) => row.id),
    images: sorted(plan.images.map(imageRow), (row) => row.name),
    orphans: sorted(rows.orphans, (row) => row.path),
  }
  return {
    version: REPORT_VERSION,
    command,
    profile,
    source,
    fatal: plan.fatal,
    ...lists,
    summary: summaryOf(lists),
  }
}
