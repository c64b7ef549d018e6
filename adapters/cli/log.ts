import { rfc3339 } from '../../core/time.js'
import type { Host } from './host.js'
import { visible, visibleJson } from './visible.js'

/** containerd's names of levels, the gravest first. */
const LEVELS = ['panic', 'fatal', 'error', 'warning', 'info', 'debug', 'trace'] as const
export type Level = (typeof LEVELS)[number]

/** syslog's numbers, as the journal reads them from `<N>` before a line. */
const PRIORITY: Readonly<Record<Level, number>> = {
  panic: 0,
  fatal: 2,
  error: 3,
  warning: 4,
  info: 6,
  debug: 7,
  trace: 7,
}

export interface LogOptions {
  readonly level: Level
  readonly format: 'text' | 'json'
}

export type Log = (level: Level, message: string) => void

/** Times of the same width sort as text; Go's shorter form would not. */
const timestamp = (ns: bigint): string => {
  const [seconds = '', fraction = 'Z'] = rfc3339(ns).replace(/Z$/, '').split('.')
  return `${seconds}.${fraction.replace('Z', '').padEnd(9, '0')}Z`
}

/** Standard error, one line a message. */
export const logTo =
  (host: Host, { level: most, format }: LogOptions): Log =>
  (level, message) => {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(most)) return
    if (format === 'json') {
      const line = JSON.stringify({ level, msg: message, time: timestamp(host.now()) })
      return host.err(`${visibleJson(line)}\n`)
    }
    const prefix = host.errIsJournal ? `<${PRIORITY[level]}>` : ''
    host.err(`${prefix}cri-recover: ${level === 'fatal' ? '' : `${level}: `}${visible(message)}\n`)
  }
