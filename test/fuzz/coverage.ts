import { type Profiler, Session } from 'node:inspector'

/** What was run since the last report. */
export type Report = readonly Profiler.FunctionCoverage[]

/**
 * Which code was run, as V8 itself counts it: that costs the code hardly anything, and half a millisecond to ask.
 *
 * `@jazzer.js/core` was tried in place of this engine. What its 4.0.0 brings compiled asks for glibc 2.38, so it does
 * not load on Debian 12, and there are no sources in the package; 2.1.0 fetches its own from another place than the
 * registry while it is installed.
 */
export interface Coverage {
  readonly report: () => Report
  /** Whether there is something in it that never ran before. */
  readonly isNew: (report: Report) => boolean
  /** The same, and from now on it did. */
  readonly learn: (report: Report) => boolean
  readonly close: () => void
}

/** @param counts - by the URL of a script */
export const coverage = (counts: (url: string) => boolean): Coverage => {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  /** Of each function, by its place, which of its characters were run. V8's blocks differ from report to report. */
  const known = new Map<string, Uint8Array>()

  const report = (): Report => {
    const functions: Profiler.FunctionCoverage[] = []
    // The session answers before `post` returns.
    session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error
      for (const { scriptId, url, functions: own } of result)
        if (counts(url))
          for (const each of own)
            functions.push({ ...each, functionName: `${scriptId}:${each.functionName}` })
    })
    return functions
  }
  const look = ({ functionName, ranges }: Profiler.FunctionCoverage, learn: boolean): boolean => {
    const [whole] = ranges
    if (whole === undefined || whole.count === 0) return false
    const { startOffset: start, endOffset } = whole
    const place = `${functionName}:${start}`
    const before = known.get(place) ?? new Uint8Array(endOffset - start)
    const ran = new Uint8Array(endOffset - start)
    // An inner range comes after the one around it.
    for (const range of ranges)
      ran.fill(range.count > 0 ? 1 : 0, range.startOffset - start, range.endOffset - start)
    const grown = ran.some((each, at) => each === 1 && before[at] === 0)
    if (grown && learn)
      known.set(
        place,
        before.map((each, at) => each | (ran[at] ?? 0)),
      )
    return grown
  }
  return {
    report,
    isNew: (all) => all.some((each) => look(each, false)),
    learn: (all) => all.map((each) => look(each, true)).includes(true),
    close: () => session.disconnect(),
  }
}
