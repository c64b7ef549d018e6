import { Option } from '@commander-js/extra-typings'
import { needsAttention, type Report } from '../../../core/report.js'
import { EXIT, type ExitCode, type Told } from '../exit.js'
import type { Host } from '../host.js'
import { logTo } from '../log.js'
import type { PlaceOptions } from '../node-options.js'
import { orRefuse, parseText } from '../values.js'
import { version } from '../version.js'

/** How a report is told. */
export interface ReportOptions extends Pick<PlaceOptions, 'output' | 'color' | 'logFormat'> {
  readonly all?: true | undefined
  readonly detailedExitcode?: true | undefined
  readonly metricsFile?: string | undefined
}

export const colours = (host: Host, options: Pick<PlaceOptions, 'color'>): boolean => {
  const { NO_COLOR } = host.env
  return host.outIsTerminal && options.color && (NO_COLOR ?? '') === ''
}

const render = async (report: Report, options: ReportOptions, host: Host): Promise<string> => {
  if (options.output === 'table') {
    const [{ renderReport }, { paintFor }] = await Promise.all([
      import('../render/report.js'),
      import('../render/paint.js'),
    ])
    return renderReport(report, { all: options.all === true, paint: paintFor(colours(host, options)) })
  }
  const { renderJson, renderNdjson } = await import('../render/json.js')
  return options.output === 'json' ? renderJson(report) : renderNdjson(report)
}

const codeOf = (report: Report, options: ReportOptions): ExitCode => {
  // A fatal end is what a plan is asked to tell, and what keeps a recovery from being done.
  if (report.command !== 'plan' && report.fatal !== null) return EXIT.failed
  return options.detailedExitcode === true && needsAttention(report) ? EXIT.attention : EXIT.done
}

/** The same for node-exporter's textfile collector; why that could not be done, or null. */
const writeMetrics = async (
  report: Report,
  path: string,
  host: Host,
  begun: bigint,
): Promise<string | null> => {
  const [{ reportMetrics }, { writeText }] = await Promise.all([
    import('../../metrics/report.js'),
    import('../../filesystem/named.js'),
  ])
  const endedAt = host.now()
  const durationMs = Number((endedAt - begun) / 1_000_000n)
  return writeText(path, reportMetrics(report, { version: version(), durationMs, endedAt }))
}

/**
 * Told whatever becomes of the metrics: what was done was done.
 *
 * @param begun - ns since 1970, when the command began
 */
export const tellReport = async (
  report: Report,
  options: ReportOptions,
  host: Host,
  begun: bigint,
): Promise<Told> => {
  const { metricsFile } = options
  const why = metricsFile === undefined ? null : await writeMetrics(report, metricsFile, host, begun)
  if (why !== null)
    logTo(host, { level: 'error', format: options.logFormat })(
      'error',
      `${metricsFile} (--metrics-file): ${why}`,
    )
  const text = await render(report, options, host)
  return { text, code: why === null ? codeOf(report, options) : EXIT.failed }
}

/** Of every command that ends with a report. */
export const metricsFile = () =>
  new Option(
    '--metrics-file <file>',
    'what it came to, for Prometheus by way of node-exporter’s textfile collector',
  ).argParser(orRefuse(parseText))
