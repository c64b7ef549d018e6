import { describe, expect, it } from 'vitest'
import { reportMetrics } from '../../../adapters/metrics/report.js'
import { container, exitLost, image, report, sandbox } from '../../cli/reports.js'
import { complaints, skips, WITHOUT } from './promtool.js'

const RUN = { version: '1.2.3', durationMs: 1234, endedAt: 1795445431_491_565_775n }

const lines = (...args: Parameters<typeof report>): readonly string[] =>
  reportMetrics(report(...args), RUN).split('\n')

const BUSY = {
  containers: [container(), exitLost(), exitLost(), container({ state: null })],
  sandboxes: [sandbox()],
  images: [image({ content: 'missing' })],
  orphans: [{ path: '/r/containers/x', action: 'keep', reason: 'why' }],
} as const

describe('the metrics of a report', () => {
  it('count what there is, and nothing as 0', () => {
    expect(lines(BUSY)).toEqual(
      expect.arrayContaining([
        'cri_recover_report_containers{command="plan",state="running"} 1',
        'cri_recover_report_containers{command="plan",state="exited"} 2',
        'cri_recover_report_containers{command="plan",state="not_shown"} 1',
        'cri_recover_report_containers{command="plan",state="unknown"} 0',
        'cri_recover_report_sandboxes{command="plan",state="ready"} 1',
        'cri_recover_report_images{command="plan",content="missing"} 1',
        'cri_recover_report_orphans{command="plan",action="keep"} 1',
        'cri_recover_report_problems{command="plan",severity="loss"} 2',
        'cri_recover_report_problems{command="plan",severity="warning"} 0',
        'cri_recover_report_problem_codes{command="plan",code="exit-lost",severity="loss"} 2',
        'cri_recover_report_attention{command="plan"} 1',
        'cri_recover_report_fatal{command="plan"} 0',
      ]),
    )
  })
  it('say when it was made, and how long that took, in seconds', () => {
    expect(lines()).toEqual(
      expect.arrayContaining([
        'cri_recover_report_timestamp_seconds{command="plan"} 1795445431.491',
        'cri_recover_report_duration_seconds{command="plan"} 1.234',
        'cri_recover_report_info{command="plan",version="1.2.3",profile="safe",containerd="2.1.9"} 1',
        'cri_recover_report_attention{command="plan"} 0',
      ]),
    )
  })
  it('say that recovery stops', () => {
    const fatal = { stage: 'names', message: 'two of them' }
    expect(lines({}, { fatal })).toContain('cri_recover_report_fatal{command="plan"} 1')
  })
  it('have no family without a sample', () => {
    expect(reportMetrics(report(), RUN)).not.toContain('problem_codes')
  })
  it('keep whatever containerd calls itself within one label', () => {
    const source = { ...report().source, containerd: 'a"} 1\nfake{x="\\' }
    expect(lines({}, { source })).toContain(
      'cri_recover_report_info{command="plan",version="1.2.3",profile="safe",containerd="a\\"} 1\\nfake{x=\\"\\\\"} 1',
    )
  })
  it('can lie beside those of another command', () => {
    const plan = new Set(lines(BUSY).filter((line) => !line.startsWith('#')))
    const rescue = lines(BUSY, { command: 'rescue' }).filter((line) => !line.startsWith('#'))
    expect(rescue.filter((line) => line !== '' && plan.has(line))).toEqual([])
  })
  it.skipIf(skips)(`pass promtool${WITHOUT}`, () => {
    expect(complaints(reportMetrics(report(BUSY), RUN))).toBe('')
  })
})
