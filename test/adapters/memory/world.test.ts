import Ajv from 'ajv'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CALLS, FAULT_CALLS } from '../../../adapters/memory/calls.js'
import { worldCodec } from '../../../adapters/memory/codecs.js'
import {
  decodeWorld,
  emptyWorld,
  encodeWorld,
  parseWorld,
  printWorld,
  simulate,
} from '../../../adapters/memory/index.js'
import schema from '../../../adapters/memory/world.schema.json' with { type: 'json' }
import { FULL, MINIMAL } from './samples.js'

const ajv = new Ajv.Ajv({ strict: true, allowUnionTypes: true })
const fitsSchema = ajv.compile(schema)
const fitsCodec = (document: unknown): boolean => worldCodec.decode(document)._tag === 'Right'

/** Every place in a document, as the keys that lead there. */
const places = (value: unknown, at: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? [at, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...at, key]))]
    : [at]

const GONE = Symbol('gone')

/** A copy of a document with something else at one place. */
const changed = (value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown => {
  if (key === undefined) return to
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .map(([k, inner]): [string, unknown] => [k, k === key ? changed(inner, rest, to) : inner])
    .filter(([, inner]) => inner !== GONE)
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)
}

const misfitOf = (document: unknown): string => {
  const world = decodeWorld(document)
  return world._tag === 'Left' ? world.left : 'fits'
}

describe('world file', () => {
  it('a small and a full document fit the codec and the schema', () => {
    for (const sample of [MINIMAL, FULL]) {
      expect(misfitOf(sample)).toBe('fits')
      expect(fitsSchema(sample), JSON.stringify(fitsSchema.errors)).toBe(true)
    }
  })

  it('codec and schema agree on documents with anything else at any place', () => {
    const anything = fc.oneof(
      fc.constantFrom(
        GONE,
        null,
        '',
        '0',
        '-1',
        '01',
        0,
        -1,
        1.5,
        1e300,
        true,
        [],
        {},
        [null],
        { id: 'a' },
        'running',
        'a/../b',
        '..',
        'AA==',
        'AA=',
        '1'.repeat(20),
      ),
      fc.constantFrom(...FAULT_CALLS),
      fc.jsonValue({ maxDepth: 2 }),
    )
    fc.assert(
      fc.property(fc.constantFrom(MINIMAL, FULL), fc.nat(), anything, (sample, pick, to) => {
        const all = places(sample)
        const document = changed(sample, all[pick % all.length] ?? [], to)
        if (document === GONE) return
        expect(fitsCodec(document)).toBe(fitsSchema(document))
      }),
      { numRuns: 5000 },
    )
  })

  it('codec and schema refuse the same keys', () => {
    for (const at of places(FULL)) {
      const stray = changed(FULL, [...at, 'stray'], 1)
      expect(fitsCodec(stray)).toBe(fitsSchema(stray))
    }
    const hostile = JSON.parse('{"version":1,"now":"1","containers":[{"id":"a","labels":{"__proto__":"x"}}]}')
    expect([fitsCodec(hostile), fitsSchema(hostile)]).toEqual([false, false])
  })

  it('holds no time that is no int64, and so no status that could be written and not be read', () => {
    const at = (now: bigint) => misfitOf({ version: 1, now: String(now) })
    expect([at(2n ** 63n - 1n), at(-(2n ** 63n))]).toEqual(['fits', 'fits'])
    expect(at(2n ** 63n)).toMatch(/^now: expected ns since 1970/)
    expect(at(-(2n ** 63n) - 1n)).toMatch(/^now: expected ns since 1970/)
  })

  it('takes -0 for the 0 that it prints', () => {
    const world = parseWorld('{"version":1,"now":"-0","tasks":[{"id":"a","status":"running","pid":-0}]}')
    if (world._tag === 'Left') return expect.unreachable(world.left)
    expect(world.right.tasks[0]?.pid).toBe(0)
    expect(parseWorld(printWorld(world.right))).toStrictEqual(world)
  })

  it('refuses a path that is longer than a file system takes, before it looks at each folder of it', () => {
    const at = (path: string) => misfitOf({ version: 1, now: '1', files: [{ in: 'root', path }] })
    expect(at(`${'a/'.repeat(2047)}ab`)).toBe('fits')
    expect(at(`${'a/'.repeat(2048)}a`)).toMatch(/^files\[0\]\.path: expected names joined by/)
  })

  it('tells the first of many misfits, and looks at no other', () => {
    const containers: readonly unknown[] = [{ id: 'a' }, 1, ...new Array(100_000).fill(2)]
    expect(misfitOf({ version: 1, now: '1', containers })).toBe('containers[1]: expected an object, got 1')
    const read = worldCodec.decode({ version: 1, now: '1', containers })
    expect(read._tag === 'Left' ? read.left.length : 0).toBe(1)
  })

  it('reads back what it prints, digit by digit', () => {
    const world = decodeWorld(FULL)
    if (world._tag === 'Left') return expect.unreachable(world.left)
    expect(parseWorld(printWorld(world.right))).toEqual(world)
    expect(fitsSchema(JSON.parse(printWorld(world.right)))).toBe(true)
    expect(printWorld(emptyWorld(7n))).toBe('{\n  "version": 1,\n  "now": "7"\n}\n')
    expect(encodeWorld(emptyWorld(7n))).toMatchObject({ version: 1, now: '7' })
  })

  it('a world that was simulated and not touched is the world that went in', () => {
    const world = decodeWorld(FULL)
    if (world._tag === 'Left') return expect.unreachable(world.left)
    const again = simulate(world.right).world()
    expect(again).toEqual({ ...world.right, files: again.files })
    expect(new Set(again.files)).toEqual(new Set(world.right.files))
  })

  it('keeps int64 of a value that is written as an object', () => {
    const text =
      '{"version":1,"now":"1","containers":[{"id":"a","extensions":{"x":{"value":{"T":9007199254740993,"U":-1.50}}}}]}'
    const world = parseWorld(text)
    const value = world._tag === 'Right' ? world.right.containers[0]?.extensions.get('x')?.value : undefined
    expect(value).toBe('{"T":9007199254740993,"U":-1.5}')
    if (world._tag === 'Right') expect(parseWorld(printWorld(world.right))).toEqual(world)
  })

  it('knows the type of the extensions of CRI', () => {
    const world = decodeWorld({
      version: 1,
      now: '1',
      containers: [
        {
          id: 'a',
          extensions: {
            'io.cri-containerd.sandbox.metadata': { value: '' },
            other: { value: '' },
            third: { typeUrl: 'x', value: '' },
          },
        },
      ],
    })
    const extensions = world._tag === 'Right' ? [...(world.right.containers[0]?.extensions ?? [])] : []
    expect(extensions.map(([, e]) => e.typeUrl)).toEqual([
      'github.com/containerd/cri/pkg/store/sandbox/Metadata',
      '',
      'x',
    ])
  })

  it.each([
    [[], 'the document: expected an object, got []'],
    [{ version: 1, now: 12 }, 'now: expected ns since 1970 as a decimal string, got 12'],
    [{ version: 2, now: '1' }, 'version: expected 1, got 2'],
    [{ version: 1 }, 'now: expected ns since 1970 as a decimal string, got nothing'],
    [
      { ...MINIMAL, containers: [{ id: 'a' }, { id: 'b', createdAt: 12 }] },
      'containers[1].createdAt: expected ns since 1970 as a decimal string, got 12',
    ],
    [
      { ...MINIMAL, containers: [{ id: 'a', labels: { 'a b': 1 } }] },
      'containers[0].labels["a b"]: expected a string, got 1',
    ],
    [
      { ...MINIMAL, tasks: [{ id: 'a', status: 'gone' }] },
      'tasks[0].status: expected one of unknown, created, running, stopped, paused, pausing, other, got "gone"',
    ],
    [
      { ...MINIMAL, netns: [{ path: '/a', status: 'open', stat: 1 }] },
      'netns[0].stat: unknown key; known are path, status',
    ],
    [{ ...MINIMAL, tasks: 7n }, 'tasks: expected a list, got 7'],
    [{ ...MINIMAL, lock: ['x'.repeat(100)] }, `lock: expected a string or null, got ["${'x'.repeat(58)}…`],
    [{ ...MINIMAL, containers: [{ id: 'a' }, { id: 'a' }] }, 'containers[1]: stands there twice: "a"'],
    [{ ...MINIMAL, details: [{ id: 'a' }, { id: 'a' }] }, 'details[1]: stands there twice: "a"'],
    [
      {
        ...MINIMAL,
        files: [
          { in: 'root', path: 'a', text: '' },
          { in: 'root', path: 'a/b', text: '' },
        ],
      },
      'files[1].path: below something that is no directory',
    ],
    [
      { ...MINIMAL, files: [{ in: 'root', path: 'a', text: '', bytes: '1' }] },
      'files[0]: at most one of text, base64, bytes, unreadable',
    ],
    [
      { ...MINIMAL, files: [{ in: 'root', path: 'a', kind: 'fifo', text: '' }] },
      'files[0]: only a file has content',
    ],
  ])('says in one line what does not fit (%#)', (document, said) => {
    expect(misfitOf(document)).toBe(said)
  })

  it.each([
    ['{', 'not JSON: expected a string at character 1'],
    [
      '{"version":1,"now":"1","containers":[{"__proto__":{}}]}',
      'containers[0].__proto__: this key is refused',
    ],
    ['{"version":1,"now":"1","now":"2"}', 'now: this key stands there twice'],
    ['{"version":1,"now":1e999}', 'now: this number is too large'],
    ['['.repeat(100_000), 'not JSON: nested deeper than 256 at character 257'],
  ])('survives hostile text (%#)', (text, said) => {
    expect(parseWorld(text)).toEqual({ _tag: 'Left', left: said })
  })

  it('survives values that hang on themselves', () => {
    const knot = { knot: {} }
    knot.knot = knot
    expect(misfitOf({ ...MINIMAL, content: [{ digest: 'a', text: knot }] })).toBe(
      'content[0].text: expected a string or an object or null, got something that is not JSON',
    )
  })

  it('is total on any text and any value', () => {
    fc.assert(fc.property(fc.string(), (text) => parseWorld(text)._tag === 'Left'))
    fc.assert(fc.property(fc.anything(), (value) => decodeWorld(value)._tag === 'Left'))
  })

  it('names every call in the schema', () => {
    for (const call of [...Object.keys(CALLS), ...FAULT_CALLS])
      expect(fitsSchema({ ...MINIMAL, faults: [{ call, answer: 'hang' }] })).toBe(true)
  })
})
