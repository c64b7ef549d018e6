import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import { type CriImage, imageUser, indexImages, resolveImage, shownImage } from '../../core/cri-images.js'
import type { ImageSeen } from '../../core/observation.js'

const ONE = `sha256:1${'a'.repeat(63)}`
const TWO = `sha256:1${'b'.repeat(63)}`
const PULLED = `sha256:${'c'.repeat(64)}`

const seen = (
  name: string,
  id: string,
  more: { readonly pinned?: string; readonly size?: bigint } = {},
): ImageSeen => ({
  record: {
    name,
    digest: PULLED,
    mediaType: '',
    size: 9n,
    labels: new Map(more.pinned === undefined ? [] : [['io.cri-containerd.pinned', more.pinned]]),
  },
  content: { status: 'complete', id, diffIds: ['d1', 'd2'], size: more.size ?? 5n, user: '1000:staff' },
  unpacked: true,
})
const torn = (name: string): ImageSeen => ({
  ...seen(name, ONE),
  content: { status: 'incomplete', id: ONE, missing: ['l'] },
})
const only = (...images: readonly ImageSeen[]): CriImage => {
  const [first] = [...indexImages(images).byId.values()]
  return first ?? expect.unreachable()
}

describe('the images that the CRI lists', () => {
  it('are one for each config, with all of its names', () => {
    const { byId, idOf } = indexImages([
      seen('docker.io/library/app:2', ONE),
      seen(ONE, ONE),
      seen(`docker.io/library/app@${PULLED}`, ONE),
      seen('docker.io/library/app:1', ONE),
      seen('docker.io/library/other:1', TWO, { size: 7n }),
    ])
    expect([...byId]).toEqual([
      [
        ONE,
        {
          id: ONE,
          tags: ['docker.io/library/app:1', 'docker.io/library/app:2'],
          digests: [`docker.io/library/app@${PULLED}`],
          size: 5n,
          pinned: false,
          user: '1000:staff',
          diffIds: ['d1', 'd2'],
        },
      ],
      [TWO, expect.objectContaining({ id: TWO, tags: ['docker.io/library/other:1'], digests: [], size: 7n })],
    ])
    expect(idOf).toEqual(
      new Map([
        ['docker.io/library/app:2', ONE],
        [ONE, ONE],
        [`docker.io/library/app@${PULLED}`, ONE],
        ['docker.io/library/app:1', ONE],
        ['docker.io/library/other:1', TWO],
      ]),
    )
  })
  it('are none of those that are not wholly there', () => {
    expect(indexImages([torn('docker.io/library/app:1')])).toEqual({ byId: new Map(), idOf: new Map() })
    const missing: ImageSeen = { ...seen('b:1', ONE), content: { status: 'missing', id: null, why: 'gone' } }
    expect(indexImages([missing, seen('a.b/c:1', TWO), torn('a.b/d:1')]).idOf).toEqual(
      new Map([['a.b/c:1', TWO]]),
    )
  })
  it('are pinned where one of their records is', () => {
    expect(only(seen('a.b/c:1', ONE), seen('a.b/c:2', ONE, { pinned: 'pinned' })).pinned).toBe(true)
    expect(only(seen('a.b/c:1', ONE, { pinned: 'no' })).pinned).toBe(false)
  })
  it('have those names alone that can be read, and a tag only where the name has one', () => {
    expect(
      only(seen('Not A Name', ONE), seen('a.b/c', ONE), seen('1'.repeat(64), ONE), seen('a.b/c:1', ONE)),
    ).toMatchObject({
      tags: ['a.b/c:1'],
      digests: [],
    })
  })
  it('have a name with both a tag and a digest among their digests, and first', () => {
    const both = `a.b/z:9@${PULLED}`
    const digest = `a.b/a@${PULLED}`
    expect(only(seen(digest, ONE), seen('a.b/b:1', ONE), seen(both, ONE))).toMatchObject({
      tags: ['a.b/b:1'],
      digests: [both, digest],
    })
  })
  it('have the same names in whatever order their records come', () => {
    const records = ['a.b/c:1', 'a.b/c:2', 'a.b/b:1', `a.b/c@${PULLED}`, `a.b/b@${PULLED}`].map((name) =>
      seen(name, ONE),
    )
    fc.assert(
      fc.property(fc.shuffledSubarray(records, { minLength: 5 }), (all) => {
        expect(only(...all)).toMatchObject({
          tags: ['a.b/b:1', 'a.b/c:1', 'a.b/c:2'],
          digests: [`a.b/b@${PULLED}`, `a.b/c@${PULLED}`],
        })
      }),
      { numRuns: 50 },
    )
  })
})

describe('an image that is asked for', () => {
  const index = () =>
    indexImages([
      seen('docker.io/library/app:latest', ONE),
      seen('docker.io/library/app:1', TWO),
      seen(`docker.io/library/app@${PULLED}`, TWO),
    ])
  const resolved = (asked: string) => rightOf(resolveImage(index(), asked))?.id ?? null
  it.each([
    ['app', ONE],
    ['app:latest', ONE],
    ['app:1', TWO],
    [`app@${PULLED}`, TWO],
    [`app:latest@${PULLED}`, TWO],
    [ONE, ONE],
    [ONE.slice('sha256:'.length), ONE],
    ['1a', ONE],
    ['sha256:1b', TWO],
    [TWO.slice(0, -1), TWO],
    ['2', null],
    ['sha512:1a', null],
    ['aa', null],
    [PULLED, null],
    ['app:2', null],
    ['', null],
  ])('as %j is found by name or by the beginning of its id', (asked, id) => expect(resolved(asked)).toBe(id))
  it('is ambiguous where its id begins several', () => {
    expect(leftOf(resolveImage(index(), '1'))).toBe('ambiguous')
    expect(leftOf(resolveImage(index(), 'sha256:1'))).toBe('ambiguous')
  })
  it('is the one whose id is whole, though it begins another’s', () => {
    const nested = indexImages([seen('a.b/c:1', 'sha256:1'), seen('a.b/c:2', 'sha256:12')])
    expect(rightOf(resolveImage(nested, 'sha256:1'))?.id).toBe('sha256:1')
  })
})

describe('a container’s image', () => {
  const index = () =>
    indexImages([
      seen('a.b/c:2', ONE),
      seen('a.b/c:1', ONE),
      seen(`a.b/c@${PULLED}`, ONE),
      seen('Not A Name', TWO),
    ])
  it.each([
    [ONE, { tag: 'a.b/c:1', digest: `a.b/c@${PULLED}` }],
    [TWO, { tag: null, digest: null }],
    [PULLED, { tag: null, digest: null }],
    ['sha256:1', { tag: null, digest: null }],
    ['', { tag: null, digest: null }],
  ])('%j is shown by its first tag and digest', (imageRef, shown) =>
    expect(shownImage(index(), imageRef)).toEqual(shown),
  )
})

describe('the user of an image', () => {
  const named = (name: string) => ({ uid: null, name })
  const numbered = (uid: bigint) => ({ uid, name: '' })
  it.each([
    ['', named('')],
    ['1000', numbered(1000n)],
    ['0', numbered(0n)],
    ['1000:staff', numbered(1000n)],
    ['1000:', numbered(1000n)],
    ['+7', numbered(7n)],
    ['-1', numbered(-1n)],
    ['9223372036854775807', numbered(2n ** 63n - 1n)],
    ['9223372036854775808', named('9223372036854775808')],
    ['-9223372036854775808', numbered(-(2n ** 63n))],
    ['-9223372036854775809', named('-9223372036854775809')],
    ['99999999999999999999', named('99999999999999999999')],
    ['nobody', named('nobody')],
    ['nobody:nogroup', named('nobody')],
    [':staff', named('')],
    ['1a', named('1a')],
    ['a1', named('a1')],
    ['1 ', named('1 ')],
    ['++1', named('++1')],
    ['+', named('+')],
  ])('%j is a number or a name', (user, expected) => expect(imageUser(user)).toEqual(expected))
})
