import type { Placed } from '../../adapters/fast-check/contract/files.js'
import { describeIo } from '../../adapters/fast-check/contract/io.js'
import { describeLogs, type LoggedTask, type LogsFixture } from '../../adapters/fast-check/contract/logs.js'
import { taskReply } from '../../adapters/fast-check/seen.js'
import { emptyWorld, type SimulatedNode, simulate } from '../../adapters/memory/index.js'
import { entry, lookIn } from './simulated.js'

const NOW = 1_795_445_431_431_213_697n
const PODS = '/var/log/pods'

const runOn =
  (node: SimulatedNode): LogsFixture['run'] =>
  async (id, pipes = { stdoutPath: `/run/${id}/stdout`, stderrPath: `/run/${id}/stderr` }) => {
    node.putTask(taskReply(id, { status: 'running', stdout: pipes.stdoutPath, stderr: pipes.stderrPath }))
    const log = { root: PODS, path: `${PODS}/${id}/0.log` }
    const task: LoggedTask = {
      request: { id, tty: false, stdin: false, log, stdinPath: '', ...pipes },
      write: async (stream, text) => node.logs.write(id, text, stream),
      end: async () => node.end(id, 0),
      hold: async () => {
        const letGo = node.logs.hold(id)
        return async () => letGo()
      },
      // A reopened log goes on in a new file, whether or not the old one was moved.
      rotate: async () => undefined,
      files: async () => node.logs.filesOf(id),
    }
    return task
  }

const makeLogs = async (files: readonly Placed[]): Promise<LogsFixture> => {
  const node = simulate({ ...emptyWorld(NOW), files: files.map(entry) })
  const { state } = node.world()
  const { io } = node.servePorts
  return {
    io,
    state,
    maxLine: node.logs.maxLine,
    look: lookIn(node),
    fresh: async (id) =>
      node
        .world()
        .files.filter((file) => file.in === 'state' && file.kind === 'fifo')
        .filter(({ path }) => path.startsWith(`containers/${id}/io/`))
        .map(({ path }) => `${state}/${path}`),
    run: runOn(node),
    successor: () => io,
    cleanup: async () => undefined,
  }
}

describeIo('memory', makeLogs, { create: true })
describeLogs('memory', makeLogs)
