import { status } from '@grpc/grpc-js'
import { bimap, isLeft, left, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { TaskReply, TaskStatus } from '../../core/records.js'
import { taskReply } from '../../core/task-reply.js'
import { type Failure, failure } from '../../ports/failure.js'
import type { Signal } from '../../ports/signal.js'
import type { Exit, Tasks, Watch } from '../../ports/tasks.js'
import { EMPTY_REPLY, unary } from './call.js'
import type { Channel } from './channel.js'
import { changing, reading, translate } from './failures.js'
import { TasksService } from './gen/containerd/services/tasks/v1/tasks.js'
import { exit, watching } from './watch.js'

const SIGKILL = 9

const get =
  (channel: Channel, verb = 'get') =>
  (id: string, signal: Signal): TE.TaskEither<Failure, TaskReply> =>
    pipe(
      unary(channel, TasksService.get, { containerId: id, execId: '' }, signal),
      TE.chain(({ process }) =>
        process === undefined ? TE.left(EMPTY_REPLY) : TE.right({ ...taskReply(process), id }),
      ),
      TE.mapLeft(translate(channel, reading(`${verb} task ${id}`))),
    )

const watch =
  (channel: Channel) =>
  (id: string, signal: Signal): TE.TaskEither<Failure, Watch> =>
    watching(
      (waiting) => unary(channel, TasksService.wait, { containerId: id, execId: '' }, waiting),
      bimap(translate(channel, reading(`watch task ${id}`)), exit),
      get(channel, 'watch')(id, signal),
    )

const kill =
  (channel: Channel) =>
  (id: string, signal: Signal): TE.TaskEither<Failure, void> =>
  async () => {
    const request = { containerId: id, execId: '', signal: SIGKILL, all: true }
    const killed = await unary(channel, TasksService.kill, request, signal)()
    if (!isLeft(killed)) return right(undefined)
    if (killed.left.code !== status.NOT_FOUND && killed.left.code !== status.FAILED_PRECONDITION)
      return left(translate(channel, changing(`kill task ${id}`))(killed.left))
    // Both are how a shim says that there is no process to be killed; of a task that is not there, containerd says
    // the first one too.
    const task = await get(channel, 'kill')(id, signal)()
    return isLeft(task) && task.left.tag === 'NotFound' ? task : right(undefined)
  }

/**
 * Asks for the status first: containerd itself deletes a created task without a word, and its refusal of a running
 * one is told by its text alone. Whatever else the status says or fails with, deleting is tried: it is also how
 * containerd rids itself of a shim that no longer answers.
 */
const remove =
  (channel: Channel) =>
  (id: string, signal: Signal): TE.TaskEither<Failure, Exit> =>
  async () => {
    const asked = `delete task ${id}`
    const seen = await get(channel)(id, signal)()
    if (!isLeft(seen) && alive(seen.right))
      return left(failure('Denied', asked, `containerd at ${channel.socket}`, `it is ${seen.right.status}`))
    return pipe(
      unary(channel, TasksService.delete, { containerId: id }, signal),
      TE.bimap(translate(channel, changing(asked)), exit),
    )()
  }

const ALIVE: readonly TaskStatus[] = ['created', 'running', 'paused', 'pausing']

/** A created task with no process is only a leftover, and deletable. */
const alive = (task: TaskReply): boolean =>
  ALIVE.includes(task.status) && !(task.status === 'created' && task.pid === 0)

/** Tasks over gRPC. */
export const tasks = (channel: Channel): Tasks => ({
  list: (signal) =>
    pipe(
      unary(channel, TasksService.list, { filter: '' }, signal),
      TE.bimap(translate(channel, reading('list tasks')), (r) => r.tasks.map(taskReply)),
    ),
  get: get(channel),
  watch: watch(channel),
  kill: kill(channel),
  delete: remove(channel),
})
