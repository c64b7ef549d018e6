import { describe, expect, it } from 'vitest'
import { answerOf, calm, expectFailure, tagOf } from '../../../adapters/fast-check/contract/files.js'
import {
  decodeWorld,
  emptyWorld,
  type Options,
  type SimulatedNode,
  simulate,
  type World,
} from '../../../adapters/memory/index.js'

const START = 1_795_445_431_000_000_000n

const worldOf = (more: object): World => {
  const world = decodeWorld({ version: 1, now: String(START), ...more })
  if (world._tag === 'Left') throw new Error(world.left)
  return world.right
}
const WEB = {
  tasks: [{ id: 'web', status: 'running', pid: 7 }],
  files: [{ in: 'root', path: 'containers/web/status', text: 'old' }],
}
const web = (options: Options = {}): SimulatedNode => simulate(worldOf(WEB), options)
const statusOf = (node: SimulatedNode): string | null | undefined =>
  node.world().files.find(({ path }) => path === 'containers/web/status')?.text

describe('faults', () => {
  it('befall a call before it takes effect, or after', async () => {
    for (const when of ['before', 'after'] as const) {
      const node = web()
      node.faults.add({ call: 'checkpoints.write', answer: 'Exhausted', said: 'no space left', when })
      const reply = await node.ports.checkpoints.write('web', 'new')()
      expectFailure(reply, 'Exhausted')
      expect(statusOf(node)).toBe(when === 'before' ? 'old' : 'new')
      expect(reply).toMatchObject({ left: { said: 'no space left', mayHaveHappened: when === 'after' } })
    }
  })
  it('begin with a call, last for some, and name whom they befall', async () => {
    const node = web()
    node.faults.add({ call: 'tasks.get', id: 'web', answer: 'Unavailable', from: 2, times: 2 })
    const tags = []
    for (let n = 0; n < 5; n += 1) {
      await node.ports.tasks.get('other', calm)()
      tags.push(tagOf(await node.ports.tasks.get('web', calm)()))
    }
    expect(tags).toEqual(['no failure', 'Unavailable', 'Unavailable', 'no failure', 'no failure'])
    expect(node.faults.left()).toEqual([])
  })
  it('go on where a node is simulated on from its world', async () => {
    const node = web()
    node.faults.add({ call: 'tasks.*', answer: 'Denied', from: 2, times: 2 })
    for (let n = 0; n < 2; n += 1) await node.ports.tasks.get('web', calm)()
    const again = simulate(node.world())
    expect(tagOf(await again.ports.tasks.kill('web', calm)())).toBe('Denied')
    expect(tagOf(await again.ports.tasks.kill('web', calm)())).toBe('no failure')
  })
  it('can be taken away again', async () => {
    const node = web()
    const remove = node.faults.add({ call: 'tasks.*', answer: 'Denied' })
    node.faults.add({ call: 'images.*', answer: 'Denied' })
    remove()
    expect(tagOf(await node.ports.tasks.list(calm)())).toBe('no failure')
    node.faults.clear()
    expect(tagOf(await node.ports.images.list(calm)())).toBe('no failure')
  })
  it('say whether it may have happened: nobody was reached where nobody listens', async () => {
    const node = web()
    const happened = async () => {
      const reply = await node.ports.tasks.kill('web', calm)()
      return reply._tag === 'Left' ? [reply.left.unreached, reply.left.mayHaveHappened] : null
    }
    for (const [unreached, may] of [
      ['refused', false],
      ['broken', true],
      [null, true],
    ] as const) {
      const remove = node.faults.add({ call: 'tasks.kill', answer: 'Unavailable', unreached })
      expect(await happened()).toEqual([unreached, may])
      remove()
    }
  })
  it('take a task that cannot be asked out of the list', async () => {
    const node = web()
    node.faults.add({ call: 'tasks.get', id: 'web', answer: 'Unavailable', times: 1 })
    expect(answerOf(await node.ports.tasks.list(calm)())).toEqual([])
    expectFailure(await node.ports.tasks.get('web', calm)(), 'Unavailable')
    expect(answerOf(await node.ports.tasks.list(calm)())).toHaveLength(1)
  })
  it('break a wait that had begun', async () => {
    const node = web()
    node.faults.add({ call: 'tasks.exit', answer: 'Unavailable', times: 1 })
    const {
      ports: { tasks },
    } = node
    expectFailure(await answerOf(await tasks.watch('web', calm)()).exited, 'Unavailable')
    const watch = answerOf(await tasks.watch('web', calm)())
    node.end('web', 7)
    expect(await watch.exited).toEqual({ _tag: 'Right', right: { exitStatus: 7, exitedAt: START } })
  })
})

describe('a node without containerd', () => {
  it('answers for its files, and for nothing of containerd', async () => {
    const node = simulate(worldOf({ ...WEB, containerd: null }))
    for (const call of [
      node.ports.containers.list('sandbox', calm),
      node.ports.tasks.list(calm),
      node.ports.introspection.version(calm),
    ])
      expect(await call()).toMatchObject({
        left: { tag: 'Unavailable', unreached: 'no-socket', mayHaveHappened: false },
      })
    expect(answerOf(await node.ports.checkpoints.read('web')())).toEqual({ kind: 'text', text: 'old' })
  })
})

describe('tasks from outside', () => {
  it('deletes a created task that never had a process', async () => {
    const node = simulate(
      worldOf({
        tasks: [
          { id: 'a', status: 'created' },
          { id: 'b', status: 'created', pid: 3 },
        ],
      }),
    )
    expect(tagOf(await node.ports.tasks.delete('a', calm)())).toBe('no failure')
    expect(tagOf(await node.ports.tasks.delete('b', calm)())).toBe('Denied')
  })
  it.each([
    ['1.6.20', ['web', 'done']],
    ['1.7.24', ['web']],
    ['2.1.9', ['web']],
  ])('containerd %s restarted: waits break, %j are left', async (containerd, left) => {
    const node = simulate(
      worldOf({ containerd, tasks: [...WEB.tasks, { id: 'done', status: 'stopped', exitStatus: 7 }] }),
    )
    const watch = answerOf(await node.ports.tasks.watch('web', calm)())
    node.restartContainerd()
    expectFailure(await watch.exited, 'Unavailable')
    expect(answerOf(await node.ports.tasks.list(calm)()).map(({ id }) => id)).toEqual(left)
  })
  it('a task put there and dropped ends the waits on it', async () => {
    const node = web()
    const [task] = answerOf(await node.ports.tasks.list(calm)())
    if (task === undefined) return expect.unreachable()
    const first = answerOf(await node.ports.tasks.watch('web', calm)())
    node.putTask({ ...task, status: 'stopped', exitStatus: 4 })
    expect(answerOf(await first.exited).exitStatus).toBe(4)
    node.putTask(task)
    const second = answerOf(await node.ports.tasks.watch('web', calm)())
    node.dropTask('web')
    expectFailure(await second.exited, 'NotFound')
    node.end('web', 1)
    expect(node.world().tasks).toEqual([])
  })
})

describe('sandboxes and host', () => {
  it('asks the controller that a sandbox names, and forgets records', async () => {
    const controller = { state: 'SANDBOX_READY', pid: 3, address: 'a', version: 2 }
    const { ports, world } = simulate(worldOf({ sandboxStore: [{ id: 'pod', controller }, { id: 'lost' }] }))
    expect(answerOf(await ports.sandboxes.status('pod', 'podsandbox', calm)())).toEqual(controller)
    expectFailure(await ports.sandboxes.status('pod', 'shim', calm)(), 'NotFound')
    expectFailure(await ports.sandboxes.status('lost', 'podsandbox', calm)(), 'NotFound')
    answerOf(await ports.sandboxes.forget('lost', calm)())
    expect(world().sandboxStore?.map(({ id }) => id)).toEqual(['pod'])
    expect(answerOf(await simulate(worldOf({ sandboxStore: null })).ports.sandboxes.list(calm)())).toBeNull()
  })
  it('makes fresh IO, the same when asked again', async () => {
    const node = web()
    for (let n = 0; n < 2; n += 1)
      answerOf(await node.ports.io.create({ id: 'web', tty: false, stdin: true, log: null })())
    const fifos = node.world().files.filter(({ kind }) => kind === 'fifo')
    expect(fifos.map(({ path }) => path)).toEqual(
      ['stdin', 'stdout', 'stderr'].map((s) => `containers/web/io/web-${s}`),
    )
  })
  it('keeps a lock that somebody else holds', async () => {
    const { ports } = simulate(worldOf({ lock: 'process 12' }))
    expect(await ports.lock.acquire()()).toMatchObject({
      left: { tag: 'AlreadyExists', said: 'held by process 12' },
    })
  })
  it('knows network namespaces', async () => {
    const { ports } = simulate(worldOf({ netns: [{ path: '/a', status: 'stale' }] }))
    expect(answerOf(await ports.namespaces.status('/a')())).toBe('stale')
  })
  it('tells of a file that cannot be read, and of content of which only the size is known', async () => {
    const { ports } = simulate(
      worldOf({
        files: [{ in: 'root', path: 'containers/web/status', unreadable: 'input/output error' }],
        content: [{ digest: 'sha256:a', size: '5' }],
      }),
    )
    expect(answerOf(await ports.checkpoints.read('web')())).toEqual({
      kind: 'unreadable',
      why: 'input/output error',
    })
    expect(answerOf(await ports.images.contentSize('sha256:a', calm)())).toBe(5n)
    expectFailure(await ports.images.readContent('sha256:a', 100, calm)(), 'Malformed')
  })
})

describe('log, crashes, schedules', () => {
  const story =
    ({ ports }: SimulatedNode) =>
    async () => {
      await ports.tasks.kill('web', calm)()
      await ports.checkpoints.write('web', 'new text')()
      await ports.tasks.delete('web', calm)()
      return 'told'
    }
  it('writes every call down', async () => {
    const node = web()
    expect(await node.run(story(node))).toEqual({ kind: 'finished', value: 'told' })
    expect(node.log.map(({ n, call, id, mutating, outcome }) => [n, call, id, mutating, outcome])).toEqual([
      [1, 'tasks.kill', 'web', true, 'done'],
      [2, 'checkpoints.write', 'web', true, 'done'],
      [3, 'tasks.delete', 'web', true, 'done'],
    ])
  })
  it.each([
    ['before', 'old', []],
    ['after', 'new text', []],
    ['torn', 'old', ['containers/web/.tmp-status1']],
  ] as const)('dies %s the second call took effect', async (when, status, leftovers) => {
    const node = web()
    node.crashAt(2, when)
    const ended = await node.run(story(node))
    expect(ended).toMatchObject({
      kind: 'crashed',
      at: { n: 2, call: 'checkpoints.write', outcome: 'crashed' },
    })
    expect(statusOf(node)).toBe(status)
    const files = node.world().files
    expect(files.map(({ path }) => path).filter((path) => path.includes('.tmp'))).toEqual(leftovers)
    expect(node.world().tasks).toMatchObject([{ status: 'stopped', exitStatus: 137 }])
    let answered = false
    node.ports.tasks
      .delete('web', calm)()
      .then(() => {
        answered = true
      })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(answered).toBe(false)
    expect(node.world().tasks).toHaveLength(1)
  })
  it('counts only calls that may change something where it is told to, and frees the lock of the dead', async () => {
    const node = web()
    node.crashAt(2, 'before', 'mutating')
    const ended = await node.run(async () => {
      await node.ports.lock.acquire()()
      await node.ports.tasks.list(calm)()
      await node.ports.tasks.kill('web', calm)()
    })
    expect(ended).toMatchObject({ kind: 'crashed', at: { n: 3, call: 'tasks.kill' } })
    expect(tagOf(await simulate(node.world()).ports.lock.acquire()())).toBe('no failure')
  })
  it('does not let time go by for the dead', async () => {
    const node = web()
    node.faults.add({ call: 'tasks.get', answer: 'hang' })
    node.crashAt(2, 'before')
    const { tasks, timers } = node.ports
    const ended = await node.run(() =>
      Promise.all([
        timers.within(1000, 'ask', (s) => tasks.get('web', s))(),
        timers.within(1000, 'ask', (s) => tasks.get('web', s))(),
      ]),
    )
    expect(ended.kind).toBe('crashed')
    expect(node.ports.clock.now()).toBe(START)
  })
  it('answers in the order that a gate lets through, and is disturbed between two calls', async () => {
    const held: (() => void)[] = []
    const node = simulate(emptyWorld(START), {
      gate: ({ id }, moment) =>
        moment === 'before' && id === 'slow'
          ? new Promise((resolve) => held.push(resolve))
          : Promise.resolve(),
    })
    const slow = node.ports.tasks.get('slow', calm)()
    await node.ports.tasks.get('quick', calm)()
    node.putTask({
      id: 'slow',
      status: 'running',
      pid: 1,
      exitStatus: 0,
      exitedAt: null,
      terminal: false,
      stdin: '',
      stdout: '',
      stderr: '',
    })
    for (const go of held) go()
    expect(answerOf(await slow).status).toBe('running')
    expect(node.log.map(({ n, id }) => [n, id])).toEqual([
      [1, 'quick'],
      [2, 'slow'],
    ])
  })
})
