import { rm } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { answerOf } from '../../adapters/fast-check/contract/files.js'
import { leftOf } from '../../adapters/fast-check/either.js'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import { bundles } from '../../adapters/filesystem/bundles.js'
import { shimState, shimWatch } from '../../adapters/ttrpc/index.js'
import type { TaskReply } from '../../core/records.js'
import type { ShimAddress } from '../../ports/shims.js'
import type { Watch } from '../../ports/tasks.js'
import { createTask } from '../lab/created-task.js'
import { pidOf, shimOf } from '../lab/disturb.js'
import { type Lab, withLab } from '../lab/lab.js'
import { containerStatus, untilState } from '../lab/listing.js'
import { createContainer, exitWith, type LabContainer, type Pod, runContainer, runPod } from '../lab/pods.js'
import { findProcess, signal, untilDead } from '../lab/processes.js'
import { suspend } from '../lab/stopped.js'
import { describeOn } from './node.js'

const OPTIONS = { namespace: 'k8s.io', timeoutMs: 2_000 }
const state = shimState(OPTIONS)
const watch = shimWatch(OPTIONS)

/** The bundles' addresses by id; every one of them can be told. */
const addressesOf = async ({ state }: Lab): Promise<ReadonlyMap<string, ShimAddress>> => {
  const found = answerOf(await bundles({ state, namespace: 'k8s.io' })()())
  return new Map(
    found.map(({ id, address }) => {
      if (typeof address === 'string') throw new Error(`${id}: ${address}`)
      return [id, address]
    }),
  )
}

const addressOf = async (lab: Lab, { id }: LabContainer | Pod): Promise<ShimAddress> => {
  const address = (await addressesOf(lab)).get(id)
  if (address === undefined) throw new Error(`no bundle of ${id}`)
  return address
}

const ask = async (address: ShimAddress, { id }: LabContainer | Pod, patienceMs = 5_000) =>
  state(id, address, AbortSignal.timeout(patienceMs))()

const begin = async (lab: Lab, container: LabContainer | Pod) =>
  watch(container.id, await addressOf(lab, container), AbortSignal.timeout(5_000))()

const watched = async (lab: Lab, container: LabContainer | Pod): Promise<Watch> =>
  answerOf(await begin(lab, container))

const stateOf = async (lab: Lab, container: LabContainer | Pod): Promise<TaskReply> =>
  answerOf(await ask(await addressOf(lab, container), container))

const nanoseconds = (ms: number): bigint => BigInt(Math.floor(ms)) * 1_000_000n

describeOn(['1.6', '1.7', '2.1'], 'the shims of a containerd that is down', (line) => {
  it('tell what became of each task, and are none the worse for it', async () => {
    await withLab({ version: line }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const running = await runContainer(lab, pod, 'running')
      const exited = await runContainer(lab, pod, 'exited')
      const created = await createContainer(lab, pod, 'created')
      await createTask(lab, created)
      const pids = { running: await pidOf(lab, running), exited: await pidOf(lab, exited) }
      await lab.containerd.kill('SIGKILL')

      const addresses = await addressesOf(lab)
      expect([...addresses.keys()]).toEqual([pod, running, exited, created].map(({ id }) => id).toSorted())
      const service = line === '2.1' ? 'v3' : 'v2'
      for (const address of addresses.values()) expect(address).toMatchObject({ protocol: 'ttrpc', service })

      const before = nanoseconds(Date.now())
      await exitWith(exited, 7)
      await untilTrue(
        'the shim has seen it end',
        async () => (await stateOf(lab, exited)).status === 'stopped',
      )
      const { exitedAt, ...told } = await stateOf(lab, exited)
      expect(told).toMatchObject({ id: exited.id, pid: pids.exited, exitStatus: 7, terminal: false })
      expect(told.stdout).toContain(exited.id)
      expect(exitedAt).toBeGreaterThanOrEqual(before)
      expect(exitedAt).toBeLessThanOrEqual(nanoseconds(Date.now() + 1))
      expect(await stateOf(lab, running)).toMatchObject({
        pid: pids.running,
        status: 'running',
        exitStatus: 0,
        exitedAt: null,
      })
      expect(await stateOf(lab, created)).toMatchObject({ status: 'created', exitedAt: null })
      expect(await stateOf(lab, pod)).toMatchObject({ status: 'running' })

      // One shim serves them all, whichever version of its service it is asked by.
      const address = await addressOf(lab, pod)
      const other = { ...address, service: service === 'v3' ? 'v2' : 'v3' } as const
      expect(answerOf(await ask(other, exited)).exitStatus).toBe(7)
      expect(leftOf(await ask(address, { ...exited, id: 'nobody' })).tag).toBe('NotFound')

      await lab.start(true)
      expect(findProcess(pids.running)).toBeDefined()
      expect((await containerStatus(lab, running.id)).state).toBe('RUNNING')
      expect((await containerStatus(lab, exited.id)).state).toBe('EXITED')
      expect((await containerStatus(lab, created.id)).state).toBe('CREATED')
      await exitWith(running, 3)
      await untilState(lab, running.id, 'EXITED')
      expect((await containerStatus(lab, running.id)).exitCode).toBe(3)
    })
  })

  it('that are stopped or dead cost their own deadline, or nothing', async () => {
    await withLab({ version: line }, async (lab) => {
      const [pod, beside] = [await runPod(lab, 'pod'), await runPod(lab, 'beside')]
      const shim = shimOf(lab, pod)
      await lab.containerd.kill('SIGKILL')
      const address = await addressOf(lab, pod)

      await suspend(shim)
      expect(leftOf(await ask(address, pod, 300))).toMatchObject({ tag: 'TimedOut', mayHaveHappened: false })
      expect((await stateOf(lab, beside)).status).toBe('running')
      signal(shim, 'SIGCONT')
      expect((await stateOf(lab, pod)).status).toBe('running')

      signal(shim, 'SIGKILL')
      await untilDead(shim)
      // Its last thread may hold the socket a little longer than the process seems to live.
      const unreached = async () => {
        const failed = leftOf(await ask(address, pod))
        expect(failed.tag).toBe('Unavailable')
        return failed.unreached
      }
      await expect.poll(unreached).toBe('refused')
      await rm(address.socket)
      expect(await unreached()).toBe('no-socket')
      expect((await stateOf(lab, beside)).status).toBe('running')
    })
  })

  it('are waited at for the end of each task, and tell it as it comes', async () => {
    await withLab({ version: line }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const running = await runContainer(lab, pod, 'running')
      const exiting = await runContainer(lab, pod, 'exiting')
      const stopped = await runContainer(lab, pod, 'stopped')
      await lab.containerd.kill('SIGKILL')

      const before = nanoseconds(Date.now())
      await exitWith(stopped, 5)
      const { exited } = await watched(lab, exiting)
      const others = [await watched(lab, running), await watched(lab, pod)]
      await exitWith(exiting, 7)
      const exit = answerOf(await exited)
      expect(exit.exitStatus).toBe(7)
      expect(exit.exitedAt).toBeGreaterThanOrEqual(before)
      expect(exit.exitedAt).toBeLessThanOrEqual(nanoseconds(Date.now() + 1))

      await untilTrue('it has stopped', async () => (await stateOf(lab, stopped)).status === 'stopped')
      expect(answerOf(await (await watched(lab, stopped)).exited).exitStatus).toBe(5)
      const again = answerOf(await (await watched(lab, exiting)).exited)
      expect(again).toEqual(exit)
      const nobody = await watch('nobody', await addressOf(lab, pod), AbortSignal.timeout(5_000))()
      expect(leftOf(nobody).tag).toBe('NotFound')

      for (const other of others) other.close()
      expect((await stateOf(lab, running)).status).toBe('running')
      const last = await watched(lab, running)
      const shim = shimOf(lab, pod)
      signal(shim, 'SIGKILL')
      await untilDead(shim)
      expect(leftOf(await last.exited)).toMatchObject({ tag: 'Unavailable', unreached: 'broken' })
      expect(leftOf(await begin(lab, running)).tag).toBe('Unavailable')
    })
  })

  it('outlive containerd under a wait, and hang without a word', async () => {
    await withLab({ version: line }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const container = await runContainer(lab, pod, 'container')
      const many = await Promise.all(Array.from({ length: 500 }, () => watched(lab, container)))
      await lab.restart(true)
      await exitWith(container, 3)
      for (const { exited } of many) expect(answerOf(await exited).exitStatus).toBe(3)

      const shim = shimOf(lab, pod)
      await suspend(shim)
      const hung = await watch(pod.id, await addressOf(lab, pod), AbortSignal.timeout(300))()
      expect(leftOf(hung).tag).toBe('TimedOut')
      signal(shim, 'SIGCONT')
      const { close } = await watched(lab, pod)
      close()
    })
  })
})
