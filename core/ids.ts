/**
 * containerd's rule for identifiers. It is what stands between a record's id and a path: an id that passes holds no
 * separator, no `..`, and no leading dot.
 */
const IDENTIFIER = /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/
const MAX_LENGTH = 76

/**
 * Whether `id` may become a part of a path.
 *
 * @example
 * isValidId('web-1') // true
 * isValidId('../etc') // false
 */
export const isValidId = (id: string): boolean => id.length <= MAX_LENGTH && IDENTIFIER.test(id)
