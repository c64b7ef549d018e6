import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkpoint, fieldOf, readCheckpoint } from '../lab/checkpoints.js'
import { leftovers, type Traces, tracesOf } from '../lab/cleanup.js'
import { killProcess, pauseTask, pidOf, shimOf, tasks } from '../lab/disturb.js'
import { type Lab, withLab } from '../lab/lab.js'
import { listAll, untilState } from '../lab/listing.js'
import { createContainer, exitWith, runContainer, runPod } from '../lab/pods.js'
import { CONTAINER_METADATA, dropExtension, readRecord } from '../lab/records.js'
import { takeSnapshot } from '../lab/snapshot.js'
import { labAvailable } from '../lab/versions.js'

const available = labAvailable()
const versions = available.ok ? available.versions.map(({ version }) => version) : []
const limits = { timeout: 120_000 }

const makePod = async (lab: Lab) => {
  const pod = await runPod(lab, 'pod')
  const running = await runContainer(lab, pod, 'running')
  const created = await createContainer(lab, pod, 'created')
  const exited = await runContainer(lab, pod, 'exited')
  await exitWith(exited, 3)
  await untilState(lab, exited.id, 'EXITED')
  return { pod, running, created, exited }
}

const statesOf = async (lab: Lab) => {
  const { pods, containers } = await listAll(lab)
  return {
    pods: pods.map(({ name, state }) => [name, state]),
    containers: containers.map(({ name, state, exitCode }) => [name, state, exitCode]),
  }
}

const EXPECTED = {
  pods: [['pod', 'READY']],
  containers: [
    ['created', 'CREATED', 0],
    ['exited', 'EXITED', 3],
    ['running', 'RUNNING', 0],
  ],
}

describe.skipIf(!available.ok)('the lab', () => {
  it.each(versions)('keeps containers over crashes of containerd %s', limits, async (version) => {
    let traces: Traces | undefined
    await withLab({ version }, async (lab) => {
      const { pod, running } = await makePod(lab)
      expect(await statesOf(lab)).toEqual(EXPECTED)
      await lab.restart(false)
      const alive = (await tasks(lab)).filter(({ status }) => status === 'RUNNING').map(({ id }) => id)
      expect(alive).toEqual([pod.id, running.id].toSorted())
      expect(await takeSnapshot(lab)).toEqual(await takeSnapshot(lab))
      await lab.restart(true)
      expect(await statesOf(lab)).toEqual(EXPECTED)
      traces = tracesOf(lab.dir)
      expect(traces.sockets.filter((path) => existsSync(path))).not.toEqual([])
    })
    expect(traces && leftovers(traces)).toEqual([])
  })

  it.each(versions)('disturbs what containerd %s left', limits, async (version) => {
    await withLab({ version }, async (lab) => {
      const { pod, running, created } = await makePod(lab)
      const doubtful = await runContainer(lab, pod, 'doubtful')
      const pid = await pidOf(lab, running)
      await lab.restart(false)
      await dropExtension(lab, created.id, CONTAINER_METADATA)
      expect([...(await readRecord(lab, created.id)).extensions.keys()]).not.toContain(CONTAINER_METADATA)
      await lab.containerd.kill('SIGKILL')
      await killProcess(pid)
      const before = await readCheckpoint(lab, running.id)
      await checkpoint.unknownField(lab, running.id)
      const after = await readCheckpoint(lab, running.id)
      expect(fieldOf(after, 'StartedAt')).toBe(fieldOf(before, 'StartedAt'))
      await checkpoint.empty(lab, doubtful.id)
      await lab.start(true)
      const { containers } = await statesOf(lab)
      expect(containers.map(([name, state]) => [name, state])).toEqual([
        ['doubtful', 'UNKNOWN'],
        ['exited', 'EXITED'],
        ['running', 'EXITED'],
      ])
    })
  })

  it.each(versions)('cleans up behind a body that fails, containerd %s', limits, async (version) => {
    let traces: Traces | undefined
    const failing = withLab({ version }, async (lab) => {
      const { pod, running } = await makePod(lab)
      await pauseTask(lab, running)
      mkdirSync(join(lab.dir, 'mounted'))
      execFileSync('mount', ['-t', 'tmpfs', 'none', join(lab.dir, 'mounted')])
      writeFileSync(join(lab.dir, 'immutable'), '')
      execFileSync('chattr', ['+i', join(lab.dir, 'immutable')])
      process.kill(shimOf(lab, pod).pid, 'SIGSTOP')
      await lab.containerd.kill('SIGSTOP')
      traces = tracesOf(lab.dir)
      throw new Error('on purpose')
    })
    await expect(failing).rejects.toThrow('on purpose')
    expect(traces && leftovers(traces)).toEqual([])
  })
})
