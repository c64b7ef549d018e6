import { cp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { checkpointPath, writeCheckpoint } from '../lab/checkpoints.js'
import type { Lab } from '../lab/lab.js'
import { exitWith, runContainer, runPod } from '../lab/pods.js'
import { attempt } from '../lab/run.js'
import { filesBelow } from '../lab/snapshot.js'
import { GARBAGE } from './recover-story.js'
import { reportOf, rescueLine, rescueOn, untilStopped } from './rescue-node.js'
import { type Call, CHANGING, callsOf, changes, killAt, lastOf } from './strace.js'

/**
 * Not the same from run to run: threads open modules, and wake each other by writing. What these calls leave behind,
 * the next one on the same file shows: `fchmod` an empty file, `fsync` one that is written.
 */
export const UNCOUNTED: readonly string[] = ['openat', 'write']

/** What is on disk of both containers. */
interface Look {
  readonly texts: readonly string[]
  /** What was set aside, of both */
  readonly aside: readonly Buffer[]
  /** Writes that were not finished */
  readonly left: readonly string[]
}

export interface Crash extends Call {
  /** Whether it was this node that the call would have changed, for threads may race */
  readonly hit: boolean
  readonly killed: Look
  readonly again: Look
}

export interface Crashes {
  readonly before: Look
  readonly unharmed: Look
  readonly calls: readonly Call[]
  readonly crashes: readonly Crash[]
}

/** Rescues below strace, all files in one thread, so that the same calls come in the same order every time. */
const traced = async (lab: Lab, args: readonly string[]): Promise<string> => {
  const file = join(lab.dir, 'trace')
  const line = ['-f', '-y', '-s', '4096', '-o', file, ...args, process.execPath, ...rescueLine(lab)]
  // strace ends as what it traced did: by a signal, too.
  await attempt('strace', line, { env: { UV_THREADPOOL_SIZE: '1' } }).catch(() => undefined)
  return readFile(file, 'latin1')
}

const folderOf = (lab: Lab): string => join(lab.criRoot, 'containers')

const look = async (lab: Lab, ids: readonly string[]): Promise<Look> => {
  const texts = await Promise.all(ids.map((id) => readFile(checkpointPath(lab, id), 'latin1')))
  const paths = Object.keys(await filesBelow(folderOf(lab)))
  const aside = paths.filter((path) => path.includes('/status.unreadable-'))
  return {
    texts,
    aside: await Promise.all(aside.map((path) => readFile(join(folderOf(lab), path)))),
    left: paths.filter((path) => path.includes('/.tmp-status')),
  }
}

/** Two containers have ended, one of them with a checkpoint that cannot be read. */
const prepare = async (lab: Lab): Promise<readonly string[]> => {
  const pod = await runPod(lab, 'pod')
  const one = await runContainer(lab, pod, 'one')
  const two = await runContainer(lab, pod, 'two')
  await lab.containerd.kill('SIGKILL')
  await exitWith(one, 7)
  await exitWith(two, 8)
  await untilStopped(lab, [one.id, two.id])
  await writeCheckpoint(lab, two.id, GARBAGE)
  return [one.id, two.id]
}

/** Kills a rescue at every call by which it would change something, each time from the same beginning. */
export const crashEverywhere = async (lab: Lab): Promise<Crashes> => {
  const ids = await prepare(lab)
  const kept = join(lab.dir, 'kept')
  await cp(folderOf(lab), kept, { recursive: true })
  const rewind = async (): Promise<void> => {
    for (const dir of [folderOf(lab), join(lab.criState, 'cri-recover.lock')])
      await rm(dir, { recursive: true, force: true })
    await cp(kept, folderOf(lab), { recursive: true })
  }
  const before = await look(lab, ids)
  await rewind()
  const calls = callsOf(await traced(lab, ['-e', `trace=${CHANGING}`])).filter(changes(lab.dir))
  const unharmed = await look(lab, ids)
  const crashes: Crash[] = []
  for (const { name, nth } of calls.filter((call) => !UNCOUNTED.includes(call.name))) {
    await rewind()
    const trace = await traced(lab, killAt({ name, nth }))
    const killed = await look(lab, ids)
    reportOf(await rescueOn(lab, ['--output', 'json']))
    const last = lastOf(trace)
    const hit = last?.name === name && changes(lab.dir)(last)
    crashes.push({ name, nth, hit, killed, again: await look(lab, ids) })
  }
  return { before, unharmed, calls, crashes }
}
