import { describe, expect, it } from 'vitest'
import { BASES } from '../../../core/records.js'
import {
  against,
  answerOf,
  calm,
  expectFailure,
  type FilesFixture,
  givenUp,
  type MakeFiles,
  type Placed,
  tagOf,
} from './files.js'

const BASE = { of: 'root', kind: 'containers' } as const
const ORPHAN: readonly Placed[] = [
  { in: 'root', path: 'containers/old/status', text: 'x' },
  { in: 'root', path: 'containers/old/a/b/c', text: 'x' },
  { in: 'root', path: 'containers/old/empty', kind: 'directory' },
  { in: 'root', path: 'containers/other/status', text: 'kept' },
]
const NO_NAMES = ['', '.', '..', 'a/b', '../containers', '/etc']

/** What every implementation of Directories must satisfy. `mounts`: whether the fixture can mount something. */
export const describeDirectories = (
  name: string,
  make: MakeFiles,
  can: { readonly mounts: boolean },
): void => {
  const it_ = (sentence: string, files: readonly Placed[], body: (f: FilesFixture) => Promise<void>): void =>
    it(
      sentence,
      against(() => make(files), body),
    )

  describe(`${name}: directories`, () => {
    it_('answers null for a base that does not exist, and a path for its name', [], async ({ ports }) => {
      for (const base of BASES) {
        expect(answerOf(await ports.directories.list(base)())).toBeNull()
        expect(ports.directories.path(base)).toMatch(new RegExp(`/${base.kind}$`))
      }
    })
    it_(
      'lists children with their kinds, following nothing',
      [
        { in: 'state', path: 'sandboxes/pod', kind: 'directory' },
        { in: 'state', path: 'sandboxes/note', text: '' },
        { in: 'state', path: 'sandboxes/link', kind: 'symlink', to: 'pod' },
        { in: 'state', path: 'sandboxes/pipe', kind: 'fifo' },
      ],
      async ({ ports }) => {
        const entries = answerOf(await ports.directories.list({ of: 'state', kind: 'sandboxes' })()) ?? []
        expect([...entries].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
          { name: 'link', kind: 'symlink' },
          { name: 'note', kind: 'file' },
          { name: 'pipe', kind: 'fifo' },
          { name: 'pod', kind: 'directory' },
        ])
      },
    )
    it_(
      'does not take a file for an empty base',
      [{ in: 'root', path: 'containers', text: '' }],
      async ({ ports }) => {
        expectFailure(await ports.directories.list(BASE)(), 'Denied')
      },
    )
    it_('removes a directory with all below it, and no other', ORPHAN, async ({ ports, look }) => {
      answerOf(await ports.directories.remove(BASE, 'old', calm)())
      expect(await look('root', 'containers/old')).toBeNull()
      expect(await look('root', 'containers/other/status')).toBe('kept')
    })
    it_(
      'removes a link as a link',
      [
        { in: 'root', path: 'containers/old/link', kind: 'symlink', to: '../../elsewhere' },
        { in: 'root', path: 'elsewhere/file', text: 'kept' },
      ],
      async ({ ports, look }) => {
        answerOf(await ports.directories.remove(BASE, 'old', calm)())
        expect(await look('root', 'containers/old')).toBeNull()
        expect(await look('root', 'elsewhere/file')).toBe('kept')
      },
    )
    for (const kind of ['file', 'symlink', 'fifo'] as const)
      it_(
        `does not remove a ${kind}`,
        [
          { in: 'root', path: 'containers/old', kind, to: '../elsewhere' },
          { in: 'root', path: 'elsewhere/file', text: 'kept' },
        ],
        async ({ ports, look }) => {
          expectFailure(await ports.directories.remove(BASE, 'old', calm)(), 'Denied')
          expect(await look('root', 'containers/old')).not.toBeNull()
          expect(await look('root', 'elsewhere/file')).toBe('kept')
        },
      )
    it_('says so where there is nothing', ORPHAN, async ({ ports }) => {
      expectFailure(await ports.directories.remove(BASE, 'absent', calm)(), 'NotFound')
      expectFailure(
        await ports.directories.remove({ of: 'state', kind: 'sandboxes' }, 'old', calm)(),
        'NotFound',
      )
    })
    it_('takes nothing for a name that is none', ORPHAN, async ({ ports, look }) => {
      for (const none of NO_NAMES)
        expectFailure(await ports.directories.remove(BASE, none, calm)(), 'Malformed')
      expect(await look('root', 'containers/old/status')).toBe('x')
    })
    it_('removes nothing once it is given up', ORPHAN, async ({ ports, look }) => {
      expect(tagOf(await ports.directories.remove(BASE, 'old', givenUp)())).toBe('TimedOut')
      expect(await look('root', 'containers/old/a/b/c')).toBe('x')
    })
    it.runIf(can.mounts)(
      'removes nothing of what something is mounted in',
      against(
        () => make(ORPHAN, [{ in: 'root', path: 'containers/old/a/b' }]),
        async ({ ports, look }) => {
          expectFailure(await ports.directories.remove(BASE, 'old', calm)(), 'Denied')
          expect(await look('root', 'containers/old/status')).toBe('x')
          answerOf(await ports.directories.remove(BASE, 'other', calm)())
        },
      ),
    )
  })
}
