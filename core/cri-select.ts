import { isRight } from 'fp-ts/lib/Either.js'
import { resolveId } from './id-index.js'

/** The filters of the CRI's lists. Empty parts select all. */

/** A shortened id in a filter: what it stands for where that is clear, else itself, which then fits nothing. */
export const wholeId = (ids: readonly string[], asked: string): string => {
  const found = resolveId(ids, asked)
  return isRight(found) ? found.right : asked
}

/** Every label of the selector is there, with exactly that value. */
export const hasLabels = (
  labels: ReadonlyMap<string, string>,
  selector: ReadonlyMap<string, string>,
): boolean => {
  for (const [key, value] of selector) if (labels.get(key) !== value) return false
  return true
}

export interface Selection<State> {
  readonly id: string
  readonly sandboxId: string
  /** null: any */
  readonly state: State | null
  readonly labels: ReadonlyMap<string, string>
}

export interface Selectable<State> {
  readonly id: string
  readonly sandboxId: string
  readonly state: State
  readonly labels: ReadonlyMap<string, string>
}

/**
 * @param selection - its ids whole (`wholeId`)
 * @example
 * isSelected({ id: '', sandboxId: '', state: 'READY', labels: new Map() })(item)
 */
export const isSelected =
  <State>(selection: Selection<State>) =>
  (item: Selectable<State>): boolean =>
    (selection.id === '' || selection.id === item.id) &&
    (selection.sandboxId === '' || selection.sandboxId === item.sandboxId) &&
    (selection.state === null || selection.state === item.state) &&
    hasLabels(item.labels, selection.labels)
