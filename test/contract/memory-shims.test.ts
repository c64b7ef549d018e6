import { describeShims, type ShimsFixture } from '../../adapters/fast-check/contract/shims.js'
import { taskReply } from '../../adapters/fast-check/seen.js'
import { emptyWorld, simulate } from '../../adapters/memory/index.js'

const NOW = 1_795_445_431_431_213_697n

const makeShims = async (): Promise<ShimsFixture> => {
  const node = simulate({
    ...emptyWorld(NOW),
    tasks: [
      taskReply('r', { status: 'running' }),
      taskReply('b', { status: 'running' }),
      taskReply('c', { status: 'created' }),
      taskReply('s', { status: 'stopped', exitStatus: 3, exitedAt: NOW - 1n }),
    ],
    oomKills: ['r', 'b'].map((id) => ({ id, count: 0 })),
  })
  node.stopContainerd()
  return {
    shims: node.ports.shims,
    bundles: ['r', 'b', 'c', 's'],
    running: 'r',
    created: 'c',
    stopped: 's',
    beside: 'b',
    absent: 'x',
    exitStatus: 3,
    nowhere: '/run/containerd/s/nobody',
    end: async (exitStatus) => node.end('r', exitStatus),
    starve: async () => node.oom('r'),
    hang: async () => {
      for (const call of ['shims.state', 'shims.watch'] as const)
        node.faults.add({ call, id: 'r', answer: 'hang' })
    },
    killShim: async () => node.killShim('r'),
    cleanup: async () => undefined,
  }
}

describeShims('memory', makeShims)
