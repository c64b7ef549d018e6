import { describe, expect, it } from 'vitest'
import { answerOf, calm, expectFailure, tagOf } from '../../../adapters/fast-check/contract/files.js'
import { rightOf } from '../../../adapters/fast-check/either.js'
import {
  decodeWorld,
  type Options,
  type SimulatedNode,
  simulate,
  type World,
} from '../../../adapters/memory/index.js'
import type { AttachRequest } from '../../../ports/io.js'

const world: World = rightOf(
  decodeWorld({ version: 1, now: '5', tasks: [{ id: 'web', status: 'running', pid: 7 }] }),
)
const node = (options: Options = {}): SimulatedNode => simulate(world, options)

const REQUEST: AttachRequest = {
  id: 'web',
  tty: false,
  stdin: false,
  log: { root: '/var/log/pods', path: '/var/log/pods/web/0.log' },
  stdinPath: '',
  stdoutPath: '/run/web/stdout',
  stderrPath: '/run/web/stderr',
}

const attached = async (n: SimulatedNode = node(), request = REQUEST): Promise<SimulatedNode> => {
  answerOf(await n.servePorts.io.attach(request)())
  return n
}
const drain = ({ servePorts: { io, timers } }: SimulatedNode, ms = 5000) =>
  timers.within(ms, 'drain web', (signal) => io.drain('web', signal))()

describe('a container’s pipe', () => {
  it('is emptied into nothing where there is no log', async () => {
    const n = await attached(node(), { ...REQUEST, log: null })
    n.logs.write('web', 'one\n')
    n.dropTask('web')
    expect([n.logs.logOf('web'), n.logs.lostOf('web')]).toEqual([[''], ''])
  })
  it('loses with its task what nobody has read, and nothing else', async () => {
    const n = await attached()
    n.logs.write('web', 'read\n')
    answerOf(await n.servePorts.io.close(calm)())
    n.logs.write('web', 'unread\n')
    n.end('web', 0)
    expect(n.logs.lostOf('web')).toBe('')
    answerOf(await n.ports.tasks.delete('web', calm)())
    expect([n.logs.logOf('web'), n.logs.lostOf('web')]).toEqual([['read\n'], 'unread\n'])
  })
})

describe('draining', () => {
  it('waits for the end of a task that still runs, and takes its last words', async () => {
    const n = await attached()
    const draining = n.servePorts.io.drain('web', calm)()
    await n.pass(0n)
    expect(n.log.at(-1)).toMatchObject({ call: 'io.drain', outcome: 'hung' })
    n.logs.write('web', 'last words\n')
    n.end('web', 0)
    expect(tagOf(await draining)).toBe('no failure')
    expect(n.logs.logOf('web')).toEqual(['last words\n'])
    expect(n.log.at(-1)).toMatchObject({ call: 'io.drain', outcome: 'done' })
  })
  it('gives up a pipe that somebody holds when its time is up, and has read what came until then', async () => {
    const n = await attached()
    n.logs.hold('web')
    n.end('web', 0)
    void n.ports.timers.sleep(1000, calm).then(() => n.logs.write('web', 'a child’s\n'))
    expectFailure(await drain(n), 'TimedOut')
    expect(n.ports.clock.now()).toBe(5n + 5_000_000_000n)
    await n.pass(0n)
    n.logs.write('web', 'too late\n')
    expect(n.logs.logOf('web')).toEqual(['a child’s\n'])
    n.dropTask('web')
    expect(n.logs.lostOf('web')).toBe('too late\n')
  })
  it('is over once whoever holds the pipe lets go', async () => {
    const n = await attached()
    const letGo = n.logs.hold('web')
    n.end('web', 0)
    void n.ports.timers.sleep(1000, calm).then(letGo)
    answerOf(await drain(n))
    expect(n.ports.clock.now()).toBe(5n + 1_000_000_000n)
  })
  it('is over once the task is gone', async () => {
    const n = await attached()
    const draining = n.servePorts.io.drain('web', calm)()
    n.dropTask('web')
    expect(tagOf(await draining)).toBe('no failure')
  })
  it('moves no time for others once it is over', async () => {
    const n = await attached()
    const after = n.ports.timers.within(60_000, 'drain, then wait', (signal) => async () => {
      const drained = await n.servePorts.io.drain('web', signal)()
      await n.ports.timers.sleep(30_000, signal)
      return drained
    })()
    await Promise.resolve()
    n.end('web', 0)
    for (let turn = 0; turn < 10_000; turn += 1) await null
    expect(n.ports.clock.now()).toBe(5n)
    await n.pass(30_000_000_000n)
    expect(tagOf(await after)).toBe('no failure')
  })
})

describe('a process that dies', () => {
  it('reads no more, and whoever starts after it finds the pipe and the log as they were', async () => {
    const n = await attached()
    n.logs.write('web', 'read\n')
    n.crashAt(1, 'before')
    await n.run(n.ports.tasks.list(calm))
    n.logs.write('web', 'unread\n')
    expect(n.logs.logOf('web')).toEqual(['read\n'])
    const again = simulate(n.world(), { pipes: n.logs.pipes })
    again.logs.write('web', 'nobody yet\n')
    expect(again.logs.logOf('web')).toEqual(['read\n'])
    await attached(again)
    expect(again.logs.logOf('web')).toEqual(['read\nunread\nnobody yet\n'])
    expect(n.logs.logOf('web')).toEqual(['read\n'])
  })
  it('takes with it what it had read of a line that had no end yet', async () => {
    const n = await attached()
    n.logs.write('web', 'whole\nbegun')
    n.crashAt(1, 'before')
    await n.run(n.ports.tasks.list(calm))
    n.end('web', 0)
    expect(n.logs.logOf('web')).toEqual(['whole\n'])
    const again = await attached(simulate(n.world(), { pipes: n.logs.pipes }))
    expect(again.logs.logOf('web')).toEqual(['whole\n'])
  })
  it('in the middle of a drain has drained nothing', async () => {
    const n = await attached()
    const draining = n.run(n.servePorts.io.drain('web', calm))
    n.crashAt(1, 'before')
    void n.ports.tasks.list(calm)()
    expect((await draining).kind).toBe('crashed')
    n.logs.write('web', 'unread\n')
    n.end('web', 0)
    await n.pass(0n)
    expect(n.log.map(({ call, outcome }) => `${call} ${outcome}`)).toContain('io.drain hung')
    expect(n.logs.pipes.get('web')?.attached).toEqual(REQUEST)
    expect(n.logs.logOf('web')).toEqual([''])
  })
  it('or a fault, befalls a drain before it lets go of anything', async () => {
    const n = await attached()
    n.end('web', 0)
    n.faults.add({ call: 'io.drain', answer: 'TimedOut', times: 1 })
    expectFailure(await drain(n), 'TimedOut')
    answerOf(await drain(n))
  })
})
