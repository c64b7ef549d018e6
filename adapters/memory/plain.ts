import { type Either, left, right } from 'fp-ts/lib/Either.js'
import { type Json, parseJson } from '../../core/json.js'

/** Deeper than any document of ours; keeps a hostile one from exhausting the stack. */
const MAX_DEPTH = 256

const plainNumber = (text: string): number | bigint => {
  // Printed, -0 is 0.
  const value = Number(text) + 0
  return /^-?[0-9]+$/.test(text) && !Number.isSafeInteger(value) ? BigInt(text) : value
}

const into = (json: Json, path: string): Either<string, unknown> => {
  if (json.kind === 'object') {
    const object: Record<string, unknown> = Object.create(null)
    for (const [key, value] of json.entries) {
      const at = `${path}.${key}`
      if (key === '__proto__') return left(`${at.slice(1)}: this key is refused`)
      if (Object.hasOwn(object, key)) return left(`${at.slice(1)}: this key stands there twice`)
      const plain = into(value, at)
      if (plain._tag === 'Left') return plain
      object[key] = plain.right
    }
    return right(object)
  }
  if (json.kind === 'array') {
    const items: unknown[] = []
    for (const [n, item] of json.items.entries()) {
      const plain = into(item, `${path}[${n}]`)
      if (plain._tag === 'Left') return plain
      items.push(plain.right)
    }
    return right(items)
  }
  if (json.kind === 'null') return right(null)
  if (json.kind !== 'number') return right(json.value)
  const number = plainNumber(json.text)
  return number === Number.POSITIVE_INFINITY || number === Number.NEGATIVE_INFINITY
    ? left(`${path.slice(1)}: this number is too large`)
    : right(number)
}

/**
 * Reads JSON into values that are safe to look into: objects without a prototype, no `__proto__`, no key twice,
 * and integers beyond a number's precision as bigint.
 */
export const parsePlain = (text: string): Either<string, unknown> => {
  const json = parseJson(text)
  return json._tag === 'Left' ? left(`not JSON: ${json.left}`) : into(json.right, '')
}

/** JSON text of such a value, its bigints digit by digit; null where it is no JSON. */
export const printPlain = (value: unknown, depth = 0): string | null => {
  if (depth > MAX_DEPTH) return null
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : null
  if (typeof value !== 'object') return null
  const array = Array.isArray(value)
  const parts: string[] = []
  for (const [key, item] of Object.entries(value)) {
    const text = printPlain(item, depth + 1)
    if (text === null) return null
    parts.push(array ? text : `${JSON.stringify(key)}:${text}`)
  }
  return array ? `[${parts.join(',')}]` : `{${parts.join(',')}}`
}
