import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeLines, framing, type LogPart, timeOfLine } from '../../core/log-format.js'
import { rfc3339 } from '../../core/time.js'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const text = (content: Uint8Array): string => Buffer.from(content).toString('latin1')
const told = ({ content, partial }: LogPart): string => `${partial ? 'P' : 'F'} ${text(content)}`

/** All that a log would have of a stream that came in these chunks. */
const framed = (chunks: readonly Uint8Array[], limit: number): readonly string[] => {
  const { take, end } = framing(limit)
  return [...chunks.flatMap((chunk) => take(chunk).map(told)), ...end().map(told)]
}

const cutAt = (whole: Uint8Array, places: readonly number[]): readonly Uint8Array[] => {
  const cuts = [0, ...places.map((place) => place % (whole.length + 1)), whole.length].sort((a, b) => a - b)
  return cuts.slice(1).map((to, n) => whole.slice(cuts[n], to))
}
/** Newlines, returns and letters, in a mix in which each of them meets each. */
const streams = fc
  .array(fc.constantFrom('\n', '\r', 'a', 'b', '\r\n'), { maxLength: 60 })
  .map((parts) => bytes(parts.join('')))

describe('a log line', () => {
  it.each([
    ['one line', 'tick\n', ['F tick']],
    ['an empty line', '\n', ['F ']],
    ['a line without an end', 'tick', ['P tick']],
    ['nothing', '', []],
    ['a return before the newline, which goes', 'tick\r\n', ['F tick']],
    ['two of them, of which one goes', 'tick\r\r\n', ['F tick\r']],
    ['a return elsewhere, which stays', 'a\rb\n', ['F a\rb']],
    ['a return at the end of the stream, which stays', 'a\r', ['P a\r']],
    ['a line as long as the limit', '12345678\n', ['F 12345678']],
    ['a longer one', '123456789\n', ['P 12345678', 'F 9']],
    ['one twice as long', '1234567812345678\n', ['P 12345678', 'F 12345678']],
    ['one as long as the limit, with a return', '12345678\r\n', ['F 12345678']],
    ['a long one without an end', '123456789', ['P 12345678', 'P 9']],
  ])('is right of %s', (_, stream, lines) => {
    expect(framed([bytes(stream)], 8)).toEqual(lines)
    expect(
      framed(
        [...bytes(stream)].map((byte) => Uint8Array.of(byte)),
        8,
      ),
    ).toEqual(lines)
  })
  it('is not split where there is no limit', () => {
    const long = 'x'.repeat(100_000)
    expect(framed([bytes(`${long}\n`)], 0)).toEqual([`F ${long}`])
    expect(framed([bytes(`${long}\n`)], -1)).toEqual([`F ${long}`])
  })
  it('does not depend on how its stream was cut', () => {
    fc.assert(
      fc.property(streams, fc.array(fc.nat(100)), fc.integer({ min: 1, max: 6 }), (stream, places, limit) => {
        expect(framed(cutAt(stream, places), limit)).toEqual(framed([stream], limit))
      }),
    )
  })
  it('holds all that was written, and no part is longer than the limit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 9 }), (stream, limit) => {
        const lines = framed([stream], limit)
        expect(lines.every((line) => line.length - 2 <= limit)).toBe(true)
        const whole = lines.map((line) => line.slice(2) + (line.startsWith('F') ? '\n' : '')).join('')
        expect(whole).toBe(text(stream).replaceAll('\r\n', '\n'))
      }),
    )
  })
  it('does not wait for the end of a line that is longer than the limit', () => {
    fc.assert(
      fc.property(fc.array(streams), fc.integer({ min: 1, max: 9 }), (chunks, limit) => {
        const { take, end } = framing(limit)
        for (const chunk of chunks) take(chunk)
        expect(end().reduce((sum, { content }) => sum + content.length, 0)).toBeLessThanOrEqual(limit + 1)
      }),
    )
  })
  it('is told in part as soon as it is certain that it is longer than the limit', () => {
    const { take, end } = framing(4)
    expect(take(bytes('abcd')).map(told)).toEqual([])
    expect(take(bytes('e')).map(told)).toEqual(['P abcd'])
    expect(take(bytes('fgh\r')).map(told)).toEqual([])
    expect(take(bytes('\n')).map(told)).toEqual(['F efgh'])
    expect(end()).toEqual([])
  })
  it('is split at 16 MiB even without a limit, so that no line takes all memory', () => {
    const { take, end } = framing(0)
    const chunk = new Uint8Array(64 * 1024).fill(97)
    const parts: number[] = []
    for (let n = 0; n < 257; n += 1) parts.push(...take(chunk).map(({ content }) => content.length))
    expect([...parts, ...end().map(({ content }) => content.length)]).toEqual([16 * 1024 * 1024, 64 * 1024])
  })
  it('keeps its content when the memory of its chunk is used again', () => {
    const { take, end } = framing(100)
    const chunk = bytes('one\ntwo')
    take(chunk)
    chunk.fill(0)
    expect(take(bytes('!\nthree')).map(told)).toEqual(['F two!'])
    expect(end().map(told)).toEqual(['P three'])
  })
  it('begins with its time, its stream and its tag', () => {
    const parts = [
      { content: bytes('long'), partial: true },
      { content: bytes('end'), partial: false },
    ]
    expect(text(encodeLines(parts, 'stderr', '2026-11-23T14:50:31.299141579Z'))).toBe(
      '2026-11-23T14:50:31.299141579Z stderr P long\n2026-11-23T14:50:31.299141579Z stderr F end\n',
    )
  })
  it.each([
    ['1970-01-01T00:00:01.5Z stdout F x', 1_500_000_000n],
    ['2026-11-23T14:50:31.299141579Z stderr P x', 1_795_445_431_299_141_579n],
    ['2026-11-23T15:50:31.299141579+01:00 stdout F x', 1_795_445_431_299_141_579n],
    ['2026-11-23T09:20:31-05:30 stdout F ', 1_795_445_431_000_000_000n],
    ['2026-11-23T14:50:31Z stdo', null],
    ['2026-11-23T14:50:31Z stdout F', null],
    ['an older line', null],
    ['x2026-11-23T14:50:31Z stdout F x', null],
    ['', null],
  ])('tells its time, where its header is whole: %s', (line, time) => {
    expect(timeOfLine(line)).toBe(time)
  })
  it('tells the time that was written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 60n), max: 2n ** 62n }), (ns) => {
        expect(timeOfLine(`${rfc3339(ns)} stdout F x`)).toBe(ns)
      }),
    )
  })
})
