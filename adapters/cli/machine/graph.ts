import { grouped, outcomeWords, plansOf, type Section, type Shown } from './views.js'

/** A section as a graph: what is seen → the rule and its effect → what becomes of it. */

export interface GraphNode {
  readonly id: string
  readonly kind: 'seen' | 'rule' | 'end'
  /** One entry a line. */
  readonly lines: readonly string[]
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly label: string
  /** A way that only `safe` goes, drawn beside those of the reference. */
  readonly other: boolean
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

const wordsToId = (...words: readonly string[]): string => words.join('_').replace(/[^A-Za-z0-9]+/g, '_')

const cellEdges = (section: Section, shown: Shown): readonly GraphEdge[] => {
  const edges = new Map<string, { readonly edge: GraphEdge; readonly labels: string[] }>()
  const add = (seen: readonly string[], rule: string, other: boolean): void => {
    const [first = '', ...rest] = seen
    const from = wordsToId(section.name, first)
    const to = wordsToId(section.name, 'rule', rule)
    const key = `${from} ${to} ${other}`
    const known = edges.get(key) ?? { edge: { from, to, label: '', other }, labels: [] }
    known.labels.push(...rest)
    edges.set(key, known)
  }
  for (const { seen, rules } of section.cells) {
    add(seen, rules[shown === 'both' ? 'reference' : shown].rule, false)
    if (shown === 'both' && rules.safe.rule !== rules.reference.rule) add(seen, rules.safe.rule, true)
  }
  const all = section.axes[1]?.words.length ?? 0
  const label = (labels: readonly string[]): string =>
    labels.length === 0 ? '' : labels.length === all ? 'any' : labels.join(', ')
  return [...edges.values()].map(({ edge, labels }) => ({ ...edge, label: label(labels) }))
}

export const graphOf = (section: Section, shown: Shown): Graph => {
  const plans = plansOf(section, shown)
  const ends = [...new Set(plans.flatMap((plan) => plan.outcomes.map(({ text }) => text)))]
  const endId = (text: string): string => wordsToId(section.name, 'end', String(ends.indexOf(text) + 1))
  const ruleId = (rule: string): string => wordsToId(section.name, 'rule', rule)
  return {
    nodes: [
      ...(section.axes[0]?.words ?? []).map(
        (word): GraphNode => ({ id: wordsToId(section.name, word), kind: 'seen', lines: [word] }),
      ),
      ...plans.map(
        ({ rule, effect }): GraphNode => ({ id: ruleId(rule), kind: 'rule', lines: [rule, effect] }),
      ),
      ...ends.map((text): GraphNode => ({ id: endId(text), kind: 'end', lines: text.split('; ') })),
    ],
    edges: [
      ...cellEdges(section, shown),
      ...plans.flatMap((plan) =>
        grouped(plan).map(
          ({ outcomes, text }): GraphEdge => ({
            from: ruleId(plan.rule),
            to: endId(text),
            label: outcomeWords(plan, outcomes),
            other: false,
          }),
        ),
      ),
    ],
  }
}
