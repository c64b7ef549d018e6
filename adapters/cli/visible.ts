/** Code points that a terminal obeys instead of showing: they could hide a line, forge one, or turn it around. */
const RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x061c, 0x061c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
  [0xd800, 0xdfff],
]

const SHORT: ReadonlyMap<number, string> = new Map([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
])

const isObeyed = (point: number): boolean => RANGES.some(([first, last]) => point >= first && point <= last)

const hex = (point: number, width: number): string => point.toString(16).padStart(width, '0')

const replaced = (text: string, by: (point: number) => string): string => {
  let shown = ''
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    shown += isObeyed(point) ? by(point) : character
  }
  return shown
}

/**
 * Text from outside, made safe to show on a terminal and on one line: control, escape and bidi characters are
 * written out.
 *
 * @example
 * visible('web\u001b[2J') // 'web\\x1b[2J'
 */
export const visible = (text: string): string =>
  replaced(
    text,
    (point) => SHORT.get(point) ?? (point < 0x100 ? `\\x${hex(point, 2)}` : `\\u${hex(point, 4)}`),
  )

/** The same for JSON text: what JSON leaves as it is becomes an escape of JSON's own, so that its value stays. */
export const visibleJson = (json: string): string =>
  replaced(json, (point) => (point === 0x0a ? '\n' : `\\u${hex(point, 4)}`))
