import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import type { TaskReply } from '../../core/records.js'
import type { Report } from '../../core/report.js'
import { readCheckpoint } from '../lab/checkpoints.js'
import { tasks } from '../lab/disturb.js'
import type { Lab } from '../lab/lab.js'
import { type ListedContainer, listAll, untilState } from '../lab/listing.js'
import {
  type ContainerOptions,
  createContainer,
  exitWith,
  type LabContainer,
  OBEDIENT,
  type Pod,
  runContainer,
  runPod,
  tell,
} from '../lab/pods.js'
import { killProcess } from '../lab/processes.js'
import { reportOf, rescueOn, untilStopped } from './rescue-node.js'

/** What a container's end is brought about with. */
interface Means {
  readonly lab: Lab
  readonly container: LabContainer
  readonly pid: number
}

/** How one container of the story ends while containerd is down. */
interface Ending {
  readonly code: number
  readonly reason: 'Completed' | 'Error' | 'OOMKilled'
  /** In a pid namespace of its own the first process does not die of most signals. */
  readonly shared?: true
  readonly options?: ContainerOptions
  /** While containerd still runs */
  readonly prepare?: (means: Means) => Promise<void>
  readonly end: (means: Means) => Promise<void>
}

const byItself = (code: number): Ending => ({
  code,
  reason: code === 0 ? 'Completed' : 'Error',
  end: ({ container }) => exitWith(container, code),
})

const bySignal = (code: number, signal: NodeJS.Signals): Ending => ({
  code,
  reason: 'Error',
  shared: true,
  end: ({ pid }) => killProcess(pid, signal),
})

const MEMORY = { memory: 32n << 20n } as const

/** A process beside the first one. Its end is what the shim waits for, or brings about. */
const execSleep = async ({ lab, container, pid }: Means): Promise<void> => {
  await lab.ctr('tasks', 'exec', '--detach', '--exec-id', 'beside', container.id, '/bin/sleep', '1000')
  await untilTrue('the second process is there', async () => {
    const lines = (await lab.ctr('tasks', 'ps', container.id)).trimEnd().split('\n')
    return lines.length > 2 && lines.some((line) => line.startsWith(`${pid}`))
  })
}

const ENDING = {
  'exit-0': byItself(0),
  'exit-1': byItself(1),
  'exit-2': byItself(2),
  'exit-7': byItself(7),
  'exit-126': byItself(126),
  'exit-127': byItself(127),
  'exit-137': byItself(137),
  'exit-143': byItself(143),
  'exit-255': byItself(255),
  tty: { ...byItself(5), options: { tty: true } },
  trapping: {
    code: 9,
    reason: 'Error',
    end: async ({ container, pid }) => {
      await tell(container, 'trap "exit 9" TERM; echo ready > /ctl/ready')
      await untilTrue('the trap is set', () => existsSync(join(dirname(container.orders), 'ready')))
      await killProcess(pid, 'SIGTERM')
    },
  },
  killed: { code: 137, reason: 'Error', end: ({ pid }) => killProcess(pid) },
  'killed-shared': bySignal(137, 'SIGKILL'),
  terminated: bySignal(143, 'SIGTERM'),
  hurt: bySignal(139, 'SIGSEGV'),
  interrupted: bySignal(130, 'SIGINT'),
  'out-of-memory': {
    code: 137,
    reason: 'OOMKilled',
    options: MEMORY,
    end: ({ container }) => tell(container, 'exec tail /dev/zero'),
  },
  'child-out-of-memory': {
    code: 137,
    reason: 'OOMKilled',
    options: MEMORY,
    end: ({ container }) => tell(container, 'tail /dev/zero; exit $?'),
  },
  execed: { ...byItself(6), shared: true, prepare: execSleep },
  'left-behind': {
    code: 8,
    reason: 'Error',
    shared: true,
    end: ({ container }) => tell(container, 'setsid sleep 1000 & exit 8'),
  },
} as const satisfies Readonly<Record<string, Ending>>

export type EndingName = keyof typeof ENDING

export const NAMES = Object.keys(ENDING) as readonly EndingName[]
export const endingOf = (name: EndingName): Ending => ENDING[name]

/** Those that do not end while containerd is down. */
export const STEADY = ['running', 'created', 'exited'] as const
export type SteadyName = (typeof STEADY)[number]

type Containers = ReadonlyMap<EndingName | SteadyName, LabContainer>

const makeAll = async (lab: Lab): Promise<Containers> => {
  const made = new Map<EndingName | SteadyName, LabContainer>()
  const own: Pod = await runPod(lab, 'own')
  const shared: Pod = await runPod(lab, 'shared', { pid: 'pod' })
  for (const name of NAMES) {
    const ending = endingOf(name)
    const pod = ending.shared ? shared : own
    made.set(name, await runContainer(lab, pod, name, OBEDIENT, ending.options))
  }
  made.set('running', await runContainer(lab, own, 'running'))
  made.set('created', await createContainer(lab, own, 'created'))
  const exited = await runContainer(lab, own, 'exited')
  await exitWith(exited, 4)
  await untilState(lab, exited.id, 'EXITED')
  return made.set('exited', exited)
}

/** Which of them has which pid; asked while containerd still runs. */
const pidsOf = async (lab: Lab): Promise<ReadonlyMap<string, number>> =>
  new Map((await tasks(lab)).map(({ id, pid }) => [id, pid]))

const textsOf = async (lab: Lab, containers: Containers): Promise<ReadonlyMap<string, string>> => {
  const texts = new Map<string, string>()
  for (const { id } of containers.values()) texts.set(id, await readCheckpoint(lab, id))
  return texts
}

/** One life: containers end while containerd is down, and it is started again, with or without a rescue before. */
export interface Life {
  readonly containers: Containers
  readonly pids: readonly [before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>]
  readonly told: ReadonlyMap<string, TaskReply>
  /** Checkpoints, before and after the rescue */
  readonly texts: readonly [before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>]
  /** null: without */
  readonly report: Report | null
  readonly listed: ReadonlyMap<string, ListedContainer>
}

export const live = async (lab: Lab, rescued: boolean): Promise<Life> => {
  const containers = await makeAll(lab)
  const pids = await pidsOf(lab)
  const meansOf = (name: EndingName): Means => {
    const container = containers.get(name)
    if (container === undefined) throw new Error(`no ${name}`)
    return { lab, container, pid: pids.get(container.id) ?? 0 }
  }
  for (const name of NAMES) await endingOf(name).prepare?.(meansOf(name))
  await lab.containerd.kill('SIGKILL')
  for (const name of NAMES) await endingOf(name).end(meansOf(name))
  const told = await untilStopped(
    lab,
    NAMES.map((name) => meansOf(name).container.id),
  )
  const before = await textsOf(lab, containers)
  const report = rescued ? reportOf(await rescueOn(lab, ['--output', 'json'])) : null
  const after = await textsOf(lab, containers)
  await lab.start(true)
  const { containers: rows } = await listAll(lab)
  const listed = new Map(rows.map((row) => [row.id, row]))
  return { containers, pids: [pids, await pidsOf(lab)], told, texts: [before, after], report, listed }
}
