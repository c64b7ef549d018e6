import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { expect } from 'vitest'
import { leftOf } from '../../../adapters/fast-check/either.js'
import { options } from '../../../adapters/fast-check/options.js'
import type { SimulatedNode } from '../../../adapters/memory/index.js'
import type { Failure, Unreached } from '../../../ports/failure.js'
import { plan, recover } from '../../../ports/recover.js'
import { serve } from '../../../ports/serve.js'
import type { Lab } from '../../lab/lab.js'
import type { Finished } from '../../lab/run.js'
import { recoverOn, tryRecover } from '../../real/node.js'
import type { Fault } from '../fault.js'
import { effects, expectUntouched, hasOrphan, idsIn, nodeOf, recovered } from '../in-memory.js'
import type { Pods } from '../lives.js'
import { commandOn, diskOf, hasOrphanOn, podsOn, tryPlan } from '../on-lab.js'
import { told } from '../told.js'

/** F1: nobody answers where containerd listens. */

const PODS = { pod: { web: 'running', idle: 'created' } } as const satisfies Pods

const WAYS: readonly Unreached[] = ['no-socket', 'refused', 'broken']
const SERVICES = ['introspection', 'containers', 'tasks', 'sandboxes', 'images', 'events'] as const

const expectUnreached = (failed: Failure, way: Unreached): void =>
  expect(failed).toMatchObject({ tag: 'Unavailable', unreached: way, mayHaveHappened: false })

const SERVE = { ...options(), drainMs: 5_000, log: () => undefined }

/** Each program in its turn; how it failed. */
const PROGRAMS: readonly ((node: SimulatedNode) => Promise<Failure>)[] = [
  async ({ ports }) => leftOf(await plan(options())(ports)()),
  async ({ ports }) => leftOf(await recover(options())(ports)()),
  async ({ servePorts }) => leftOf(await serve(SERVE)(servePorts).ready),
]

const inMemory = async (): Promise<string> => {
  const ends: string[] = []
  for (const way of WAYS) {
    const node = nodeOf(PODS)
    const before = node.world()
    for (const service of SERVICES)
      node.faults.add({ call: `${service}.*`, answer: 'Unavailable', unreached: way })
    for (const program of PROGRAMS) {
      expectUnreached(await program(node), way)
      expect(effects(node)).toEqual([])
      expectUntouched(node, { ...before })
    }
    // Nobody is asked the same again and again, nor waited for.
    expect(node.log.length).toBeLessThan(20)
    expect(node.ports.clock.now()).toBe(before.now)
    node.faults.clear()
    const report = await recovered(node)
    expect(hasOrphan(node)).toBe(false)
    ends.push(told(report, idsIn(PODS)))
  }
  expect(new Set(ends).size).toBe(1)
  return `${WAYS.join(', ')}: plan, recover and serve end with Unavailable, nothing changes; once it is back, ${ends[0]}, and the orphan is removed`
}

/** One clear line, that says which of the three it is. */
const LINES: Readonly<Record<Unreached, RegExp>> = {
  'no-socket': /^cri-recover: .*there is no such socket.*\. Try: .*\n$/,
  refused: /^cri-recover: .*connection refused.*\. Try: .*\n$/,
  broken: /^cri-recover: .*the connection broke.*\. Try: .*\n$/,
}

const expectClear = ({ code, stdout, stderr }: Finished, way: Unreached): void => {
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(LINES[way])
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
}

/** The programs and the command, at a socket of which nobody can expect an answer. */
const tryAll = async (lab: Lab, way: Unreached): Promise<void> => {
  const before = await diskOf(lab)
  expectUnreached(leftOf(await tryPlan(lab)), way)
  expectUnreached(leftOf(await tryRecover(lab)), way)
  for (const command of ['plan', 'recover', 'serve'] as const) {
    const own = command === 'serve' ? ['--log-level', 'error', '--listen', `${lab.dir}/serve/cri.sock`] : []
    expectClear(await commandOn(lab, command, ...own), way)
  }
  expect(await diskOf(lab)).toEqual(before)
}

/** Somebody who takes every call and hangs up. */
const whileHungUp = async (lab: Lab, use: () => Promise<void>): Promise<void> => {
  const server = createServer((caller) => caller.on('error', () => undefined).destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(lab.address, resolve)
  })
  try {
    await use()
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

const onLab = async (lab: Lab): Promise<string> => {
  const { ids } = await podsOn(lab, PODS)
  await lab.containerd.kill('SIGKILL')
  await tryAll(lab, 'refused')
  await rm(lab.address)
  await tryAll(lab, 'no-socket')
  await whileHungUp(lab, () => tryAll(lab, 'broken'))
  expect(hasOrphanOn(lab)).toBe(true)
  await lab.start(false)
  const report = await recoverOn(lab)
  expect(hasOrphanOn(lab)).toBe(false)
  return `refused, no-socket, broken: plan and recover end with Unavailable, the commands with 1 and one line that says which; nothing changes; once it is back, ${told(report, ids)}, and the orphan is removed`
}

export const DOWN: Fault = {
  id: 'F1',
  says: 'containerd down or refusing',
  expected: 'a bounded number of tries, a clear error, and no effect at all',
  simulated: { made: 'every call fails as Unavailable, for each reason there is', run: inMemory },
  real: {
    made: 'SIGKILL to containerd; then its socket removed; then one at its path who hangs up',
    run: onLab,
  },
}
