import { describe, expect, it } from 'vitest'
import type { Io, IoRequest } from '../../../ports/io.js'
import { against, answerOf, expectFailure, type FilesFixture, type Placed } from './files.js'

/** A node on which containers' IO is made and looked at. */
export interface IoFixture<I extends Io = Io> extends Pick<FilesFixture, 'look' | 'cleanup'> {
  readonly io: I
  /** The folder that what was placed in `state` lies in. */
  readonly state: string
  /** The paths of the FIFOs that were made for a container, looked up past the port. */
  readonly fresh: (id: string) => Promise<readonly string[]>
}

/** Makes a node with these things in it. */
export type MakeIo<F extends IoFixture = IoFixture> = (files: readonly Placed[]) => Promise<F>

/** No name of a container, whatever else it may be. */
export const NO_IDS: readonly string[] = [
  '../web',
  '',
  '.',
  '..',
  'a/b',
  'web/../web',
  '-a',
  'a'.repeat(77),
  'a\0b',
]

const WEB: IoRequest = { id: 'web', tty: false, stdin: false, log: null }
const FOLDER: Placed = { in: 'state', path: 'pipes', kind: 'directory' }

const streamsOf = (paths: readonly string[]): readonly string[] =>
  paths.map((path) => path.split('/').at(-1) ?? '').sort()

const describeObstacle = (name: string, make: MakeIo): void => {
  const it_ = (sentence: string, files: readonly Placed[], body: (f: IoFixture) => Promise<void>): void =>
    it(
      sentence,
      against(() => make(files), body),
    )
  const obstacle = async ({ io }: IoFixture, ...paths: readonly string[]) =>
    answerOf(await io.obstacle(paths)())

  describe(`${name}: what stands in the way of pipes`, () => {
    it_(
      'is nothing where their folders are there, whether they are or not',
      [FOLDER, { in: 'state', path: 'pipes/out', kind: 'fifo' }],
      async (f) => {
        expect(await obstacle(f, `${f.state}/pipes/out`, `${f.state}/pipes/none`)).toBeNull()
      },
    )
    it_('is nothing where there are none, and for streams that are no files', [], async (f) => {
      expect(await obstacle(f)).toBeNull()
      expect(await obstacle(f, '', 'ttrpc+unix:///no/s?streaming_id=a', 'grpc+unix:///no/s', '')).toBeNull()
    })
    it_('is a folder that is gone, and which one is said', [FOLDER], async (f) => {
      const gone = `${f.state}/gone`
      expect(await obstacle(f, '', `${f.state}/pipes/out`, `${gone}/err`)).toContain(gone)
    })
    it_('is what stands in the place of a folder', [{ in: 'state', path: 'file', text: '' }], async (f) => {
      expect(await obstacle(f, `${f.state}/file/out`)).toContain(`${f.state}/file`)
    })
    it_('is only looked for: nothing is made', [FOLDER], async (f) => {
      await obstacle(f, `${f.state}/pipes/out`, `${f.state}/gone/out`)
      expect(await f.look('state', 'pipes/out')).toBeNull()
      expect(await f.look('state', 'gone')).toBeNull()
    })
  })
}

const describeFresh = (name: string, make: MakeIo): void => {
  const it_ = (sentence: string, files: readonly Placed[], body: (f: IoFixture) => Promise<void>): void =>
    it(
      sentence,
      against(() => make(files), body),
    )

  describe(`${name}: fresh IO`, () => {
    const KINDS: readonly (readonly [string, Partial<IoRequest>, readonly string[]])[] = [
      ['two outputs', {}, ['web-stderr', 'web-stdout']],
      ['an input where one is asked for', { stdin: true }, ['web-stderr', 'web-stdin', 'web-stdout']],
      ['one output with a terminal', { tty: true, stdin: true }, ['web-stdin', 'web-stdout']],
    ]
    for (const [what, more, streams] of KINDS)
      it_(`has ${what}`, [], async (f) => {
        answerOf(await f.io.create({ ...WEB, ...more })())
        expect(streamsOf(await f.fresh('web'))).toEqual(streams)
        expect(await f.fresh('db')).toEqual([])
      })
    it_('is made once, however often it is asked for', [], async (f) => {
      await Promise.all([f.io.create(WEB)(), f.io.create(WEB)()])
      const first = await f.fresh('web')
      expect(first).toHaveLength(2)
      answerOf(await f.io.create(WEB)())
      expect(await f.fresh('web')).toEqual(first)
    })
    it_('is refused where something else stands', [{ in: 'state', path: 'containers/web' }], async (f) => {
      expectFailure(await f.io.create(WEB)(), 'Denied')
      expect(await f.look('state', 'containers/web')).toBe('')
    })
    it_('belongs to an identifier, and to nothing else', [], async (f) => {
      for (const id of NO_IDS) expectFailure(await f.io.create({ ...WEB, id })(), 'Malformed')
    })
  })
}

/**
 * What every implementation of Io must satisfy. `create`: whether it makes anything; who does not stay need not, for
 * nobody would hold it open.
 */
export const describeIo = (name: string, make: MakeIo, does: { readonly create: boolean }): void => {
  describeObstacle(name, make)
  if (does.create) describeFresh(name, make)
  else
    it(
      `${name}: fresh IO can be asked for, and is none`,
      against(
        () => make([]),
        async (f) => {
          answerOf(await f.io.create(WEB)())
          expect(await f.fresh('web')).toEqual([])
        },
      ),
    )
}
