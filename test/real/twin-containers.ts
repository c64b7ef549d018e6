import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { checkpoint } from '../lab/checkpoints.js'
import { createTask } from '../lab/created-task.js'
import {
  forgetContainer,
  killProcess,
  pauseTask,
  removeLogDirectory,
  removeRootDirectory,
  removeStateDirectory,
} from '../lab/disturb.js'
import type { Lab } from '../lab/lab.js'
import { exitWith } from '../lab/pods.js'
import { findProcess, untilDead } from '../lab/processes.js'
import { CONTAINER_METADATA, dropExtension } from '../lab/records.js'
import { type Disturbance, DOUBT, LOST, type Row, reaped, UNLISTED } from './twin-row.js'

const kill: Disturbance = (_, { pid }) => killProcess(pid)

const exit7: Disturbance = async (_, victim) => {
  const process = findProcess(victim.pid)
  if (process === undefined) throw new Error(`${victim.name} does not run`)
  await exitWith(victim, 7)
  await untilDead(process)
}

const both =
  (...disturbances: readonly Disturbance[]): Disturbance =>
  async (lab, victim) => {
    for (const disturb of disturbances) await disturb(lab, victim)
  }

const file = (edit: (lab: Lab, id: string) => Promise<void>): Disturbance => {
  return (lab, { id }) => edit(lab, id)
}

const startBegun: Disturbance = createTask

const exited9 = file((lab, id) => checkpoint.exited(lab, id, 9n))
const saysRunning: Disturbance = (lab, { id, pid }) => checkpoint.running(lab, id, BigInt(pid))
const UNDISTURBED: readonly Row[] = [
  { is: 'a running container', from: 'running', shows: 'RUNNING' },
  { is: 'a created container', from: 'created', shows: 'CREATED' },
  { is: 'an exited container', from: 'exited', shows: 'EXITED 3 Error' },
]

const ENDED: readonly Row[] = [
  {
    is: 'a running container whose process was killed',
    from: 'running',
    down: kill,
    shows: reaped('EXITED 137 Error', LOST),
  },
  {
    is: 'a running container that ended by itself',
    from: 'running',
    down: exit7,
    shows: reaped('EXITED 7 Error', LOST),
  },
  {
    is: 'a killed container whose file says CREATED',
    from: 'running',
    down: both(kill, file(checkpoint.created)),
    shows: reaped('EXITED 137 Error', 'CREATED'),
  },
  {
    is: 'a container that ended by itself and whose file says CREATED',
    from: 'running',
    down: both(exit7, file(checkpoint.created)),
    shows: reaped('EXITED 7 Error', 'CREATED'),
  },
  {
    is: 'a killed container whose file says EXITED 9',
    from: 'running',
    down: both(kill, exited9),
    shows: reaped('EXITED 137 Error', 'EXITED 9 Error'),
  },
  {
    is: 'a killed container whose file is missing',
    from: 'running',
    down: both(kill, file(checkpoint.missing)),
    shows: reaped('UNKNOWN 137 Unknown', DOUBT),
  },
  {
    is: 'a killed container whose file has all times 0',
    from: 'running',
    down: both(kill, file(checkpoint.zeroTimes)),
    shows: reaped('EXITED 137 Error', 'UNKNOWN'),
  },
  {
    is: 'a killed container whose directory was removed',
    from: 'running',
    down: both(kill, removeRootDirectory),
    shows: UNLISTED,
  },
]

const RUNNING: readonly Row[] = [
  {
    is: 'a running container whose file is missing',
    from: 'running',
    down: file(checkpoint.missing),
    shows: DOUBT,
  },
  {
    is: 'a running container whose file is empty',
    from: 'running',
    down: file(checkpoint.empty),
    shows: DOUBT,
  },
  {
    is: 'a running container whose file was cut',
    from: 'running',
    down: file((lab, id) => checkpoint.cut(lab, id, 40)),
    shows: DOUBT,
  },
  {
    is: 'a running container whose file is no text',
    from: 'running',
    down: file(checkpoint.garbage),
    shows: DOUBT,
  },
  {
    is: 'a running container whose file is of version v2',
    from: 'running',
    down: file(checkpoint.futureVersion),
    shows: DOUBT,
  },
  {
    is: 'a running container whose file says CREATED',
    from: 'running',
    down: file(checkpoint.created),
    shows: 'RUNNING',
  },
  {
    is: 'a running container whose file says EXITED',
    from: 'running',
    down: exited9,
    shows: 'UNKNOWN 9 Error',
  },
  {
    is: 'a running container whose file has all times 0',
    from: 'running',
    down: file(checkpoint.zeroTimes),
    shows: 'RUNNING',
  },
  {
    is: 'a running container whose file has a field that is not known',
    from: 'running',
    down: file((lab, id) => checkpoint.unknownField(lab, id)),
    shows: 'RUNNING',
  },
  { is: 'a container that was paused', from: 'running', before: pauseTask, shows: 'UNKNOWN' },
  {
    is: 'a running container whose directory was removed',
    from: 'running',
    down: removeRootDirectory,
    shows: UNLISTED,
  },
  {
    is: 'a running container whose log folder was removed',
    from: 'running',
    down: async (_, { logFile = '' }) => rm(dirname(logFile), { recursive: true }),
    shows: 'RUNNING',
  },
  {
    is: 'a running container of a pod whose log folder was removed',
    from: 'running',
    pod: 'logless',
    down: (_, { pod }) => removeLogDirectory(pod),
    shows: 'RUNNING',
  },
  {
    is: 'a running container whose state directory was removed',
    from: 'running',
    down: removeStateDirectory,
    shows: 'UNKNOWN',
  },
  {
    is: 'a running container whose metadata is missing',
    from: 'running',
    without: (lab, { id }) => dropExtension(lab, id, CONTAINER_METADATA),
    shows: UNLISTED,
  },
  {
    is: 'a running container whose record was deleted',
    from: 'running',
    without: forgetContainer,
    shows: UNLISTED,
  },
]

const NOT_RUNNING: readonly Row[] = [
  {
    is: 'a created container whose file is missing',
    from: 'created',
    down: file(checkpoint.missing),
    shows: DOUBT,
  },
  { is: 'a created container whose file says RUNNING', from: 'created', down: saysRunning, shows: LOST },
  {
    is: 'a created container whose file says EXITED',
    from: 'created',
    down: exited9,
    shows: 'EXITED 9 Error',
  },
  {
    is: 'a created container whose state directory was removed',
    from: 'created',
    down: removeStateDirectory,
    shows: 'CREATED',
  },
  {
    is: 'a created container whose metadata is missing',
    from: 'created',
    without: (lab, { id }) => dropExtension(lab, id, CONTAINER_METADATA),
    shows: UNLISTED,
  },
  {
    is: 'an exited container whose directory was removed',
    from: 'exited',
    down: removeRootDirectory,
    shows: UNLISTED,
  },
  {
    is: 'an exited container whose file is empty',
    from: 'exited',
    down: file(checkpoint.empty),
    shows: DOUBT,
  },
  { is: 'an exited container whose file says RUNNING', from: 'exited', down: saysRunning, shows: LOST },
  {
    is: 'an exited container whose file says CREATED',
    from: 'exited',
    down: file(checkpoint.created),
    shows: 'CREATED',
  },
  {
    is: 'an exited container whose record was deleted',
    from: 'exited',
    without: forgetContainer,
    shows: UNLISTED,
  },
]

const HALF_STARTED: readonly Row[] = [
  { is: 'a container whose start was cut off', from: 'created', without: startBegun, shows: 'CREATED' },
  {
    is: 'a container whose start was cut off and whose file says RUNNING',
    from: 'created',
    down: saysRunning,
    without: startBegun,
    shows: 'UNKNOWN',
  },
  {
    is: 'a container whose start was cut off and whose file is missing',
    from: 'created',
    down: file(checkpoint.missing),
    without: startBegun,
    shows: DOUBT,
  },
  {
    is: 'a container whose start was cut off and whose file says EXITED',
    from: 'created',
    down: exited9,
    without: startBegun,
    shows: 'UNKNOWN 9 Error',
  },
]
export const CONTAINERS: readonly Row[] = [
  ...UNDISTURBED,
  ...ENDED,
  ...RUNNING,
  ...NOT_RUNNING,
  ...HALF_STARTED,
]
