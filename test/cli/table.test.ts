import { describe, expect, it } from 'vitest'
import { tableDot } from '../../adapters/cli/machine/dot.js'
import { type Graph, graphOf } from '../../adapters/cli/machine/graph.js'
import { tableJson } from '../../adapters/cli/machine/json.js'
import { tableMarkdown } from '../../adapters/cli/machine/markdown.js'
import { tableMermaid } from '../../adapters/cli/machine/mermaid.js'
import { plansOf, SECTIONS, type Shown } from '../../adapters/cli/machine/views.js'
import { AMENDMENTS } from '../../core/amendments.js'
import { DEVIATIONS } from '../../core/deviations.js'
import { PLANS } from '../../core/plans.js'
import { RESCUE_TABLE } from '../../core/rescue.js'
import { SANDBOX_PLANS, SANDBOX_TABLES, STORED_TABLES } from '../../core/sandbox.js'
import { deviationsOf, PROFILES, TABLES } from '../../core/transitions.js'

const SHOWN: readonly Shown[] = ['both', ...PROFILES]
const formats = { md: tableMarkdown, json: tableJson, mermaid: tableMermaid, dot: tableDot }

describe('the table', () => {
  it('has every cell of the tables that decide, and no other', () => {
    const [containers, sandboxes, stored, rescue] = SECTIONS
    for (const profile of PROFILES) {
      for (const { seen, rules } of containers?.cells ?? []) {
        const row: Readonly<Record<string, Readonly<Record<string, string>>>> = TABLES[profile]
        expect(rules[profile].rule).toBe(row[seen[0] ?? '']?.[seen[1] ?? ''])
      }
      const own: Readonly<Record<string, string>> = SANDBOX_TABLES[profile]
      for (const { seen, rules } of sandboxes?.cells ?? [])
        expect(rules[profile].rule).toBe(own[seen[0] ?? ''])
      const others: Readonly<Record<string, string>> = STORED_TABLES[profile]
      for (const { seen, rules } of stored?.cells ?? [])
        expect(rules[profile].rule).toBe(others[seen[0] ?? ''])
      const rescued: Readonly<Record<string, Readonly<Record<string, string>>>> = RESCUE_TABLE
      for (const { seen, rules } of rescue?.cells ?? [])
        expect(rules[profile].rule).toBe(rescued[seen[0] ?? '']?.[seen[1] ?? ''])
    }
    expect(SECTIONS.map(({ cells }) => cells.length)).toEqual([40, 8, 6, 40])
  })

  it.each(Object.entries(formats))('as %s names every rule', (_name, render) => {
    const text = render('both')
    for (const rule of [...Object.keys(PLANS), ...Object.keys(SANDBOX_PLANS)]) expect(text).toContain(rule)
  })

  it('as Markdown tells every deviation and its reason', () => {
    const text = tableMarkdown('both')
    for (const [id, { does, because }] of Object.entries(DEVIATIONS))
      expect(text).toContain(`| \`${id}\` | ${does} | ${because} |`)
  })

  it('as Markdown is made of tables whose rows are equally long', () => {
    for (const shown of SHOWN)
      for (const block of tableMarkdown(shown).split('\n\n')) {
        const rows = block.split('\n').filter((line) => line.startsWith('|'))
        const widths = rows.map((row) => row.replaceAll('\\|', '').split('|').length)
        expect(new Set(widths).size).toBeLessThanOrEqual(1)
      }
  })

  it('as Markdown marks the cells in which safe differs', () => {
    expect(tableMarkdown('both')).toContain('| `lost` → **`lost-told`** |')
    expect(tableMarkdown('safe')).toContain('| `lost-told` |')
    expect(tableMarkdown('reference')).not.toContain('lost-told')
  })

  it('as JSON holds cells, plans, amendments and deviations', () => {
    const table: unknown = JSON.parse(tableJson('both'))
    expect(table).toMatchObject({
      version: 1,
      profiles: ['reference', 'safe'],
      container: {
        axes: { task: expect.arrayContaining(['MISSING']), checkpoint: expect.arrayContaining(['BLANK']) },
        plans: { 'still-running': { effect: 'await-exit', outcomes: { done: [], failed: ['doubt'] } } },
      },
      amendments: { doubt: AMENDMENTS.doubt.text },
      deviations: DEVIATIONS,
    })
    const lost = {
      task: 'MISSING',
      checkpoint: 'RUNNING',
      rules: { reference: 'lost', safe: 'lost-told' },
      deviations: deviationsOf('MISSING', 'RUNNING'),
    }
    expect(table).toHaveProperty('container.cells', expect.arrayContaining([lost]))
  })

  it.each(SHOWN)('as a graph (%s) leads from everything seen to a rule and on to an end', (shown) => {
    for (const section of SECTIONS) {
      const graph = graphOf(section, shown)
      const ids = new Set(graph.nodes.map(({ id }) => id))
      expect(ids.size).toBe(graph.nodes.length)
      for (const { from, to } of graph.edges) expect([...ids]).toEqual(expect.arrayContaining([from, to]))
      const reach = (kind: Graph['nodes'][number]['kind']): readonly string[] =>
        graph.nodes
          .filter((node) => node.kind === kind && !graph.edges.some((e) => e.from === node.id))
          .map(({ id }) => id)
      expect([reach('seen'), reach('rule')]).toEqual([[], []])
      expect(graph.nodes.filter(({ kind }) => kind === 'rule')).toHaveLength(plansOf(section, shown).length)
    }
  })

  it('draws the ways of safe apart from those of the reference', () => {
    expect(tableMermaid('both')).toContain('container_MISSING -.->|"RUNNING"| container_rule_lost_told')
    expect(tableDot('both')).toContain(
      'container_MISSING -> container_rule_lost_told [label="RUNNING", style=dashed]',
    )
    expect(tableMermaid('safe')).not.toContain('-.->')
  })
})
