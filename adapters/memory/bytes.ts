const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const REPLACEMENT = '\ufffd'

/** The bytes of base64; whatever is no base64 is skipped. */
export const fromBase64 = (base64: string): readonly number[] => {
  const bytes: number[] = []
  let bits = 0
  let held = 0
  for (const letter of base64) {
    const six = ALPHABET.indexOf(letter)
    if (six < 0) continue
    bits = ((bits << 6) | six) & 0xffff
    held += 6
    if (held >= 8) {
      held -= 8
      bytes.push((bits >> held) & 0xff)
    }
  }
  return bytes
}

/** How long a character is that begins so, and what its second byte may be (no overlong form, no surrogate). */
const lead = (byte: number): readonly [length: number, low: number, high: number] => {
  if (byte >= 0xc2 && byte <= 0xdf) return [2, 0x80, 0xbf]
  if (byte === 0xe0) return [3, 0xa0, 0xbf]
  if (byte === 0xed) return [3, 0x80, 0x9f]
  if (byte >= 0xe1 && byte <= 0xef) return [3, 0x80, 0xbf]
  if (byte === 0xf0) return [4, 0x90, 0xbf]
  if (byte >= 0xf1 && byte <= 0xf3) return [4, 0x80, 0xbf]
  if (byte === 0xf4) return [4, 0x80, 0x8f]
  return [1, 0, 0]
}

/** Bytes as UTF-8, each that does not fit replaced, as a TextDecoder (which not every host of this has) does. */
export const fromUtf8 = (bytes: ArrayLike<number>): string => {
  let text = ''
  for (let n = 0; n < bytes.length; ) {
    const first = bytes[n] ?? 0
    const [length, low, high] = lead(first)
    let taken = 1
    let point = length === 1 ? first : first & (0xff >> (length + 1))
    for (; taken < length; taken += 1) {
      const next = bytes[n + taken]
      const fits =
        next !== undefined && next >= (taken === 1 ? low : 0x80) && next <= (taken === 1 ? high : 0xbf)
      if (!fits) break
      point = (point << 6) | (next & 0x3f)
    }
    text += taken === length && (length > 1 || first < 0x80) ? String.fromCodePoint(point) : REPLACEMENT
    n += taken
  }
  return text
}

/** How many bytes a text has as UTF-8. */
export const utf8Length = (text: string): number => {
  let length = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return length
}

/** A text as UTF-8, half a surrogate pair replaced, as a TextEncoder (which not every host of this has either) does. */
export const toUtf8 = (text: string): Uint8Array => {
  const bytes = new Uint8Array(utf8Length(text))
  let at = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const point = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code
    const more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3
    // What the first byte says of the length.
    const mark = [0, 0xc0, 0xe0, 0xf0][more] ?? 0
    bytes[at] = mark | (point >> (6 * more))
    for (let n = 1; n <= more; n += 1) bytes[at + n] = 0x80 | ((point >> (6 * (more - n))) & 0x3f)
    at += more + 1
  }
  return bytes
}
