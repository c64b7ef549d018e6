import { needsAttention, type Report } from '../../../core/report.js'
import { EXIT, type ExitCode, type Told } from '../exit.js'
import type { Host } from '../host.js'
import type { PlaceOptions } from '../node-options.js'

/** How a report is told. */
export interface ReportOptions extends Pick<PlaceOptions, 'output' | 'color'> {
  readonly all?: true | undefined
  readonly detailedExitcode?: true | undefined
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

export const tellReport = async (report: Report, options: ReportOptions, host: Host): Promise<Told> => ({
  text: await render(report, options, host),
  code: codeOf(report, options),
})
