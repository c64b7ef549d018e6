import { type Either, left, right } from 'fp-ts/lib/Either.js'
import { type CellView, SECTIONS, type Section, type SectionName } from '../machine/views.js'

/** A cell of one of the tables. */
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

const FORMS = 'TASK/CHECKPOINT, sandbox/TASK, stored/CONTROLLER or rescue/SHIM/CHECKPOINT'

/** A table by the word that an address begins with; an address of two bare words is a container's. */
const namedSection = (word: string): Section | undefined =>
  SECTIONS.find(({ name }) => name !== 'container' && name === word.toLowerCase())

/**
 * A cell by its address: `RUNNING/UNREADABLE` for a container, `sandbox/PAUSED`, `stored/NOT_FOUND`,
 * `rescue/STOPPED/RUNNING`. The left side says which word is not known, and which are.
 */
export const parseCell = (text: string): Either<string, Found> => {
  const [first = '', ...rest] = text.split('/')
  const named = namedSection(first)
  const section = named ?? sectionOf('container')
  const words = (named === undefined ? [first, ...rest] : rest).map((word) => word.toUpperCase())
  if (section === undefined || words.length !== section.axes.length || words.includes(''))
    return left(`A cell is ${FORMS}.`)
  for (const [at, axis] of section.axes.entries())
    if (!axis.words.includes(words[at] ?? ''))
      return left(`There is no ${axis.name} ${words[at]}; there are ${oneOf(axis.words)}.`)
  const found = findCell(section.name, words)
  return found === null ? left(`A cell is ${FORMS}.`) : right(found)
}
