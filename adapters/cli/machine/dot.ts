import { type GraphEdge, type GraphNode, graphOf } from './graph.js'
import { SECTIONS, type Shown } from './views.js'

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')
const quoted = (...lines: readonly string[]): string => `"${lines.map(escaped).join('\\n')}"`

const SHAPES: Readonly<Record<GraphNode['kind'], string>> = { seen: 'ellipse', rule: 'box', end: 'plaintext' }

const node = ({ id, kind, lines }: GraphNode): string =>
  `${id} [shape=${SHAPES[kind]}, label=${quoted(...lines)}]`

const edge = ({ from, to, label, other }: GraphEdge): string =>
  `${from} -> ${to} [label=${quoted(label)}${other ? ', style=dashed' : ''}]`

/** The whole machine as one Graphviz graph; the ways that only `safe` goes are dashed. */
export const tableDot = (shown: Shown): string =>
  [
    'digraph recovery {',
    '  rankdir=LR',
    ...SECTIONS.flatMap((section) => {
      const graph = graphOf(section, shown)
      return [
        `  subgraph cluster_${section.name} {`,
        `    label=${quoted(section.title)}`,
        ...[...graph.nodes.map(node), ...graph.edges.map(edge)].map((line) => `    ${line}`),
        '  }',
      ]
    }),
    '}',
  ].join('\n')
