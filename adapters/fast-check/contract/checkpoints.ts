import { describe, expect, it } from 'vitest'
import { against, answerOf, expectFailure, type FilesFixture, type MakeFiles, type Placed } from './files.js'

const DIRECTORY: Placed = { in: 'root', path: 'containers/web-1', kind: 'directory' }
const STATUS = 'containers/web-1/status'
const status = (more: Partial<Placed>): Placed => ({ in: 'root', path: STATUS, ...more })
const HOSTILE = ['../web-1', '', '.', '..', 'a/b', 'web-1/../web-1', '-a', 'a'.repeat(77), 'a\0b']

/** What every implementation of Checkpoints must satisfy. */
export const describeCheckpoints = (name: string, make: MakeFiles): void => {
  const it_ = (sentence: string, files: readonly Placed[], body: (f: FilesFixture) => Promise<void>): void =>
    it(
      sentence,
      against(() => make(files), body),
    )
  const readBack = async ({ ports }: FilesFixture) => answerOf(await ports.checkpoints.read('web-1')())

  describe(`${name}: checkpoints`, () => {
    it_('tells a text as it stands there', [status({ text: '{"Version":"v1"}\n' })], async (f) => {
      expect(await readBack(f)).toEqual({ kind: 'text', text: '{"Version":"v1"}\n' })
    })
    it_('tells an empty file from a missing one', [status({ text: '' })], async (f) => {
      expect(await readBack(f)).toEqual({ kind: 'text', text: '' })
    })
    it_(
      'replaces bytes that are no UTF-8, and keeps a byte order mark',
      [status({ base64: '77u/e/9h4oJ94g==' })],
      async (f) => {
        expect(await readBack(f)).toEqual({ kind: 'text', text: '\ufeff{\ufffda\ufffd}\ufffd' })
      },
    )
    it_('tells a missing file from a missing directory', [DIRECTORY], async (f) => {
      expect(await readBack(f)).toEqual({ kind: 'missing', directory: true })
      expect(answerOf(await f.ports.checkpoints.read('web-2')())).toEqual({
        kind: 'missing',
        directory: false,
      })
    })
    it_('reads 1 MiB and no more', [status({ bytes: 1n << 20n })], async (f) => {
      expect((await readBack(f)).kind).toBe('text')
    })
    it_('does not read what is larger', [status({ bytes: 1n << 30n })], async (f) => {
      expect(await readBack(f)).toEqual({ kind: 'too-large', bytes: 1n << 30n })
    })
    for (const kind of ['directory', 'fifo', 'symlink'] as const)
      it_(`says what stands there when it is a ${kind}`, [status({ kind })], async (f) => {
        expect(await readBack(f)).toEqual({ kind: 'not-a-file', what: kind })
      })
    it_(
      'follows no link in place of the directory',
      [
        { in: 'root', path: 'containers/web-1', kind: 'symlink', to: '../elsewhere' },
        { in: 'root', path: 'elsewhere/status', text: 'x' },
      ],
      async (f) => {
        expect((await readBack(f)).kind).toBe('unreadable')
        expectFailure(await f.ports.checkpoints.write('web-1', 'y')(), 'Denied')
        expectFailure(await f.ports.checkpoints.sweep('web-1')(), 'Denied')
        expectFailure(await f.ports.checkpoints.makeDirectory('web-1')(), 'Denied')
        expect(await f.look('root', 'elsewhere/status')).toBe('x')
      },
    )
    it_('refuses an id that is none, whatever is asked', [DIRECTORY, status({ text: 'x' })], async (f) => {
      const { checkpoints } = f.ports
      for (const id of HOSTILE) {
        expectFailure(await checkpoints.read(id)(), 'Malformed')
        expectFailure(await checkpoints.write(id, 'y')(), 'Malformed')
        expectFailure(await checkpoints.setAside(id, 1n)(), 'Malformed')
        expectFailure(await checkpoints.makeDirectory(id)(), 'Malformed')
        expectFailure(await checkpoints.sweep(id)(), 'Malformed')
      }
      expect(await f.look('root', STATUS)).toBe('x')
    })

    it_('writes what is read next, and writes over it', [DIRECTORY], async (f) => {
      for (const text of ['first', 'ä€😀\n']) {
        answerOf(await f.ports.checkpoints.write('web-1', text)())
        expect(await readBack(f)).toEqual({ kind: 'text', text })
      }
    })
    for (const kind of ['fifo', 'symlink'] as const)
      it_(
        `writes in the place of a ${kind}, not into it`,
        [status({ kind, to: 'target' }), { in: 'root', path: 'containers/web-1/target', text: 'kept' }],
        async (f) => {
          answerOf(await f.ports.checkpoints.write('web-1', 'new')())
          expect(await readBack(f)).toEqual({ kind: 'text', text: 'new' })
          expect(await f.look('root', 'containers/web-1/target')).toBe('kept')
        },
      )
    it_(
      'does not make the directory when it writes',
      [{ in: 'root', path: 'containers', kind: 'directory' }],
      async (f) => {
        expectFailure(await f.ports.checkpoints.write('web-1', 'x')(), 'NotFound')
        expect(await f.look('root', 'containers/web-1')).toBeNull()
      },
    )
    it_('does not write over a directory', [status({ kind: 'directory' })], async (f) => {
      expectFailure(await f.ports.checkpoints.write('web-1', 'x')(), 'Denied')
      expect(await f.look('root', STATUS)).toBe('kind:directory')
    })

    it_('sets aside byte for byte, and the first stays', [status({ base64: '/wD+' })], async (f) => {
      const aside = answerOf(await f.ports.checkpoints.setAside('web-1', 12n)())
      expect(aside).toBe('status.unreadable-12')
      expect(await f.look('root', STATUS)).toBe('\xff\0\xfe')
      answerOf(await f.ports.checkpoints.write('web-1', 'new')())
      expect(await f.look('root', `containers/web-1/${aside}`)).toBe('\xff\0\xfe')
    })
    it_(
      'sets the same aside once, and loses neither when a name is taken',
      [status({ text: 'a' })],
      async (f) => {
        const { checkpoints } = f.ports
        const first = answerOf(await checkpoints.setAside('web-1', 12n)())
        expect(answerOf(await checkpoints.setAside('web-1', 13n)())).toBe(first)
        answerOf(await checkpoints.write('web-1', 'b')())
        const second = answerOf(await checkpoints.setAside('web-1', 12n)())
        expect(await f.look('root', `containers/web-1/${first}`)).toBe('a')
        expect(await f.look('root', `containers/web-1/${second}`)).toBe('b')
      },
    )
    it_('cannot set aside what is not there', [DIRECTORY], async (f) => {
      expectFailure(await f.ports.checkpoints.setAside('web-1', 12n)(), 'NotFound')
      expectFailure(await f.ports.checkpoints.setAside('web-2', 12n)(), 'NotFound')
    })
    it_('does not set a directory aside', [status({ kind: 'directory' })], async (f) => {
      expectFailure(await f.ports.checkpoints.setAside('web-1', 12n)(), 'Denied')
    })

    it_(
      'makes a directory below its base, and leaves one that stands',
      [status({ text: 'x' })],
      async (f) => {
        const { checkpoints } = f.ports
        answerOf(await checkpoints.makeDirectory('web-1')())
        answerOf(await checkpoints.makeDirectory('web-2')())
        expect(await f.look('root', STATUS)).toBe('x')
        expect(answerOf(await checkpoints.read('web-2')())).toEqual({ kind: 'missing', directory: true })
      },
    )
    it_('does not make the base', [], async (f) => {
      expectFailure(await f.ports.checkpoints.makeDirectory('web-1')(), 'NotFound')
    })
    it_(
      'sweeps what interrupted writes left, and nothing else',
      [
        status({ text: 'x' }),
        { in: 'root', path: 'containers/web-1/.tmp-status123', text: '{' },
        { in: 'root', path: 'containers/web-1/.tmp-status4', text: '' },
        { in: 'root', path: 'containers/web-1/.tmp-statusX', text: 'kept' },
        { in: 'root', path: 'containers/web-1/.tmp-status5', kind: 'directory' },
        { in: 'root', path: 'containers/web-1/status.unreadable-1', text: 'kept' },
      ],
      async (f) => {
        expect(answerOf(await f.ports.checkpoints.sweep('web-1')())).toBe(2)
        expect(answerOf(await f.ports.checkpoints.sweep('web-1')())).toBe(0)
        expect(await f.look('root', STATUS)).toBe('x')
        expect(await f.look('root', 'containers/web-1/.tmp-statusX')).toBe('kept')
        expect(await f.look('root', 'containers/web-1/.tmp-status5')).toBe('kind:directory')
        expect(await f.look('root', 'containers/web-1/status.unreadable-1')).toBe('kept')
      },
    )
    it_('finds nothing to sweep where there is no directory', [], async (f) => {
      expect(answerOf(await f.ports.checkpoints.sweep('web-1')())).toBe(0)
    })
  })
}
