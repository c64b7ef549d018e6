import { type GraphEdge, type GraphNode, graphOf } from './graph.js'
import { SECTIONS, type Shown } from './views.js'

/** Inside quotes mermaid knows HTML's entities and no escape of its own. */
const quoted = (lines: readonly string[]): string =>
  `"${lines.map((line) => line.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('`', "'")).join('<br/>')}"`

const node = ({ id, kind, lines }: GraphNode): string => {
  const text = quoted(lines)
  switch (kind) {
    case 'seen':
      return `${id}([${text}])`
    case 'rule':
      return `${id}[${text}]`
    case 'end':
      return `${id}{{${text}}}`
  }
}

const edge = ({ from, to, label, other }: GraphEdge): string =>
  `${from} ${other ? '-.->' : '-->'}${label === '' ? '' : `|${quoted([label])}|`} ${to}`

/** The whole machine as one mermaid flowchart; the ways that only `safe` goes are dotted. */
export const tableMermaid = (shown: Shown): string =>
  [
    'flowchart LR',
    ...SECTIONS.flatMap((section) => {
      const graph = graphOf(section, shown)
      return [
        `  subgraph ${section.name} [${quoted([section.title])}]`,
        ...[...graph.nodes.map(node), ...graph.edges.map(edge)].map((line) => `    ${line}`),
        '  end',
      ]
    }),
  ].join('\n')
