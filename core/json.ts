import { type Either, left, right } from 'fp-ts/lib/Either.js'

/**
 * JSON as it stands in a file: numbers keep their text (an int64 does not fit a JavaScript number), keys keep their
 * order and their repetitions (Go lets the last one win, field by field). No parser at hand keeps all three, hence
 * this one.
 */
export type Json =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly Json[] }
  | JsonObject

export interface JsonObject {
  readonly kind: 'object'
  readonly entries: readonly (readonly [string, Json])[]
}

/** Deeper nesting than any file of containerd's; Go would stop at 10 000, a stack of a browser earlier. */
const MAX_DEPTH = 256

/** Four times as many as a world of ten thousand containers has. Each takes some 70 bytes, however short its text. */
const MAX_VALUES = 2_000_000

/** How many values were begun. */
interface Count {
  values: number
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const QUOTE = 0x22
const BACKSLASH = 0x5c
const FIRST_PRINTABLE = 0x20
const SPACE = /[ \t\n\r]*/y
const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['null', { kind: 'null' }],
  ['true', { kind: 'boolean', value: true }],
  ['false', { kind: 'boolean', value: false }],
])

interface Found<A> {
  readonly value: A
  readonly next: number
}
type Step<A> = Either<string, Found<A>>

const found = <A>(value: A, next: number): Step<A> => right({ value, next })
const misfit = (at: number, what: string): Step<never> => left(`${what} at character ${at}`)

const match = (pattern: RegExp, text: string, at: number): string | null => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}
const skip = (text: string, at: number): number => at + (match(SPACE, text, at)?.length ?? 0)

/** Index behind the closing quote. A loop, for a pattern would use the stack for each character of a long string. */
const endOfString = (text: string, at: number): number | null => {
  if (text.charCodeAt(at) !== QUOTE) return null
  let next = at + 1
  while (next < text.length) {
    const code = text.charCodeAt(next)
    if (code === QUOTE) return next + 1
    if (code < FIRST_PRINTABLE) return null
    const step = code === BACKSLASH ? match(ESCAPE, text, next)?.length : 1
    if (step === undefined) return null
    next += step
  }
  return null
}

/** Go reads half of a surrogate pair as U+FFFD. */
const unquote = (quoted: string): string => {
  const value: unknown = JSON.parse(quoted)
  return typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\ufffd') : ''
}

const readString = (text: string, at: number): Step<string> => {
  const end = endOfString(text, at)
  return end === null ? misfit(at, 'expected a string') : found(unquote(text.slice(at, end)), end)
}

const readMember = (text: string, at: number, depth: number, count: Count): Step<readonly [string, Json]> => {
  const key = readString(text, at)
  if (key._tag === 'Left') return key
  const colon = skip(text, key.right.next)
  if (text[colon] !== ':') return misfit(colon, 'expected a colon')
  const value = readValue(text, skip(text, colon + 1), depth, count)
  return value._tag === 'Left' ? value : found([key.right.value, value.right.value], value.right.next)
}

const readList = <A>(
  text: string,
  at: number,
  close: string,
  readOne: (at: number) => Step<A>,
): Step<readonly A[]> => {
  const list: A[] = []
  let next = skip(text, at + 1)
  if (text[next] === close) return found(list, next + 1)
  for (;;) {
    const one = readOne(next)
    if (one._tag === 'Left') return one
    list.push(one.right.value)
    next = skip(text, one.right.next)
    if (text[next] === close) return found(list, next + 1)
    if (text[next] !== ',') return misfit(next, `expected a comma or ${close}`)
    next = skip(text, next + 1)
  }
}

const readValue = (text: string, at: number, depth: number, count: Count): Step<Json> => {
  count.values += 1
  if (count.values > MAX_VALUES) return misfit(at, `more than ${MAX_VALUES} values`)
  if (depth > MAX_DEPTH) return misfit(at, `nested deeper than ${MAX_DEPTH}`)
  if (text[at] === '{') {
    const members = readList(text, at, '}', (from) => readMember(text, from, depth + 1, count))
    return members._tag === 'Left'
      ? members
      : found({ kind: 'object', entries: members.right.value }, members.right.next)
  }
  if (text[at] === '[') {
    const items = readList(text, at, ']', (from) => readValue(text, from, depth + 1, count))
    return items._tag === 'Left'
      ? items
      : found({ kind: 'array', items: items.right.value }, items.right.next)
  }
  if (text[at] === '"') {
    const string = readString(text, at)
    return string._tag === 'Left'
      ? string
      : found({ kind: 'string', value: string.right.value }, string.right.next)
  }
  for (const [word, value] of WORDS) if (text.startsWith(word, at)) return found(value, at + word.length)
  const number = match(NUMBER, text, at)
  return number === null
    ? misfit(at, 'expected a value')
    : found({ kind: 'number', text: number }, at + number.length)
}

/**
 * Reads one JSON document, and nothing after it. The left side says what was expected where.
 *
 * @example
 * parseJson('{"Pid":1}') // right({ kind: 'object', entries: [['Pid', { kind: 'number', text: '1' }]] })
 */
export const parseJson = (text: string): Either<string, Json> => {
  const value = readValue(text, skip(text, 0), 0, { values: 0 })
  if (value._tag === 'Left') return value
  const end = skip(text, value.right.next)
  return end === text.length ? right(value.right.value) : left(`unexpected text at character ${end}`)
}

/** Writes a document: parseJson reads the same value back. */
export const printJson = (json: Json): string => {
  switch (json.kind) {
    case 'null':
      return 'null'
    case 'boolean':
      return String(json.value)
    case 'number':
      return json.text
    case 'string':
      return JSON.stringify(json.value)
    case 'array':
      return `[${json.items.map(printJson).join(',')}]`
    case 'object':
      return `{${json.entries.map(([key, value]) => `${JSON.stringify(key)}:${printJson(value)}`).join(',')}}`
  }
}
