import { asText } from './case.js'

/** What two lists of things differ in, told for a person. */

/** Things by what they are called. */
export type Things = ReadonlyMap<string, unknown>

const fieldsOf = (thing: unknown): ReadonlyMap<string, string> =>
  new Map(Object.entries(thing ?? {}).map(([key, value]) => [key, asText(value)]))

const changesOf = (was: unknown, is: unknown): readonly string[] => {
  const [before, after] = [fieldsOf(was), fieldsOf(is)]
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => before.get(key) !== after.get(key))
    .map((key) => `${key} ${before.get(key) ?? 'nothing'} → ${after.get(key) ?? 'nothing'}`)
}

/** One sentence for each thing that came, went or changed. */
export const differences = (before: Things, after: Things): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const changes = changesOf(before.get(key), after.get(key))
    return changes.length === 0 ? [] : [`${key}: ${changes.join(', ')}`]
  })
