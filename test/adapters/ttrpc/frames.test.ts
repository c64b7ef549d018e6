import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  DATA,
  encodeFrame,
  type Frame,
  frameDecoder,
  MAX_DATA,
  REQUEST,
  RESPONSE,
} from '../../../adapters/ttrpc/frames.js'

const frame: fc.Arbitrary<Frame> = fc.record({
  stream: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  type: fc.constantFrom(REQUEST, RESPONSE, DATA),
  flags: fc.integer({ min: 0, max: 255 }),
  data: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
})

const head = (length: number, type = RESPONSE): Buffer => {
  const bytes = encodeFrame({ stream: 1, type: RESPONSE, flags: 0, data: Buffer.alloc(0) })
  bytes.writeUInt32BE(length, 0)
  bytes.writeUInt8(type, 8)
  return bytes
}

/** All that a decoder makes of the pieces. */
const decodeAll = (pieces: readonly Uint8Array[]) => {
  const decoder = frameDecoder()
  const results = pieces.map((piece) => decoder.push(piece))
  return { frames: results.flatMap(({ frames }) => frames), error: results.at(-1)?.error ?? null }
}

const cut = (bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] => {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b)]
  return sorted.map((from, at) => bytes.subarray(from, sorted[at + 1] ?? bytes.length))
}

describe('a frame', () => {
  it('is the bytes that ttrpc says it is', () => {
    const bytes = encodeFrame({ stream: 258, type: REQUEST, flags: 3, data: Buffer.from('abc') })
    expect([...bytes]).toEqual([0, 0, 0, 3, 0, 0, 1, 2, 1, 3, 97, 98, 99])
  })

  it('comes out as it went in, at every way to cut it in two', () => {
    const frames: readonly Frame[] = [
      { stream: 1, type: RESPONSE, flags: 0, data: Buffer.alloc(0) },
      { stream: 3, type: DATA, flags: 4, data: Buffer.from('some data') },
    ]
    const bytes = Buffer.concat(frames.map(encodeFrame))
    for (let at = 0; at <= bytes.length; at++) {
      const decoded = decodeAll([bytes.subarray(0, at), bytes.subarray(at)])
      expect(decoded).toEqual({ frames, error: null })
    }
    expect(decodeAll([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual({ frames, error: null })
  })

  it('comes out as it went in, many of them, cut anyhow', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (frames, places) => {
          const bytes = Buffer.concat(frames.map(encodeFrame))
          expect(decodeAll(cut(bytes, places))).toEqual({ frames, error: null })
        },
      ),
    )
  })

  it('may be as large as ttrpc allows, and no byte larger', () => {
    const data = Buffer.alloc(MAX_DATA, 7)
    const large = encodeFrame({ stream: 1, type: RESPONSE, flags: 0, data })
    const { frames, error } = decodeAll(cut(large, [1, 11, 70_000, 3_000_000]))
    expect(error).toBeNull()
    expect(frames.map((each) => each.data.equals(data))).toEqual([true])
    expect(frameDecoder().push(head(MAX_DATA + 1)).error).toContain('4194305 bytes')
    expect(() =>
      encodeFrame({ stream: 1, type: REQUEST, flags: 0, data: Buffer.alloc(MAX_DATA + 1) }),
    ).toThrow(RangeError)
  })

  it('does not change when the bytes that it came in are used again', () => {
    const bytes = encodeFrame({ stream: 1, type: RESPONSE, flags: 0, data: Buffer.from('first') })
    const decoder = frameDecoder()
    const [first] = decoder.push(bytes).frames
    bytes.fill(0xff, 10)
    decoder.push(encodeFrame({ stream: 1, type: RESPONSE, flags: 0, data: Buffer.from('other') }))
    expect(first?.data.toString()).toBe('first')
  })
})

describe('bytes that are no frames', () => {
  it('are refused as soon as the header is there, and for good', () => {
    const decoder = frameDecoder()
    const good = encodeFrame({ stream: 1, type: RESPONSE, flags: 0, data: Buffer.from('good') })
    const { frames, error } = decoder.push(Buffer.concat([good, head(0xffffffff)]))
    expect(frames).toHaveLength(1)
    expect(error).toContain('4294967295 bytes')
    expect(decoder.push(good)).toEqual({ frames: [], error })
    // How HTTP/2, and so gRPC, begins.
    expect(frameDecoder().push(Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0])).error).toContain('type 0')
    expect(frameDecoder().push(head(1, 4)).error).toContain('type 4')
  })

  it('come out as frames or an error, the same however they are cut', () => {
    const lengths = fc.constantFrom(0, 1, 5, 30, MAX_DATA, MAX_DATA + 1, 2 ** 32 - 1)
    const likely = fc
      .tuple(lengths, fc.constantFrom(0, 1, 2, 3, 9, 255), fc.uint8Array({ maxLength: 40 }))
      .map(([length, type, rest]) => Buffer.concat([head(length, type), rest]))
    const bytes = fc
      .array(fc.oneof(likely, fc.uint8Array()), { maxLength: 4 })
      .map((all) => Buffer.concat(all))
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 8 }), (given, places) => {
        const whole = decodeAll([given])
        expect(decodeAll(cut(given, places))).toEqual(whole)
        // Nothing is made up: what came out is a prefix of what went in.
        const again = Buffer.concat(whole.frames.map(encodeFrame))
        expect(given.subarray(0, again.length).equals(again)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('claim a length for nothing: memory is held for what came', () => {
    const before = process.memoryUsage().arrayBuffers
    const decoders = Array.from({ length: 200 }, () => frameDecoder())
    for (const decoder of decoders) decoder.push(Buffer.concat([head(MAX_DATA), Buffer.alloc(5_000)]))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 100_000)
  })
})
