import type { Either } from 'fp-ts/lib/Either.js'
import * as E from 'fp-ts/lib/Either.js'
import * as O from 'fp-ts/lib/Option.js'
import { readCheckpoint } from '../core/checkpoint.js'
import { isValidId } from '../core/ids.js'
import {
  containerMetadataOf,
  type MetadataProblem,
  resourcesProblem,
  type SandboxMetadata,
  sandboxMetadataOf,
  storedMetadataOf,
} from '../core/metadata.js'
import type {
  BaseSeen,
  ContainerSeen,
  Netns,
  NodeSeen,
  SandboxSeen,
  StoredSandboxSeen,
} from '../core/observation.js'
import {
  BASES,
  type Base,
  type CheckpointFile,
  type ContainerRecord,
  type StoredSandbox,
  type TaskReply,
} from '../core/records.js'
import { storedSeenOf } from '../core/sandbox.js'
import type { TaskLook } from '../core/seen.js'
import { each } from './each.js'
import { describe, type Failure } from './failure.js'
import { observeImage } from './observe-images.js'
import { wasOomKilled } from './oom.js'
import type { Options } from './options.js'
import type { Ports, Program } from './ports.js'
import type { Signal } from './signal.js'

/** Looking, and nothing else: no call in this file changes anything. */

const lookOf = (reply: Either<Failure, TaskReply>): TaskLook => {
  if (E.isRight(reply)) return { kind: 'found', task: reply.right }
  return reply.left.tag === 'NotFound'
    ? { kind: 'missing' }
    : { kind: 'unreachable', why: describe(reply.left) }
}

type Listed = ReadonlyMap<string, TaskReply>

/** The listing is a shortcut: a task that it leaves out is asked for by name, for its shim may only be slow. */
const lookAtTask = async (ports: Ports, options: Options, listed: Listed, id: string): Promise<TaskLook> => {
  const task = listed.get(id)
  if (task !== undefined) return { kind: 'found', task }
  return lookOf(
    await ports.timers.within(options.timeoutMs, `look at task ${id}`, (s) => ports.tasks.get(id, s))(),
  )
}

/** A second look at a task, where what was done since may have changed it. */
export const lookAgain = (ports: Ports, options: Options, id: string): Promise<TaskLook> =>
  lookAtTask(ports, options, new Map(), id)

export const checkpointFile = async (ports: Ports, options: Options, id: string): Promise<CheckpointFile> => {
  if (!isValidId(id)) return { kind: 'unreadable', why: 'its id may not be a part of a path' }
  const file = await ports.timers.within(options.timeoutMs, `read checkpoint ${id}`, () =>
    ports.checkpoints.read(id),
  )()
  return E.isRight(file) ? file.right : { kind: 'unreadable', why: describe(file.left) }
}

const pipesOf = async (ports: Ports, options: Options, look: TaskLook): Promise<string | null> => {
  if (look.kind !== 'found') return null
  const { stdin, stdout, stderr } = look.task
  const paths = [stdin, stdout, stderr].filter((path) => path !== '')
  if (paths.length === 0) return null
  const seen = await ports.timers.within(options.timeoutMs, 'look at log pipes', () =>
    ports.io.obstacle(paths),
  )()
  // A look that failed is no finding.
  return E.isRight(seen) ? seen.right : null
}

const observeContainer = async (
  ports: Ports,
  options: Options,
  listed: Listed,
  record: ContainerRecord,
): Promise<ContainerSeen> => {
  // Side by side, so that the item costs one deadline at most (L9), and neither look costs us the other.
  const [file, look] = await Promise.all([
    checkpointFile(ports, options, record.id),
    lookAtTask(ports, options, listed, record.id),
  ])
  return {
    record,
    metadata: containerMetadataOf(record.extensions),
    look,
    pipes: await pipesOf(ports, options, look),
    file,
    checkpoint: readCheckpoint(file),
    oomKilled: await wasOomKilled(ports, options.timeoutMs, record.id, look),
    aliveAt: 0n,
  }
}

const netnsOf = async (
  ports: Ports,
  options: Options,
  metadata: Either<MetadataProblem, SandboxMetadata>,
): Promise<Netns> => {
  if (E.isLeft(metadata)) return { path: '', status: 'missing', unclear: null }
  const { hostNetwork, netnsPath: path } = metadata.right
  if (hostNetwork) return { path, status: 'host', unclear: null }
  if (path === '') return { path, status: 'missing', unclear: null }
  const look = ports.timers.within(options.timeoutMs, `look at ${path}`, () => ports.namespaces.status(path))
  const status = await look()
  return E.isRight(status)
    ? { path, status: status.right, unclear: null }
    : { path, status: 'open', unclear: describe(status.left) }
}

const observeSandbox = async (
  ports: Ports,
  options: Options,
  listed: Listed,
  record: ContainerRecord,
  stored: StoredSandbox | undefined,
): Promise<SandboxSeen> => {
  const metadata = sandboxMetadataOf(record.extensions)
  const spare = stored === undefined ? null : O.toNullable(O.getRight(storedMetadataOf(stored.extensions)))
  const [look, netns] = await Promise.all([
    lookAtTask(ports, options, listed, record.id),
    netnsOf(ports, options, E.isLeft(metadata) && spare !== null ? E.right(spare) : metadata),
  ])
  const resources = stored === undefined ? null : resourcesProblem(stored.extensions)
  return { record, metadata, spare, resources, look, netns }
}

const observeStored = async (
  ports: Ports,
  options: Options,
  stored: StoredSandbox,
): Promise<StoredSandboxSeen> => {
  const metadata = storedMetadataOf(stored.extensions)
  const ask = ports.timers.within(options.timeoutMs, `look at sandbox ${stored.id}`, (signal) =>
    ports.sandboxes.status(stored.id, stored.sandboxer, signal),
  )
  const [netns, reply] = await Promise.all([netnsOf(ports, options, metadata), ask()])
  const of = { stored, metadata, netns }
  if (E.isRight(reply)) {
    const { state, pid } = reply.right
    return { ...of, seen: storedSeenOf(state), pid, detail: `its controller says ${state}` }
  }
  const seen = reply.left.tag === 'NotFound' ? 'NOT_FOUND' : 'UNREACHABLE'
  return { ...of, seen, pid: 0, detail: describe(reply.left) }
}

const observeBase = async (ports: Ports, options: Options, base: Base): Promise<BaseSeen> => {
  const path = ports.directories.path(base)
  const look = ports.timers.within(options.timeoutMs, `read ${path}`, () => ports.directories.list(base))
  const entries = await look()
  return { base, path, entries: E.isRight(entries) ? entries.right : describe(entries.left) }
}

/** The tasks that containerd can tell of at once; null where it cannot, for then each is asked for. */
const listTasks = async (ports: Ports, options: Options): Promise<Listed | null> => {
  const look = ports.timers.within(options.timeoutMs, 'list tasks', ports.tasks.list)
  const tasks = await look()
  return E.isRight(tasks) ? new Map(tasks.right.map((task) => [task.id, task])) : null
}

const listing =
  (options: Options) =>
  <A>(ports: Ports, asked: string, list: (signal: Signal) => () => Promise<Either<Failure, A>>) =>
    ports.timers.within(options.timeoutMs, asked, list)()

/**
 * Everything that recovery has to know about a node (reference: recover, the listings and the loads).
 * Fails where a listing fails: nothing may be decided on half a list.
 */
export const observe =
  (options: Options): Program<NodeSeen> =>
  (ports) =>
  async () => {
    const now = ports.clock.now()
    const list = listing(options)
    const version = await list(ports, 'ask for the version', ports.introspection.version)
    // Directories before records: one that is made in between belongs to a record that is listed then.
    const bases = await each(options.concurrency, BASES, (base) => observeBase(ports, options, base))
    const sandboxes = await list(ports, 'list sandboxes', (s) => ports.containers.list('sandbox', s))
    if (E.isLeft(sandboxes)) return sandboxes
    const storedReply = await list(ports, 'list stored sandboxes', ports.sandboxes.list)
    if (E.isLeft(storedReply)) return storedReply
    const containers = await list(ports, 'list containers', (s) => ports.containers.list('container', s))
    if (E.isLeft(containers)) return containers
    const images = await list(ports, 'list images', ports.images.list)
    const tasks = await listTasks(ports, options)
    const listed: Listed = tasks ?? new Map()
    const stored = new Map((storedReply.right ?? []).map((sandbox) => [sandbox.id, sandbox]))
    const own = new Set(sandboxes.right.map(({ id }) => id))
    return E.right({
      now,
      version: E.isRight(version) ? version.right : null,
      tasks: tasks && [...tasks.keys()],
      bases,
      sandboxes: await each(options.concurrency, sandboxes.right, (record) =>
        observeSandbox(ports, options, listed, record, stored.get(record.id)),
      ),
      stored: await each(
        options.concurrency,
        [...stored.values()].filter(({ id }) => options.profile === 'reference' || !own.has(id)),
        (sandbox) => observeStored(ports, options, sandbox),
      ),
      containers: await each(options.concurrency, containers.right, (record) =>
        observeContainer(ports, options, listed, record),
      ),
      images: E.isLeft(images)
        ? describe(images.left)
        : await each(options.concurrency, images.right, (image) => observeImage(ports, options, image)),
    })
  }
