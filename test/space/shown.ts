import type { Breach } from './explore.js'
import { told } from './replay.js'
import type { SmallNode } from './worlds.js'

/**
 * A breach for a person: what, on which node, how it came to it, and how to see it again.
 *
 * @param program - the worse one that it was found in; null: the one that ships
 */
export const shown = (
  { name, bounds }: SmallNode,
  { law, what, history }: Breach,
  program: string | null = null,
): string => {
  const text = told(history)
  return [
    `${law}: ${what}`,
    `  on ${name} (${bounds.crashes} crashes, ${bounds.mortal.length} deaths), after ${history.length} choices:`,
    ...text.split(', ').map((word) => `    ${word}`),
    `  again: ON='${name}'${program === null ? '' : ` WORSE='${program}'`} HISTORY='${text}' npx vitest run --config test/vitest.config.ts --project pure test/space/replay.test.ts`,
  ].join('\n')
}
