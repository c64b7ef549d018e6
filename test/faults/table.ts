import { type Column, type Fault, LINES } from './fault.js'
import type { Seen } from './seen.js'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`

/** What was seen in one column; a cell that was not run says so, and a test refuses it. */
export const seenIn = ({ id, real }: Fault, column: Column, seen: Seen): string => {
  if (column !== 'simulated' && 'cannot' in real) return `cannot be made: ${real.cannot}`
  return seen[id]?.[column] ?? 'NOT RUN'
}

const rowsOf = (fault: Fault, seen: Seen): readonly string[] => {
  const simulated = row(
    fault.id,
    fault.says,
    fault.expected,
    'simulated',
    fault.simulated.made,
    seenIn(fault, 'simulated', seen),
  )
  if ('cannot' in fault.real) return [simulated, row('', '', '', 'real', '', seenIn(fault, LINES[0], seen))]
  const { made } = fault.real
  const saw = LINES.map((line) => [line, seenIn(fault, line, seen)] as const)
  const groups = [...new Set(saw.map(([, what]) => what))]
  return [
    simulated,
    ...groups.map((what) =>
      row('', '', '', saw.flatMap(([line, each]) => (each === what ? [line] : [])).join(', '), made, what),
    ),
  ]
}

/** The table of faults as Markdown: versions that showed the same share a line. */
export const tableOf = (faults: readonly Fault[], seen: Seen): string =>
  [
    '# Faults',
    '',
    'Made by the tests of this folder and of `test/real/faults.test.ts`, which compare each run with it.',
    '`UPDATE_FAULTS=1 npm test` takes what a run saw into `seen.json`, and draws this table anew.',
    '',
    row('fault', 'what', 'expected', 'on', 'how it was made', 'what was seen'),
    row(...Array.from({ length: 6 }, () => '---')),
    ...faults.flatMap((fault) => rowsOf(fault, seen)),
    '',
  ].join('\n')
