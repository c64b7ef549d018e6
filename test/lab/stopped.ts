import { readdirSync, readFileSync } from 'node:fs'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import { type Process, signal } from './processes.js'

const stateOf = (pid: number, thread: string): string => {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1')
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
}

/** SIGSTOP is only sent by kill(2): a thread that runs meanwhile may still answer, so each of them is waited for. */
export const suspend = async (target: Process): Promise<void> => {
  signal(target, 'SIGSTOP')
  await untilTrue(`every thread of ${target.pid} has stopped`, () =>
    readdirSync(`/proc/${target.pid}/task`).every((thread) => stateOf(target.pid, thread) === 'T'),
  )
}
