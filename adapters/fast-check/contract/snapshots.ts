import { describe, expect, it } from 'vitest'
import type { Snapshots, SnapshotUsage } from '../../../ports/stats.js'
import { against, answerOf, calm, expectFailure, givenUp } from './files.js'

/** A containerd with snapshots, and what it says of them past the ports. */
export interface SnapshotsFixture {
  readonly snapshots: Snapshots
  readonly snapshotter: string
  /** At least one of them takes something. */
  readonly usage: readonly SnapshotUsage[]
  readonly folder: string
  readonly cleanup: () => Promise<void>
}

const byKey = (a: SnapshotUsage, b: SnapshotUsage): number => (a.key < b.key ? -1 : 1)

/** What every implementation of the snapshots' port must satisfy. */
export const describeSnapshots = (name: string, make: () => Promise<SnapshotsFixture>): void => {
  const it_ = (sentence: string, body: (f: SnapshotsFixture) => Promise<void>): void =>
    it(sentence, against(make, body))

  describe(`${name}: snapshots`, () => {
    it_('tell what each takes, and where they are', async ({ snapshots, snapshotter, ...f }) => {
      const usage = answerOf(await snapshots.usage(snapshotter, calm)())
      expect(usage.toSorted(byKey)).toEqual(f.usage.toSorted(byKey))
      expect(usage.some(({ bytes, inodes }) => bytes > 0n && inodes > 0n)).toBe(true)
      expect(answerOf(await snapshots.folder(snapshotter, calm)())).toBe(f.folder)
    })
    it_('have no folder where there is no such snapshotter', async ({ snapshots }) => {
      expect(answerOf(await snapshots.folder('absent', calm)())).toBeNull()
    })
    it_('are not counted once it is given up', async ({ snapshots, snapshotter }) => {
      expectFailure(await snapshots.usage(snapshotter, givenUp)(), 'TimedOut')
    })
  })
}
