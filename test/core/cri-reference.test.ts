import { describe, expect, it } from 'vitest'
import { isDigest, lookupName, printReference, readName, readReference } from '../../core/cri-reference.js'

const HEX = '0123456789abcdef'.repeat(4)
const SHA = `sha256:${HEX}`
const name = (whole: string, tag: string | null = null, digest: string | null = null) => ({
  name: whole,
  tag,
  digest,
})

describe('a digest', () => {
  it.each([
    [SHA, true],
    [`sha384:${'a'.repeat(96)}`, true],
    [`sha512:${'a'.repeat(128)}`, true],
    [`sha256:${'a'.repeat(63)}`, false],
    [`sha256:${'a'.repeat(65)}`, false],
    [`sha384:${HEX}`, false],
    [`sha512:${HEX}`, false],
    [`md5:${'a'.repeat(32)}`, false],
    [`sha256:${HEX.toUpperCase()}`, false],
    [`SHA256:${HEX}`, false],
    [` ${SHA}`, false],
    [`${SHA}\n`, false],
    [`a@${SHA}`, false],
    [HEX, false],
    [`:${HEX}`, false],
    ['sha256:', false],
    ['', false],
  ])('can be checked: %j %s', (text, expected) => expect(isDigest(text)).toBe(expected))
})

describe('a name', () => {
  it.each([
    ['busybox', name('docker.io/library/busybox')],
    ['busybox:1.36', name('docker.io/library/busybox', '1.36')],
    ['user/app', name('docker.io/user/app')],
    ['docker.io/busybox', name('docker.io/library/busybox')],
    ['docker.io/user/app', name('docker.io/user/app')],
    ['index.docker.io/busybox', name('docker.io/library/busybox')],
    ['index.docker.io/user/app', name('docker.io/user/app')],
    ['localhost/app', name('localhost/app')],
    ['localhost:5000/app:1', name('localhost:5000/app', '1')],
    ['registry.k8s.io/pause:3.9', name('registry.k8s.io/pause', '3.9')],
    ['Registry/app', name('Registry/app')],
    ['registry/app', name('docker.io/registry/app')],
    ['[fd00::1]:5000/app', name('[fd00::1]:5000/app')],
    ['a.b/c/d/e', name('a.b/c/d/e')],
    ['a-b.c/d', name('a-b.c/d')],
    ['a__b/c.d_e--f', name('docker.io/a__b/c.d_e--f')],
    [`app@${SHA}`, name('docker.io/library/app', null, SHA)],
    [`a.b/app:1@${SHA}`, name('a.b/app', '1', SHA)],
    ['app:A_.-z', name('docker.io/library/app', 'A_.-z')],
    [`app:${'t'.repeat(128)}`, name('docker.io/library/app', 't'.repeat(128))],
    [`a.b/${'c'.repeat(251)}`, name(`a.b/${'c'.repeat(251)}`)],
  ])('%j has its registry written out', (text, expected) => expect(readName(text)).toEqual(expected))
  it.each([
    '',
    '/',
    'app/',
    '/app',
    'a.b//c',
    'App',
    'a.b/App',
    'app_',
    '_app',
    'a...b/c d',
    'app:',
    'app:.tag',
    'app:-tag',
    `app:${'t'.repeat(129)}`,
    'app@',
    'app@sha256:abc',
    `app@md5:${'a'.repeat(32)}`,
    `app@sha256:${'a'.repeat(63)}`,
    `app@sha256:${HEX.toUpperCase()}`,
    `app@${SHA}:1`,
    '-a.b/app',
    'a-.b/app',
    'a.b:port/app',
    '[fd00::g]/app',
    ' app',
    'app ',
    'app\n',
    HEX,
    `a.b/${'c'.repeat(252)}`,
    `app:${'t'.repeat(5000)}`,
  ])('is not %j', (text) => expect(readName(text)).toBeNull())
  it('of hexadecimals is one where they are no whole digest', () => {
    expect(readName(HEX.slice(1))).toEqual(name(`docker.io/library/${HEX.slice(1)}`))
    expect(readName(`${HEX}a`)).toEqual(name(`docker.io/library/${HEX}a`))
    expect(readName(`x${HEX}`)).toEqual(name(`docker.io/library/x${HEX}`))
  })
})

describe('what an image record is called', () => {
  it.each([
    [HEX, { name: null, tag: null, digest: SHA }],
    [SHA, { name: null, tag: null, digest: SHA }],
    ['app:1', name('docker.io/library/app', '1')],
    [`a${HEX}`, name(`docker.io/library/a${HEX}`)],
    [`${HEX}a`, name(`docker.io/library/${HEX}a`)],
    ['App', null],
    ['sha256:abc', name('docker.io/library/sha256', 'abc')],
  ])('%j is read as a name or as a digest', (text, expected) => expect(readReference(text)).toEqual(expected))
})

describe('a reference', () => {
  it.each([
    [{ name: 'a.b/c', tag: null, digest: null }, 'a.b/c'],
    [{ name: 'a.b/c', tag: '1', digest: null }, 'a.b/c:1'],
    [{ name: 'a.b/c', tag: null, digest: SHA }, `a.b/c@${SHA}`],
    [{ name: 'a.b/c', tag: '1', digest: SHA }, `a.b/c:1@${SHA}`],
    [{ name: null, tag: null, digest: SHA }, SHA],
    [{ name: null, tag: null, digest: null }, ''],
  ])('is written in one way (%#)', (reference, text) => expect(printReference(reference)).toBe(text))
})

describe('the name under which one is looked up', () => {
  it.each([
    ['busybox', 'docker.io/library/busybox:latest'],
    ['busybox:1', 'docker.io/library/busybox:1'],
    [`busybox@${SHA}`, `docker.io/library/busybox@${SHA}`],
    [`busybox:1@${SHA}`, `docker.io/library/busybox@${SHA}`],
    ['a.b/c', 'a.b/c:latest'],
    ['Busybox', null],
    [HEX, null],
  ])('of %j is %j', (text, expected) => expect(lookupName(text)).toBe(expected))
})
