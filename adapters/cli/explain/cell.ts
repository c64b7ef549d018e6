import { type Either, left, right } from 'fp-ts/lib/Either.js'
import { type CellView, SECTIONS, type Section, type SectionName } from '../machine/views.js'

/** A cell of one of the three tables. */
export interface Found {
  readonly section: Section
  readonly cell: CellView
}

const sectionOf = (name: SectionName): Section | undefined =>
  SECTIONS.find((section) => section.name === name)

/** The cell in which this was seen; null where the table has none. */
export const findCell = (name: SectionName, seen: readonly string[]): Found | null => {
  const section = sectionOf(name)
  const cell = section?.cells.find((candidate) => candidate.seen.join() === seen.join())
  return section === undefined || cell === undefined ? null : { section, cell }
}

const oneOf = (words: readonly string[]): string => words.join(', ')

const FORMS = 'TASK/CHECKPOINT, sandbox/TASK or stored/CONTROLLER'

/**
 * A cell by its address: `RUNNING/UNREADABLE` for a container, `sandbox/PAUSED`, `stored/NOT_FOUND`.
 * The left side says which word is not known, and which are.
 */
export const parseCell = (text: string): Either<string, Found> => {
  const [first = '', second = '', ...more] = text.split('/')
  if (second === '' || more.length > 0) return left(`A cell is ${FORMS}.`)
  const named = sectionOf(first.toLowerCase() === 'sandbox' ? 'sandbox' : 'stored')
  const isNamed = ['sandbox', 'stored'].includes(first.toLowerCase())
  const section = isNamed ? named : sectionOf('container')
  const words = (isNamed ? [second] : [first, second]).map((word) => word.toUpperCase())
  for (const [at, axis] of (section?.axes ?? []).entries())
    if (!axis.words.includes(words[at] ?? ''))
      return left(`There is no ${axis.name} ${words[at]}; there are ${oneOf(axis.words)}.`)
  const found = section === undefined ? null : findCell(section.name, words)
  return found === null ? left(`A cell is ${FORMS}.`) : right(found)
}
