import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as arbitrary from '../../adapters/fast-check/arbitraries/values.js'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import { decodeCheckpoint, encodeCheckpoint, readCheckpoint } from '../../core/checkpoint.js'
import { type JsonObject, parseJson } from '../../core/json.js'
import { BLANK_STATUS } from '../../core/status.js'
import { RUNS } from '../support/runs.js'

/** As a containerd 2.1 wrote it. */
const SEEN =
  '{"Version":"v1","Pid":3201,"CreatedAt":1795445431431213697,"StartedAt":1795445431491565775,"FinishedAt":0,"ExitCode":0,"Reason":"","Message":"","Resources":{"linux":{}},"Restore":false}'

const statusOf = (text: string) => rightOf(decodeCheckpoint(text)).status
const whyNot = (text: string) => leftOf(decodeCheckpoint(text)).why
const rewrite = (text: string): string => {
  const { status, document } = rightOf(decodeCheckpoint(text))
  return encodeCheckpoint(status, document)
}

describe('reading a checkpoint', () => {
  it('gives what containerd wrote, to the nanosecond', () => {
    expect(statusOf(SEEN)).toEqual({
      pid: 3201,
      createdAt: 1_795_445_431_431_213_697n,
      startedAt: 1_795_445_431_491_565_775n,
      finishedAt: 0n,
      exitCode: 0,
      reason: '',
      message: '',
      unknown: false,
    })
  })
  it('takes keys in any case, the last of a repeated one, zero for a missing one', () => {
    expect(statusOf('{"version":"v2","VERSION":"v1","pid":1,"Pid":2,"Pid":null}')).toEqual({
      ...BLANK_STATUS,
      pid: 2,
    })
  })
  it('holds the ends of its numbers', () => {
    const text = `{"Version":"v1","Pid":4294967295,"CreatedAt":${-(2n ** 63n)},"FinishedAt":${2n ** 63n - 1n},"ExitCode":-2147483648}`
    expect(statusOf(text)).toMatchObject({
      pid: 4_294_967_295,
      createdAt: -(2n ** 63n),
      finishedAt: 2n ** 63n - 1n,
      exitCode: -2_147_483_648,
    })
  })
  it('takes resources of any size that fits', () => {
    const linux = '{"cpu_quota":-1,"hugepage_limits":[{"page_size":"2MB","limit":18446744073709551615},null]}'
    expect(statusOf(`{"Version":"v1","Resources":{"linux":${linux},"windows":null}}`)).toEqual(BLANK_STATUS)
  })
  it.each([
    '{"Version":"v1","Pid":4294967296}',
    '{"Version":"v1","Pid":-1}',
    '{"Version":"v1","CreatedAt":9223372036854775808}',
    '{"Version":"v1","StartedAt":1.0}',
    '{"Version":"v1","FinishedAt":1e3}',
    '{"Version":"v1","ExitCode":2147483648}',
    '{"Version":"v1","Reason":1}',
    '{"Version":"v1","Resources":[]}',
    '{"Version":"v1","Resources":{"linux":{"cpu_period":"1"}}}',
    '{"Version":"v1","Resources":{"linux":{"hugepage_limits":[{"limit":-1}]}}}',
    '{"Version":"v1","Resources":{"windows":{"affinity_cpus":[{"cpu_group":4294967296}]}}}',
    '{"Version":1}',
    '[]',
    '"v1"',
  ])('refuses a wrong type or a number out of range: %s', (text) => expect(whyNot(text)).toBe('shape'))
  it.each(['{"Version":"v2","Pid":99}', '{}', '{"Version":"V1"}', '{"Version":null}', 'null'])(
    'knows version v1 alone: %s',
    (text) => expect(whyNot(text)).toBe('version'),
  )
  it('tells a file that is no JSON from one that does not fit', () => {
    expect(leftOf(decodeCheckpoint(''))).toEqual({
      why: 'not-json',
      detail: 'expected a value at character 0',
    })
    expect(leftOf(decodeCheckpoint('{"Version":"v1","Pid":true}'))).toEqual({
      why: 'shape',
      detail: 'status.Pid: expected an unsigned integer of 32 bits, got a boolean',
    })
    expect(leftOf(decodeCheckpoint('{"Version":"v2"}')).detail).toBe('version "v2", only v1 is known')
  })
  it('refuses every file that was cut', () => {
    for (let length = 0; length < SEEN.length; length += 1)
      expect(decodeCheckpoint(SEEN.slice(0, length))._tag).toBe('Left')
  })
})

describe('what stands at its place', () => {
  it.each([
    [{ kind: 'missing', directory: true }, 'missing', 'no such file'],
    [{ kind: 'missing', directory: false }, 'missing', 'no such directory'],
    [{ kind: 'too-large', bytes: 1n << 30n }, 'too-large', '1073741824 bytes'],
    [{ kind: 'not-a-file', what: 'fifo' }, 'not-a-file', 'a fifo'],
    [{ kind: 'unreadable', why: 'input/output error' }, 'denied', 'input/output error'],
  ] as const)('says why it cannot be used (%#)', (file, why, detail) =>
    expect(leftOf(readCheckpoint(file))).toEqual({ why, detail }),
  )
  it('is read where it is a text', () => {
    expect(rightOf(readCheckpoint({ kind: 'text', text: SEEN })).status.pid).toBe(3201)
  })
})

describe('rewriting a checkpoint', () => {
  it('changes nothing in the file that containerd wrote', () => {
    expect(rewrite(SEEN)).toBe(SEEN)
  })
  it('keeps what is not known, value for value and in order', () => {
    const unknown =
      '"New":{"n":12345678901234567890,"f":1e400,"n":null},"Resources":{"x":1},"new":[-0],"__proto__":1'
    expect(rewrite(`{${unknown},"version":"v1","Pid":1,"PID":2}`)).toBe(
      `{"Version":"v1","Pid":2,"CreatedAt":0,"StartedAt":0,"FinishedAt":0,"ExitCode":0,"Reason":"","Message":"",${unknown}}`,
    )
  })
  it('writes what it makes up as containerd does', () => {
    expect(encodeCheckpoint(BLANK_STATUS, null)).toBe(
      '{"Version":"v1","Pid":0,"CreatedAt":0,"StartedAt":0,"FinishedAt":0,"ExitCode":0,"Reason":"","Message":"","Resources":null}',
    )
  })
})

/** Fields that are none of ours, around which ours are written. */
const others: fc.Arbitrary<JsonObject> = fc
  .array(
    fc.tuple(
      arbitrary.text.map((key) => `x${key}`),
      arbitrary.json,
    ),
    { maxLength: 3 },
  )
  .map((entries) => ({ kind: 'object', entries }))

describe('a written checkpoint', () => {
  it('is read back as the same status, with all that is not ours', () => {
    fc.assert(
      fc.property(arbitrary.status, fc.option(others), (status, document) => {
        const written = rightOf(decodeCheckpoint(encodeCheckpoint(status, document)))
        expect(written.status).toEqual(status)
        if (document !== null) expect(written.document.entries.slice(8)).toEqual(document.entries)
      }),
      { numRuns: RUNS },
    )
  })
  it('does not change when it is written again', () => {
    fc.assert(
      fc.property(arbitrary.status, fc.option(others), (status, document) => {
        const text = encodeCheckpoint(status, document)
        expect(rewrite(text)).toBe(text)
        expect(parseJson(text)._tag).toBe('Right')
      }),
      { numRuns: RUNS },
    )
  })
  it('of any text at all is a status or a reason, never an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(['Left', 'Right']).toContain(decodeCheckpoint(text)._tag)
      }),
      { numRuns: RUNS },
    )
  })
})
