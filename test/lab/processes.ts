import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { untilTrue } from '../../adapters/fast-check/wait.js'

/** A pid alone may have been given to another process meanwhile; with its start time it cannot. */
export interface Process {
  readonly pid: number
  readonly parent: number
  readonly started: string
  readonly program: string
  readonly arguments: readonly string[]
}

const readOr = <A>(otherwise: A, read: () => A): A => {
  try {
    return read()
  } catch {
    return otherwise
  }
}

/** The live process of that pid. A zombie is dead: nobody may ever reap an orphan here. */
export const findProcess = (pid: number): Process | undefined => {
  const stat = readOr('', () => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  // The name in parentheses may itself hold blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, parent] = fields
  const started = fields[19]
  if (state === undefined || parent === undefined || started === undefined) return undefined
  if (state === 'Z' || state === 'X') return undefined
  const line = readOr('', () => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  const [program = '', ...rest] = line.split('\0')
  return { pid, parent: Number(parent), started, program: basename(program), arguments: rest }
}

export const allProcesses = (): readonly Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => findProcess(Number(name)))
    .filter((found) => found !== undefined)

export const isAlive = (process: Process): boolean => findProcess(process.pid)?.started === process.started

/** Says whether there was still such a process to signal. */
export const signal = (target: Process, name: NodeJS.Signals): boolean => {
  if (!isAlive(target)) return false
  return readOr(false, () => process.kill(target.pid, name))
}

export const untilDead = (target: Process, deadlineMs?: number): Promise<void> =>
  untilTrue(`process ${target.pid} (${target.program}) is dead`, () => !isAlive(target), deadlineMs)

/** Kills the process of that pid, which must be alive: a disturbance that hits nothing proves nothing. */
export const killProcess = async (pid: number, name: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
  const target = findProcess(pid)
  if (target === undefined) throw new Error(`no live process ${pid}`)
  signal(target, name)
  await untilDead(target)
}
