import type * as t from 'io-ts'
import { printPlain } from './plain.js'

const EXCERPT = 60

const step = (key: string, inList: boolean): string =>
  inList ? `[${key}]` : /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`

const pathOf = (context: t.Context): string => {
  const path = context
    .map(({ key }, n) => (n === 0 ? '' : step(key, Array.isArray(context[n - 1]?.actual))))
    .join('')
  return path === '' ? 'the document' : path.replace(/^\./, '')
}

const excerpt = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  const text = printPlain(value) ?? 'something that is not JSON'
  return text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text
}

/** One line on the first thing that does not fit: where, what was expected, what stands there. */
export const firstMisfit = (errors: t.Errors): string => {
  const first = errors[0]
  if (first === undefined) return 'the document does not fit'
  const expected = first.context.at(-1)?.type.name ?? 'something else'
  return `${pathOf(first.context)}: ${first.message ?? `expected ${expected}, got ${excerpt(first.value)}`}`
}
