import { readFileSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Lab, withLab } from '../lab/lab.js'
import {
  type ContainerOptions,
  type LabContainer,
  type PodOptions,
  runContainer,
  runPod,
} from '../lab/pods.js'
import { untilTrue } from '../lab/wait.js'

/** What a log holds, read as strictly as it was to be written, and containers that write without pause. */

export interface LogLine {
  readonly time: string
  readonly stream: string
  readonly partial: boolean
  readonly content: string
}

const LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z) (stdout|stderr) ([FP]) ([^\n]*)$/

/** Times as text that compares like them: Go leaves trailing zeros of a fraction out. */
const comparable = (time: string): string => {
  const [seconds = '', fraction = ''] = time.slice(0, -1).split('.')
  return `${seconds}.${fraction.padEnd(9, '0')}`
}

/** The lines of logs that follow each other. Throws at one that is not well-formed, and at a time that goes back. */
export function* logLines(files: readonly string[]): Generator<LogLine> {
  for (const file of files) {
    const bytes = readFileSync(file)
    let last = ''
    for (let from = 0; from < bytes.length; ) {
      const end = bytes.indexOf(10, from)
      if (end < 0) throw new Error(`${file} ends in the middle of a line`)
      const text = bytes.toString('latin1', from, end)
      const [, time, stream, tag, content] = LINE.exec(text) ?? []
      if (time === undefined || stream === undefined || content === undefined)
        throw new Error(`no line of a log in ${file}: ${JSON.stringify(text.slice(0, 200))}`)
      if (time !== last && last !== '' && comparable(time) < comparable(last))
        throw new Error(`${time} after ${last} in ${file}`)
      last = time
      yield { time, stream, partial: tag === 'P', content }
      from = end + 1
    }
  }
}

/** What a stream's lines were before they were split. */
export const written = (lines: Iterable<LogLine>, stream: string): string => {
  let text = ''
  for (const line of lines)
    if (line.stream === stream) text += line.partial ? line.content : `${line.content}\n`
  return text
}

/** A numbered line of 64 bytes, as all of this file's writers write them. */
export const WIDTH = 64
const numbers = (from: string, to: string): string =>
  `awk 'BEGIN{for(i=${from};i<${to};i++) printf "%063d\\n", i}'`

/** Writes that many numbered lines. */
export const count = (lines: number): string => numbers('0', String(lines))

/** In one go, what a writer that waits for its stop writes. */
export const ROUND = 20_000

/** Writes numbered lines until there is a file `stop` beside its orders. */
export const countOn = `n=0; while [ ! -e /ctl/stop ]; do ${numbers("'$n'", `'$n'+${ROUND}`)}; n=$((n+${ROUND})); done`

/** What became of numbered lines on their way into a log. */
export interface Numbered {
  /** Whole lines, in the order of the log */
  readonly whole: number
  readonly last: number
  /** How many lines in a row are missing, at each place where some are */
  readonly gaps: readonly number[]
  /** What is no whole line */
  readonly cut: readonly string[]
}

/** Throws where a line is there twice, or too early. */
export const numbered = (lines: Iterable<LogLine>): Numbered => {
  let [whole, last, begun] = [0, -1, '']
  const [gaps, cut]: [number[], string[]] = [[], []]
  for (const { partial, content } of lines) {
    if (partial) {
      begun += content
      continue
    }
    const text = begun + content
    begun = ''
    if (text.length !== WIDTH - 1 || !/^\d+$/.test(text)) {
      cut.push(text)
      continue
    }
    const number = Number(text)
    if (number <= last) throw new Error(`line ${number} after line ${last}`)
    if (number > last + 1) gaps.push(number - last - 1)
    last = number
    whole += 1
  }
  if (begun !== '') cut.push(begun)
  return { whole, last, gaps, cut }
}

export const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Waits until there is more than that in a file: somebody writes it right now. */
export const untilLonger = (file: string, bytes: number): Promise<void> =>
  untilTrue(`${file} is longer than ${bytes} bytes`, () => sizeOf(file) > bytes)

/** Waits until a file has stayed as it is for a while: nobody writes it any more. */
export const untilQuiet = async (file: string): Promise<void> => {
  let before = -1
  await untilTrue(`${file} is complete`, async () => {
    const now = sizeOf(file)
    if (now === before) return true
    before = now
    await delay(300)
    return false
  })
}

export interface Written extends LabContainer {
  readonly logFile: string
}

/** A container with a log, in a pod of its own, on a node without a CRI plugin. */
export const withWriter = (
  version: string,
  body: (lab: Lab, writer: Written) => Promise<void>,
  options: ContainerOptions & PodOptions = {},
): Promise<void> =>
  withLab({ version, deadlineMs: 200_000 }, async (lab) => {
    const pod = await runPod(lab, 'pod', options)
    const writer = await runContainer(lab, pod, 'writer', undefined, options)
    await lab.restart(false)
    const { logFile } = writer
    if (logFile === undefined) throw new Error('it has no log')
    await body(lab, { ...writer, logFile })
  })
