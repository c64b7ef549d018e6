import { readFileSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import { cgroupOf, pidsIn } from '../lab/cgroups.js'
import { type Lab, withLab } from '../lab/lab.js'
import {
  type ContainerOptions,
  type LabContainer,
  type PodOptions,
  runContainer,
  runPod,
} from '../lab/pods.js'
import { findProcess } from '../lab/processes.js'

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

/** A numbered line is of 64 bytes, and after the last number the first comes again. */
export const WIDTH = 64
export const ROUND = 1_000_000
const EMPTY = 20

/**
 * Puts numbered lines beside a container's orders, as `/ctl/lines`: what is copied from there comes without pause. A
 * few empty lines go before them, so that no buffer and no page ends where a line ends.
 */
export const putLines = async ({ orders }: LabContainer): Promise<void> => {
  const bytes = Buffer.alloc(EMPTY + ROUND * WIDTH, '\n')
  for (let n = 0; n < ROUND; n += 1)
    bytes.write(String(n).padStart(WIDTH - 1, '0'), EMPTY + n * WIDTH, 'latin1')
  await writeFile(join(orders, '../lines'), bytes)
}

/** Writes all numbered lines so many times. */
export const rounds = (times: number): string => Array(times).fill('cat /ctl/lines').join('; ')

/** Writes numbered lines, round after round, until there is a file `stop` beside its orders. */
export const roundsOn = 'while [ ! -e /ctl/stop ]; do cat /ctl/lines; done'

export const stopRounds = ({ orders }: LabContainer): Promise<void> => writeFile(join(orders, '../stop'), '')

/** What became of numbered lines on their way into a log. */
export interface Numbered {
  /** How many are there whole, each once and in order */
  readonly whole: number
  /** How many in a row are missing, at each place where some are */
  readonly gaps: readonly number[]
  /** What is no whole line */
  readonly cut: readonly string[]
}

/** Throws where a line is there twice, or too early: that would be a gap of almost a round. */
export const numbered = (lines: Iterable<LogLine>): Numbered => {
  let [whole, next, begun] = [0, 0, '']
  const [gaps, cut]: [number[], string[]] = [[], []]
  for (const { partial, content } of lines) {
    const text = begun + content
    begun = partial ? text : ''
    if (partial || text === '') continue
    if (text.length !== WIDTH - 1 || !/^\d+$/.test(text)) {
      cut.push(text)
      continue
    }
    const number = Number(text)
    const gap = (number - next + ROUND) % ROUND
    if (gap > ROUND / 2) throw new Error(`line ${number} where ${next} is next`)
    if (gap > 0) gaps.push(gap)
    next = (number + 1) % ROUND
    whole += 1
  }
  if (begun !== '') cut.push(begun)
  return { whole, gaps, cut }
}

export const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Waits until there is more than that in a file: somebody writes it right now. */
export const untilLonger = (file: string, bytes: number): Promise<void> =>
  untilTrue(`${file} is longer than ${bytes} bytes`, () => sizeOf(file) > bytes)

/** Waits until a container's program has written what its pipes hold, and nothing more for a while. */
export const untilBlocked = async ({ dir }: Lab, program: string): Promise<void> => {
  let before = ''
  await untilTrue(`${program} is held up`, async () => {
    const process = pidsIn(cgroupOf(dir))
      .map(findProcess)
      .find((found) => found?.program === program)
    if (process === undefined) return false
    const now = /^wchar: (\d+)$/m.exec(readFileSync(`/proc/${process.pid}/io`, 'utf8'))?.[1] ?? '0'
    if (now === before && Number(now) > 0) return true
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
    await putLines(writer)
    await body(lab, { ...writer, logFile })
  })
