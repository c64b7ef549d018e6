import { calm } from '../../adapters/fast-check/contract/files.js'
import { killProcess, pauseTask } from '../lab/disturb.js'
import { stopPod } from '../lab/pods.js'
import { deleteRecord, dropExtension, SANDBOX_METADATA } from '../lab/records.js'
import { onNode } from './node.js'
import { LOST, type OnPod, type PodRow, type Row, reaped } from './twin-row.js'

const kill: OnPod = (_, __, pid) => killProcess(pid)

const forgetPod: OnPod = async (lab, { id }) => {
  await deleteRecord(lab, id)
  await onNode(lab, (ports) => ports.sandboxes.forget(id, calm)())
}

export const PODS: readonly PodRow[] = [
  { is: 'a pod', name: 'calm', shows: 'READY' },
  {
    is: 'a pod with a network of its own',
    name: 'networked',
    options: { hostNetwork: false },
    shows: 'READY',
  },
  { is: 'a pod whose log folder was removed', name: 'logless', shows: 'READY' },
  { is: 'a pod whose pause process was killed', name: 'killed', down: kill, shows: 'NOTREADY' },
  {
    is: 'a pod of shared processes whose pause process was killed',
    name: 'killed-shared',
    options: { pid: 'pod' },
    down: kill,
    shows: 'NOTREADY',
  },
  { is: 'a paused pod', name: 'paused', before: pauseTask, shows: 'NOTREADY' },
  {
    is: 'a paused pod of shared processes',
    name: 'paused-shared',
    options: { pid: 'pod' },
    before: pauseTask,
    shows: 'NOTREADY',
  },
  {
    is: 'a pod without metadata',
    name: 'nameless',
    without: (lab, { id }) => dropExtension(lab, id, SANDBOX_METADATA),
    shows: { '1.6': 'not listed', '1.7': 'not listed', '2.1': 'NOTREADY' },
  },
  {
    is: 'a pod whose record was deleted',
    name: 'forgotten',
    without: (lab, { id }) => deleteRecord(lab, id),
    shows: { '1.6': 'not listed', '1.7': 'not listed', '2.1': 'NOTREADY' },
  },
  {
    is: 'a pod whose record was deleted, and the stored one with it',
    name: 'unstored',
    without: forgetPod,
    shows: 'not listed',
  },
  { is: 'a pod that was stopped', name: 'stopped', before: stopPod, shows: 'NOTREADY' },
]

export const IN_PODS: readonly Row[] = [
  {
    is: 'a container of a pod whose pause process was killed',
    from: 'running',
    pod: 'killed',
    shows: 'RUNNING',
  },
  {
    is: 'a created container of a pod whose pause process was killed',
    from: 'created',
    pod: 'killed',
    shows: 'CREATED',
  },
  {
    is: 'a container that shared processes with a killed pause process',
    from: 'running',
    pod: 'killed-shared',
    shows: reaped('EXITED 137 Error', LOST),
  },
  { is: 'a container of a paused pod', from: 'running', pod: 'paused', shows: 'RUNNING' },
  {
    is: 'a container that shares processes with a paused pod',
    from: 'running',
    pod: 'paused-shared',
    shows: 'EXITED 137 Error',
  },
  { is: 'a running container of a pod without metadata', from: 'running', pod: 'nameless', shows: 'RUNNING' },
  {
    is: 'a created container of a pod without metadata',
    from: 'created',
    pod: 'nameless',
    shows: 'CREATED',
  },
  {
    is: 'a running container of a pod whose record was deleted',
    from: 'running',
    pod: 'forgotten',
    shows: 'RUNNING',
  },
  {
    is: 'a created container of a pod whose record was deleted',
    from: 'created',
    pod: 'forgotten',
    shows: 'CREATED',
  },
  {
    is: 'a running container of a pod that is stored no more',
    from: 'running',
    pod: 'unstored',
    shows: 'RUNNING',
  },
  {
    is: 'a created container of a pod that is stored no more',
    from: 'created',
    pod: 'unstored',
    shows: { '1.6': 'CREATED', '1.7': 'CREATED', '2.1': 'UNKNOWN' },
  },
  {
    is: 'an exited container of a pod that was stopped',
    from: 'running',
    pod: 'stopped',
    shows: 'EXITED 137 Error',
  },
]
