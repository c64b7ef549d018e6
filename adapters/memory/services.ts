import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { SandboxReply } from '../../core/records.js'
import type { ContainerDetail, Containers } from '../../ports/containers.js'
import { failure } from '../../ports/failure.js'
import type { Images } from '../../ports/images.js'
import type { Introspection } from '../../ports/introspection.js'
import type { Sandboxes } from '../../ports/sandboxes.js'
import type { Exit, Watch } from '../../ports/tasks.js'
import type { Clock } from '../../ports/time.js'
import { fromBase64, utf8Length } from './bytes.js'
import { type Interceptor, partner, type Refusal, refuse } from './intercept.js'
import { brokenWait, settledWait, waitersOf } from './waiters.js'
import type { Blob, World, WorldSandbox } from './world.js'

const KIND = 'io.cri-containerd.kind'

const detailOf = (world: World, id: string): Either<Refusal, ContainerDetail> => {
  const record = world.containers.find((one) => one.id === id)
  if (record === undefined) return refuse('NotFound', `container ${JSON.stringify(id)} not found`)
  const { runtime, snapshotter, snapshotKey, image } = record
  const { spec, options } = world.details.find((one) => one.id === id) ?? { spec: '', options: null }
  return right({
    spec,
    runtime,
    options: options && { ...options, value: Uint8Array.from(fromBase64(options.value)) },
    snapshotter,
    snapshotKey,
    image,
  })
}

export const containersOf = (world: World, intercept: Interceptor): Containers => ({
  list: (kind, signal) =>
    intercept.run({
      call: 'containers.list',
      id: kind,
      asked: `list ${kind} records`,
      signal,
      act: () => right(world.containers.filter(({ labels }) => labels.get(KIND) === kind)),
    }),
  detail: (id, signal) =>
    intercept.run({
      call: 'containers.detail',
      id,
      asked: `read the record of ${id}`,
      signal,
      act: () => detailOf(world, id),
    }),
})

export interface SimulatedSandboxes {
  readonly port: Sandboxes
  readonly all: () => readonly WorldSandbox[] | null
  /** Its controller says that it has ended. */
  readonly end: (id: string) => void
  /** Every wait for an end breaks. */
  readonly breakWaits: () => void
}

export const sandboxesOf = (world: World, clock: Clock, intercept: Interceptor): SimulatedSandboxes => {
  const waiters = waitersOf()
  const exits = new Map<string, Exit>()
  const store = world.sandboxStore === null ? null : new Map(world.sandboxStore.map((s) => [s.id, s]))
  const all = (): readonly WorldSandbox[] | null => (store === null ? null : [...store.values()])
  const status = (id: string, sandboxer: string): Either<Refusal, SandboxReply> => {
    const found = store?.get(id)
    if (found === undefined || found.sandboxer !== sandboxer || found.controller === null)
      return refuse('NotFound', `sandbox ${JSON.stringify(id)} not found`)
    return right(found.controller)
  }
  const watch = (id: string, sandboxer: string): Either<Refusal, Watch> => {
    if (store === null) return refuse('Denied', 'this containerd has no sandbox controllers')
    const known = status(id, sandboxer)
    if (known._tag === 'Left') return known
    if (known.right.state === 'SANDBOX_READY') return right(waiters.add(id))
    return right(settledWait(right(exits.get(id) ?? { exitStatus: 0, exitedAt: null })))
  }
  const forget = (id: string): Either<Refusal, void> => {
    if (!store?.delete(id)) return refuse('NotFound', `sandbox ${JSON.stringify(id)} not found`)
    const of = partner('sandboxes.watch')
    waiters.settle(id, left(failure('NotFound', `wait for sandbox ${id}`, of, 'the sandbox was forgotten')))
    return right(undefined)
  }
  return {
    all,
    end: (id) => {
      const found = store?.get(id)
      if (found === undefined || found.controller === null) return
      store?.set(id, { ...found, controller: { ...found.controller, state: 'SANDBOX_NOTREADY', pid: 0 } })
      const exit: Exit = { exitStatus: 0, exitedAt: clock.now() }
      exits.set(id, exit)
      waiters.settle(id, right(exit))
    },
    breakWaits: () => waiters.settleAll((id) => brokenWait('sandboxes.watch', `wait for sandbox ${id}`)),
    port: {
      list: (signal) =>
        intercept.run({
          call: 'sandboxes.list',
          id: null,
          asked: 'list stored sandboxes',
          signal,
          act: () => right(all()?.map(({ controller: _, ...stored }) => stored) ?? null),
        }),
      status: (id, sandboxer, signal) =>
        intercept.run({
          call: 'sandboxes.status',
          id,
          asked: `ask ${sandboxer} for sandbox ${id}`,
          signal,
          act: () => status(id, sandboxer),
        }),
      watch: (id, sandboxer, signal) =>
        intercept.run({
          call: 'sandboxes.watch',
          id,
          asked: `wait for sandbox ${id}`,
          signal,
          act: () => watch(id, sandboxer),
        }),
      forget: (id, signal) =>
        intercept.run({
          call: 'sandboxes.forget',
          id,
          asked: `forget sandbox ${id}`,
          signal,
          act: () => forget(id),
        }),
    },
  }
}

const covers = (all: readonly string[], some: readonly string[]): boolean =>
  some.length > 0 && some.length <= all.length && some.every((id, n) => all[n] === id)

const sizeOf = (blob: Blob): bigint => blob.size ?? BigInt(utf8Length(blob.text ?? ''))

export const imagesOf = (world: World, intercept: Interceptor): Images => {
  const content = new Map(world.content.map((blob) => [blob.digest, blob]))
  const blobOf = (digest: string): Either<Refusal, Blob> => {
    const blob = content.get(digest)
    return blob === undefined ? refuse('NotFound', `content ${digest}: not found`) : right(blob)
  }
  const read = (digest: string, limit: number): Either<Refusal, string> => {
    const blob = blobOf(digest)
    if (blob._tag === 'Left') return blob
    const size = sizeOf(blob.right)
    if (size > BigInt(limit)) return refuse('Exhausted', `${size} bytes are more than ${limit}`)
    return blob.right.text === null
      ? refuse('Malformed', 'this world has only its size')
      : right(blob.right.text)
  }
  return {
    list: (signal) =>
      intercept.run({
        call: 'images.list',
        id: null,
        asked: 'list images',
        signal,
        act: () => right(world.images),
      }),
    contentSize: (digest, signal) =>
      intercept.run({
        call: 'images.contentSize',
        id: digest,
        asked: `look at content ${digest}`,
        signal,
        act: () => {
          const blob = blobOf(digest)
          return blob._tag === 'Left' ? blob : right(sizeOf(blob.right))
        },
      }),
    readContent: (digest, limit, signal) =>
      intercept.run({
        call: 'images.readContent',
        id: digest,
        asked: `read content ${digest}`,
        signal,
        act: () => read(digest, limit),
      }),
    unpacked: (snapshotter, diffIds, signal) =>
      intercept.run({
        call: 'images.unpacked',
        id: diffIds.at(-1) ?? null,
        asked: `look for unpacked layers in ${snapshotter}`,
        signal,
        act: () =>
          right(world.unpacked.some((u) => u.snapshotter === snapshotter && covers(u.diffIds, diffIds))),
      }),
  }
}

export const introspectionOf = (
  self: () => Pick<World, 'containerd' | 'plugins'>,
  intercept: Interceptor,
): Introspection => ({
  version: (signal) =>
    intercept.run({
      call: 'introspection.version',
      id: null,
      asked: 'ask for the version',
      signal,
      act: () => right(self().containerd ?? ''),
    }),
  plugins: (signal) =>
    intercept.run({
      call: 'introspection.plugins',
      id: null,
      asked: 'list plugins',
      signal,
      act: () => right(self().plugins),
    }),
})
