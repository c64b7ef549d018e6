import { type Report, reportJson } from '../../../core/report.js'
import { visibleJson } from '../visible.js'

const strung = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

/** Any JSON text, 64-bit numbers as decimal strings. */
export const jsonText = (value: unknown, indent?: number): string =>
  visibleJson(JSON.stringify(value, strung, indent))

export const renderJson = (report: Report): string => visibleJson(reportJson(report))

/** One object a line: first the version and what was looked at, then the rows, last the summary. */
export const renderNdjson = (report: Report): string => {
  const { sandboxes, containers, images, orphans, summary, ...about } = report
  const rows = [
    { kind: 'report', ...about },
    ...sandboxes.map((row) => ({ kind: 'sandbox', ...row })),
    ...containers.map((row) => ({ kind: 'container', ...row })),
    ...images.map((row) => ({ kind: 'image', ...row })),
    ...orphans.map((row) => ({ kind: 'orphan', ...row })),
    { kind: 'summary', ...summary },
  ]
  return rows.map((row) => jsonText(row)).join('\n')
}
