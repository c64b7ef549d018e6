import { expect } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { options } from '../../adapters/fast-check/options.js'
import { NOW } from '../../adapters/fast-check/seen.js'
import { entry } from '../../adapters/fast-check/worlds.js'
import { simulate } from '../../adapters/memory/index.js'
import type { ServeOptions } from '../../ports/keeping.js'
import { serve } from '../../ports/serve.js'
import type { Fault } from './fault.js'
import * as real from './real/pipes.js'
import { ended, onDisk, type Part, RUNS, recovered, worldOf } from './stage.js'
import { shown } from './telling.js'

/** What becomes of log pipes. */

const SERVE: ServeOptions = { ...options(), drainMs: 5_000, log: () => undefined }
const DEADLINE = BigInt(SERVE.timeoutMs) * 1_000_000n

const piped = (id: string, { task, ...part }: Part): Part => ({
  ...part,
  task: { ...task, stdout: `${worldOf({}).state}/containers/${id}/io/1/${id}-stdout` },
})
const fifoOf = (id: string) => entry(`containers/${id}/io/1/${id}-stdout`, { in: 'state', kind: 'fifo' })
const folderOf = (id: string) => entry(`containers/${id}/io/1`, { in: 'state', kind: 'directory' })

const withoutFifos = async (): Promise<string> => {
  const parts = { whole: piped('whole', RUNS), 'no-fifo': piped('no-fifo', RUNS), gone: piped('gone', RUNS) }
  const node = simulate(worldOf(parts, { files: [fifoOf('whole'), folderOf('no-fifo')] }))
  const report = await recovered(node)
  expect(node.ports.clock.now()).toBe(NOW)
  const saw = Object.keys(parts).map((id) => shown(report, id))
  expect(saw).toEqual(['RUNNING', 'RUNNING', 'RUNNING (log-lost)'])
  node.faults.add({ call: 'io.attach', id: 'no-fifo', answer: 'hang' })
  const serving = serve(SERVE)(node.servePorts)
  const served = rightOf(await serving.ready)
  await serving.stop()
  expect(node.ports.clock.now() - NOW).toBe(DEADLINE)
  const staying = Object.keys(parts).map((id) => shown(served, id))
  expect(staying).toEqual(['RUNNING', 'RUNNING (log-lost)', 'RUNNING (log-lost)'])
  return `whole: ${saw[0]}; FIFO missing: ${saw[1]}; its folder missing: ${saw[2]}; no time passed; an attach that hangs: ${staying[1]}, after one deadline, the others at once`
}

const filled = async (): Promise<string> => {
  const lines = Array.from({ length: 10_000 }, (_, n) => `line ${n}\n`).join('')
  const parts = { runs: piped('runs', RUNS), ended: piped('ended', ended(3)) }
  const node = simulate(worldOf(parts, { files: Object.keys(parts).map(fifoOf) }))
  for (const id of Object.keys(parts)) node.logs.write(id, lines)
  const serving = serve(SERVE)(node.servePorts)
  const report = rightOf(await serving.ready)
  expect(shown(report, 'ended')).toBe('EXITED 3 Error')
  node.logs.write('runs', 'last words\n')
  node.end('runs', 5)
  await node.pass(0n)
  await serving.stop()
  expect(node.logs.logOf('runs').join('')).toBe(`${lines}last words\n`)
  expect(node.logs.logOf('ended').join('')).toBe(lines)
  for (const id of Object.keys(parts)) expect(node.logs.lostOf(id)).toBe('')
  const saw = `it ran: ${shown(report, 'runs')}, then ${onDisk(node, 'runs')}, 10001 of 10001 lines`
  return `${saw}; it had ended: ${shown(report, 'ended')}, 10000 of 10000 lines; nothing lost`
}

export const F14: Fault = {
  id: 'F14',
  says: 'a FIFO missing or without a peer',
  expected: 'nothing blocks: each container is what its task is, and a log that is lost is said',
  simulated: {
    made: 'of three containers one has its FIFO, one its folder only, one neither; then an attach hangs',
    run: withoutFifos,
  },
  real: {
    made: 'of four containers one is left alone; FIFOs removed; FIFOs made anew that nobody has open; their folder removed',
    run: real.withoutFifos,
  },
}

export const F26: Fault = {
  id: 'F26',
  says: 'a container that fills its pipe while nobody reads',
  expected: 'it is drained when somebody attaches again, and no line is lost',
  simulated: {
    made: 'two containers write 10000 lines before a serve begins; one of them has ended',
    run: filled,
  },
  real: {
    made: 'a container writes until it is held up, two others write and end; then a serve begins',
    run: real.filled,
  },
}
