import type { LogStream } from '../../../core/log-format.js'
import { timeOfLine } from '../../../core/log-format.js'

/** What a log tells, read as strictly as it must be written. */

export interface LogLine {
  readonly stream: LogStream
  /** `F`: its line ends with it; `P`: the line goes on, or had no end */
  readonly tag: string
  readonly content: string
}

const LINE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,8}[1-9])?Z (stdout|stderr) ([FP]) (.*)$/s

/** The lines of a log's file. Throws at one that is none, and at a time that goes back. */
export const linesIn = (text: string): readonly LogLine[] => {
  if (text !== '' && !text.endsWith('\n')) throw new Error(`the log is torn: ${text.slice(-200)}`)
  let last = 0n
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [, stream, tag = '', content = ''] = LINE.exec(line) ?? []
      const time = timeOfLine(line)
      if (time === null || (stream !== 'stdout' && stream !== 'stderr'))
        throw new Error(`no line of a log: ${JSON.stringify(line.slice(0, 200))}`)
      if (time < last) throw new Error(`a time that goes back: ${JSON.stringify(line.slice(0, 200))}`)
      last = time
      return { stream, tag, content }
    })
}

/** `F content` of each line of a stream. */
export const ofStream = (lines: readonly LogLine[], stream: LogStream = 'stdout'): readonly string[] =>
  lines.filter((line) => line.stream === stream).map(({ tag, content }) => `${tag} ${content}`)

/** What a stream's lines were before they were split. */
export const rejoined = (lines: readonly LogLine[], stream: LogStream): string =>
  lines
    .filter((line) => line.stream === stream)
    .map(({ tag, content }) => (tag === 'F' ? `${content}\n` : content))
    .join('')
