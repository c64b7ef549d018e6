import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Failure } from '../../ports/failure.js'
import type { Ports } from '../../ports/ports.js'
import { callOf } from './choices.js'

/** An answer as the program was given it. */
export interface Heard {
  readonly call: string
  readonly answer: Either<Failure, unknown>
}

/** The same ports, with somebody who listens in on every answer: all that the program can know. */
export const listening = (ports: Ports, hear: (heard: Heard) => void): Ports => {
  const ear =
    <A extends readonly unknown[], B>(name: string, ask: (...asked: A) => TaskEither<Failure, B>) =>
    (...asked: A): TaskEither<Failure, B> => {
      const about = typeof asked[0] === 'string' ? asked[0] : null
      const asking = ask(...asked)
      return async () => {
        const answer = await asking()
        hear({ call: callOf(name, about), answer })
        return answer
      }
    }
  const { containers, tasks, sandboxes, images, introspection, checkpoints, directories, io, shims, lock } =
    ports
  return {
    ...ports,
    containers: { ...containers, list: ear('containers.list', containers.list) },
    tasks: {
      list: ear('tasks.list', tasks.list),
      get: ear('tasks.get', tasks.get),
      watch: ear('tasks.watch', tasks.watch),
      kill: ear('tasks.kill', tasks.kill),
      delete: ear('tasks.delete', tasks.delete),
    },
    sandboxes: { ...sandboxes, list: ear('sandboxes.list', sandboxes.list) },
    images: { ...images, list: ear('images.list', images.list) },
    introspection: {
      version: ear('introspection.version', introspection.version),
      plugins: ear('introspection.plugins', introspection.plugins),
    },
    checkpoints: {
      read: ear('checkpoints.read', checkpoints.read),
      write: ear('checkpoints.write', checkpoints.write),
      setAside: ear('checkpoints.setAside', checkpoints.setAside),
      makeDirectory: ear('checkpoints.makeDirectory', checkpoints.makeDirectory),
      sweep: ear('checkpoints.sweep', checkpoints.sweep),
    },
    directories: {
      ...directories,
      list: (base) => ear(`directories.list ${base.of}/${base.kind}`, directories.list)(base),
      remove: ear('directories.remove', directories.remove),
    },
    io: { ...io, create: (request) => ear(`io.create ${request.id}`, io.create)(request) },
    shims: { ...shims, oomKills: ear('shims.oomKills', shims.oomKills) },
    lock: { acquire: ear('lock.acquire', lock.acquire) },
  }
}
