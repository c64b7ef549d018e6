import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bundles } from '../../../adapters/filesystem/bundles.js'
import { folder, left, openBelow, right } from './support.js'

const FOLDER = 'io.containerd.runtime.v2.task/k8s.io'

/** A containerd's state folder with a namespace in it, and a bundle of each name with its files. */
const stateWith = (made: Readonly<Record<string, Readonly<Record<string, string>>>> = {}): string => {
  const state = folder()
  mkdirSync(join(state, FOLDER), { recursive: true })
  for (const [id, files] of Object.entries(made)) {
    mkdirSync(join(state, FOLDER, id))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(state, FOLDER, id, name), text)
  }
  return state
}

const list = (state: string, namespace = 'k8s.io') => right(bundles({ state, namespace })())

/** What is told of the one bundle with these files. */
const addressOf = async (files: Readonly<Record<string, string>>) =>
  (await list(stateWith({ web: files })))[0]?.address

const bootstrap = (own: object = {}): string =>
  JSON.stringify({ version: 3, address: 'unix:///run/containerd/s/1f', protocol: 'ttrpc', ...own })

const SOCKET = { socket: '/run/containerd/s/1f', protocol: 'ttrpc' } as const

describe('the bundles', () => {
  it('are none where the folder is not there', async () => {
    expect(await list(folder())).toEqual([])
    expect(await list(stateWith(), 'other')).toEqual([])
    expect(await list(stateWith())).toEqual([])
  })

  it('are listed by id, each with where its shim listens', async () => {
    const state = stateWith({
      'web-2': { address: 'unix:///run/containerd/s/1f' },
      'web-1': { 'bootstrap.json': bootstrap() },
    })
    expect(await list(state)).toEqual([
      { id: 'web-1', address: { ...SOCKET, service: 'v3' } },
      { id: 'web-2', address: { ...SOCKET, service: 'v2' } },
    ])
    expect(openBelow(state)).toBe(0)
  })

  it('are folders with the name of an id, and nothing else', async () => {
    const state = stateWith({ web: {}, '.hidden': {}, 'a..b': {}, 'with space': {}, ['x'.repeat(77)]: {} })
    const base = join(state, FOLDER)
    writeFileSync(join(base, 'file'), '')
    symlinkSync('web', join(base, 'link'))
    symlinkSync('/', join(base, 'outside'))
    execFileSync('mkfifo', [join(base, 'fifo')])
    mkdirSync(Buffer.concat([Buffer.from(`${base}/bytes`), Buffer.from([0xff])]))
    expect((await list(state)).map(({ id }) => id)).toEqual(['web'])
  })

  it('are of a namespace that can be a folder', async () => {
    for (const namespace of ['..', '', 'a/b', '.'])
      expect(await left(bundles({ state: stateWith(), namespace })())).toMatchObject({ tag: 'Malformed' })
    const state = folder()
    writeFileSync(join(state, 'io.containerd.runtime.v2.task'), '')
    expect(await left(bundles({ state, namespace: 'k8s.io' })())).toMatchObject({ tag: 'Denied' })
  })

  it('may be many', async () => {
    const state = stateWith()
    for (let at = 0; at < 300; at++) {
      mkdirSync(join(state, FOLDER, `c${at}`))
      writeFileSync(join(state, FOLDER, `c${at}`, 'address'), `unix:///run/s/${at}`)
    }
    const found = await list(state)
    expect(found).toHaveLength(300)
    for (const { id, address } of found) expect(address).toMatchObject({ socket: `/run/s/${id.slice(1)}` })
    expect(openBelow(state)).toBe(0)
  })
})

describe('an address', () => {
  it('is what the shim told as it started, before what an older one wrote', async () => {
    expect(await addressOf({ 'bootstrap.json': bootstrap(), address: 'unix:///other' })).toEqual({
      ...SOCKET,
      service: 'v3',
    })
    for (const [version, service] of [
      [2, 'v2'],
      [3, 'v3'],
      [4, 'v3'],
    ] as const)
      expect(await addressOf({ 'bootstrap.json': bootstrap({ version }) })).toEqual({ ...SOCKET, service })
    const grpc = { version: 2, protocol: 'GRPC', address: '/run/kata/shim.sock' }
    for (const name of ['bootstrap.json', 'address'])
      expect(await addressOf({ [name]: bootstrap(grpc) })).toEqual({
        socket: '/run/kata/shim.sock',
        protocol: 'grpc',
        service: 'v2',
      })
  })

  it('is an abstract socket in its old forms', async () => {
    const abstract = { protocol: 'ttrpc', service: 'v2' }
    expect(await addressOf({ address: '/containerd-shim/1f.sock' })).toEqual({
      ...abstract,
      socket: '\0/containerd-shim/1f.sock',
    })
    expect(await addressOf({ address: 'unix://@/containerd-shim/1f.sock\n' })).toEqual({
      ...abstract,
      socket: '\0/containerd-shim/1f.sock',
    })
  })

  const BAD: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['there is none', {}, 'neither bootstrap.json nor address'],
    ['it is empty', { address: '' }, 'address: "" is no address'],
    ['it is relative', { address: 'unix://run/s/1' }, 'no address'],
    ['it is a word', { address: 'garbage' }, 'no address'],
    ['it is no socket', { address: 'vsock://3:1024' }, 'no address'],
    ['it is only a sign', { address: 'unix://@' }, 'no address'],
    ['it holds a zero byte', { address: 'unix:///run/a\0b' }, 'no address'],
    ['it holds an escape', { address: 'unix:///run/\x1b[31m' }, '\\u001b'],
    ['its bootstrap is no JSON', { 'bootstrap.json': '{"version":3' }, 'bootstrap.json: it is not JSON'],
    ['its bootstrap is no object', { 'bootstrap.json': 'null', address: 'unix:///run/s/1' }, 'not JSON'],
    ['its bootstrap is empty', { 'bootstrap.json': '' }, 'not JSON'],
    ['its version is missing', { 'bootstrap.json': bootstrap({ version: undefined }) }, 'version null'],
    ['its version is old', { 'bootstrap.json': bootstrap({ version: 1 }) }, 'version 1'],
    ['its version is a text', { 'bootstrap.json': bootstrap({ version: '3' }) }, 'version "3"'],
    ['its version is broken', { 'bootstrap.json': bootstrap({ version: 2.5 }) }, 'version 2.5'],
    ['its protocol is unknown', { 'bootstrap.json': bootstrap({ protocol: 'http' }) }, 'protocol "http"'],
    ['its protocol is a trap', { 'bootstrap.json': bootstrap({ protocol: { toString: 1 } }) }, 'protocol {'],
    ['its address is a number', { 'bootstrap.json': bootstrap({ address: 7 }) }, 'no address'],
    [
      'its address is hidden',
      { 'bootstrap.json': '{"version":3,"protocol":"ttrpc","__proto__":{"address":"unix:///x"}}' },
      'no address',
    ],
    [
      'it has no scheme for gRPC',
      { 'bootstrap.json': bootstrap({ protocol: 'grpc', address: 'x' }) },
      'no address',
    ],
  ]

  it.each(BAD)('cannot be told where %s', async (_, files, why) => {
    const address = await addressOf(files)
    expect(address).toBeTypeOf('string')
    expect(address).toContain(why)
  })

  it('is told in few words, whatever stands there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.constantFrom('address', 'bootstrap.json'), async (text, name) => {
        const address = await addressOf({ [name]: text.repeat(50) })
        if (typeof address === 'string') expect(address.length).toBeLessThan(300)
        else expect(address?.socket).toMatch(/^\0?./)
      }),
      { numRuns: 60 },
    )
  })

  it.each(['address', 'bootstrap.json'])('is read from a regular %s of a sane size only', async (name) => {
    const state = stateWith({ web: {}, well: { address: 'unix:///run/containerd/s/1f' } })
    const file = join(state, FOLDER, 'web', name)
    const well = { id: 'well', address: { ...SOCKET, service: 'v2' } }
    // Read with the bad byte replaced, it would be the address of something else.
    const NO_TEXT = Buffer.from(
      name === 'address' ? 'unix:///run/\xff' : bootstrap().replace('1f', '\xff'),
      'latin1',
    )
    const outside = join(folder(), 'outside')
    writeFileSync(outside, name === 'address' ? 'unix:///run/s/1' : bootstrap())
    const things: readonly (readonly [() => void, string])[] = [
      [() => symlinkSync(outside, file), 'a symlink stands'],
      [() => symlinkSync('nowhere', file), 'a symlink stands'],
      [() => execFileSync('mkfifo', [file]), 'a fifo stands'],
      [() => mkdirSync(file), 'a directory stands'],
      [() => writeFileSync(file, NO_TEXT), 'not valid'],
      [
        () => {
          writeFileSync(file, '')
          truncateSync(file, 2 ** 40)
        },
        'larger than 65536 bytes',
      ],
    ]
    for (const [make, why] of things) {
      make()
      const [first, second] = await list(state)
      expect(first?.address).toContain(why)
      expect(second).toEqual(well)
      rmSync(file, { recursive: true })
    }
    expect(openBelow(state)).toBe(0)
  })

  it('leaves the bundle as it was', async () => {
    const state = stateWith({ web: { address: 'unix:///run/s/1' } })
    const look = () => statSync(join(state, FOLDER, 'web'), { bigint: true }).mtimeNs
    const before = look()
    await list(state)
    expect(look()).toBe(before)
  })
})
