import { readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { untilTrue } from '../../../adapters/fast-check/wait.js'
import { shimOf } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { containerStatus, untilState } from '../../lab/listing.js'
import { exitWith, type LabContainer, tell } from '../../lab/pods.js'
import { run } from '../../lab/run.js'
import { recoverOn } from '../../real/node.js'
import { logLines, untilBlocked, written } from '../../real/serve-logs.js'
import { withServe } from '../../real/serve-node.js'
import { shown } from '../telling.js'
import { one, setUp, untilStopped } from './stage.js'

const ioOf = ({ criState }: Lab, { id }: LabContainer): string => join(criState, 'containers', id, 'io')

const removeFifos = async (lab: Lab, container: LabContainer): Promise<readonly string[]> => {
  const [folder = ''] = await readdir(ioOf(lab, container))
  const base = join(ioOf(lab, container), folder)
  const fifos = (await readdir(base)).map((name) => join(base, name))
  for (const fifo of fifos) await rm(fifo)
  return fifos
}

/** What is done to the FIFOs of a container that runs, and whose shim holds the old ones open. */
const DONE = {
  whole: async () => undefined,
  missing: removeFifos,
  'without a peer': async (lab, container) => {
    for (const fifo of await removeFifos(lab, container)) await run('mkfifo', [fifo])
  },
  'without a folder': (lab, container) => rm(ioOf(lab, container), { recursive: true }),
} satisfies Readonly<Record<string, (lab: Lab, container: LabContainer) => Promise<unknown>>>

const NAMES = Object.keys(DONE) as readonly (keyof typeof DONE)[]

export const withoutFifos = async (lab: Lab): Promise<string> => {
  const made = await setUp(lab, NAMES)
  const of = (name: keyof typeof DONE): LabContainer => one(made, name)
  for (const name of NAMES) await DONE[name](lab, of(name))
  const report = await recoverOn(lab)
  const saw = NAMES.map((name) => shown(report, of(name).id))
  expect(saw).toEqual(['RUNNING', 'RUNNING', 'RUNNING', 'RUNNING (log-lost)'])
  const later = await withServe(lab, [], async (served) => {
    for (const name of NAMES) expect((await containerStatus(served, of(name).id)).state).toBe('RUNNING')
    // Only the one without a folder, at once, and nobody after a deadline.
    expect(served.log().match(/what it writes reaches no log/g)).toHaveLength(1)
    for (const name of NAMES) await exitWith(of(name), 3)
    for (const name of NAMES) await untilState(served, of(name).id, 'EXITED')
    return Promise.all(NAMES.map((name) => containerStatus(served, of(name).id)))
  })
  expect(new Set(later.map(({ exitCode }) => exitCode))).toEqual(new Set([3]))
  return `${NAMES.map((name, n) => `${name}: ${saw[n]}`).join('; ')}; a serve is ready, and sees all ${NAMES.length} exit with 3`
}

const numbers = (count: number): string => Array.from({ length: count }, (_, n) => `${n + 1}\n`).join('')

/** More than all pipes on the way hold; more than one of them holds, and less than all; less than one holds. */
const LINES = {
  'held up': 200_000,
  'ended with its pipe full': 20_000,
  'ended with its pipe half full': 9_000,
}
const WAYS = Object.keys(LINES) as readonly (keyof typeof LINES)[]

/** Its shim has copied all of its output, and lets go of the FIFO. */
const untilLetGo = (lab: Lab, container: LabContainer): Promise<void> => {
  const fds = `/proc/${shimOf(lab, container.pod).pid}/fd`
  return untilTrue(`the shim lets go of the FIFOs of ${container.name}`, async () => {
    const links = (await readdir(fds)).map((fd) => readlink(join(fds, fd)).catch(() => ''))
    return (await Promise.all(links)).every((path) => !path.startsWith(ioOf(lab, container)))
  })
}

const fill = async (lab: Lab, way: keyof typeof LINES, container: LabContainer): Promise<void> => {
  await writeFile(join(container.orders, '../lines'), numbers(LINES[way]))
  await tell(container, 'cat /ctl/lines; exit 5')
  if (way === 'held up') return untilBlocked(lab, 'cat')
  await untilStopped(lab, container)
  if (way === 'ended with its pipe half full') await untilLetGo(lab, container)
}

/** How many lines are in its log: all of them, or none. */
const linesOf = (way: keyof typeof LINES, { logFile = '' }: LabContainer): string => {
  const text = written(logLines([logFile]), 'stdout')
  if (text !== '') expect(text === numbers(LINES[way]), way).toBe(true)
  return `${text === '' ? 0 : LINES[way]} of ${LINES[way]} lines`
}

export const filled = async (lab: Lab): Promise<string> => {
  const made = await setUp(lab, WAYS)
  const of = (way: keyof typeof LINES): LabContainer => one(made, way)
  // The one that is held up comes last, so that no other program of its kind runs beside it.
  for (const way of WAYS.toReversed()) await fill(lab, way, of(way))
  const codes = await withServe(lab, [], async (served) => {
    for (const way of WAYS) await untilState(served, of(way).id, 'EXITED')
    return Promise.all(WAYS.map(async (way) => (await containerStatus(served, of(way).id)).exitCode))
  })
  expect(codes).toEqual(WAYS.map(() => 5))
  const saw = WAYS.map((way) => linesOf(way, of(way)))
  expect(saw.slice(0, 2)).toEqual(['200000 of 200000 lines', '20000 of 20000 lines'])
  const why = 'its shim lets go of the FIFO, and with the last to hold it goes what is in it'
  return `${WAYS.map((way, n) => `${way}: EXITED 5, ${saw[n]}`).join('; ')} (${why})`
}
