import { expect } from 'vitest'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import { rightOf } from '../../../adapters/fast-check/either.js'
import { options } from '../../../adapters/fast-check/options.js'
import { untilTrue } from '../../../adapters/fast-check/wait.js'
import { stateOf } from '../../../core/status.js'
import { type Serving, serve } from '../../../ports/serve.js'
import { pidOf } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { listAll, untilState } from '../../lab/listing.js'
import { exitWith } from '../../lab/pods.js'
import { type Served, withServe } from '../../real/serve-node.js'
import type { Fault } from '../fault.js'
import { nodeOf, SECOND } from '../in-memory.js'
import type { Pods } from '../lives.js'
import { containerOf, podsOn } from '../on-lab.js'
import { grouped } from '../told.js'

/** F6: containerd restarts under a serve that waits for exits. */

const PODS = {
  pod: { web: 'running', api: 'running', idle: 'created', job: 'running' },
} as const satisfies Pods

/** With what `web` ends once it is watched again, and `job` while there is no containerd. */
const [OF_WEB, OF_JOB] = [5, 9]

const shown = ({ service }: Serving): string =>
  grouped(
    [...service.node().containers.values()]
      .map(({ id, status, watched }) => {
        const code = status.exitCode === 0 ? '' : ` ${status.exitCode}`
        const by = watched ? ', watched' : ''
        return [id, `${stateOf(status).replace('CONTAINER_', '')}${code}${by}`] as const
      })
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )

const inMemory = async (): Promise<string> => {
  const node = nodeOf(PODS)
  const serving = serve({ ...options(), drainMs: 5_000, log: () => undefined })(node.servePorts)
  try {
    rightOf(await serving.ready)
    node.stopContainerd()
    await node.pass(SECOND)
    const cut = shown(serving)
    expect(cut).toContain('api, job, web: RUNNING')
    node.end('job', OF_JOB)
    await node.pass(SECOND)
    node.startContainerd()
    await node.pass(10n * SECOND)
    const back = shown(serving)
    expect(back).toBe(`api, web: RUNNING, watched; idle: CREATED; job: EXITED ${OF_JOB}`)
    node.end('web', OF_WEB)
    await node.pass(SECOND)
    const last = shown(serving)
    expect(last).toContain(`web: EXITED ${OF_WEB}`)
    return `without containerd, ${cut}; with it again, ${back}; and as web ends, ${last}`
  } finally {
    await serving.stop()
  }
}

const listed = async (served: Served): Promise<string> =>
  grouped(
    (await listAll(served)).containers.map(({ name, state, exitCode, reason }) => [
      name,
      [state, ...(exitCode === 0 ? [] : [exitCode]), ...(reason === '' ? [] : [reason])].join(' '),
    ]),
  )

const isReady = async ({ connection }: Served): Promise<boolean> => {
  const { status } = await connection.call(Cri.status, { verbose: false })
  return status?.conditions.find(({ type }) => type === 'RuntimeReady')?.status === true
}

const onLab = async (lab: Lab): Promise<string> => {
  const made = await podsOn(lab, PODS)
  const [web, job] = [containerOf(made, 'web'), containerOf(made, 'job')]
  const pid = await pidOf(lab, web)
  return withServe(lab, [], async (served) => {
    await lab.containerd.kill('SIGKILL')
    await untilTrue('serve has noticed', async () => !(await isReady(served)))
    const cut = await listed(served)
    expect(cut).toContain('api, job, web: RUNNING')
    await exitWith(job, OF_JOB)
    await untilState(served, job.id, 'EXITED')
    await lab.start(false)
    await untilTrue('serve has looked at everything again', () => isReady(served))
    const back = await listed(served)
    expect(back).toContain('api, web: RUNNING')
    expect(back).toContain(`job: EXITED ${OF_JOB}`)
    expect(await pidOf(lab, web)).toBe(pid)
    // That it is heard is the proof that it was watched.
    await exitWith(web, OF_WEB)
    await untilState(served, web.id, 'EXITED')
    const last = await listed(served)
    expect(last).toContain(`web: EXITED ${OF_WEB}`)
    return `without containerd, ${cut}; with it again, ${back}; and as web ends, ${last}`
  })
}

export const RESTARTED: Fault = {
  id: 'F6',
  says: 'containerd restarted while waits are open',
  expected: 'what runs is still RUNNING, and watched again; an exit of the time between is not lost',
  simulated: { made: 'every wait breaks under a serve; containerd is back later', run: inMemory },
  real: { made: 'SIGKILL to containerd under a serve; started again once serve has noticed', run: onLab },
}
