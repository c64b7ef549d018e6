import fc from 'fast-check'
import type { ContainerRecord, Extension, FileKind, TaskReply, TaskStatus } from '../../../core/records.js'
import type { Fault, FileEntry, World, WorldSandbox } from '../../memory/index.js'
import { emptyWorld } from '../../memory/index.js'
import { containerRecord, sandboxRecord } from '../records.js'
import { CREATED_AT, EXITED_AT, fileOf, NOW, taskReply } from '../seen.js'
import { tellNode } from './tell.js'

/** Whole nodes: pods, containers whose names clash, metadata of every kind, orphans, and calls that fail. */

const PODS = ['p1', 'p2', 'p3']
const CONTAINERS = ['c1', 'c2', 'c3', 'c4']
const OLD = ['old1', 'old2', '.hidden', 'a..b']

const KEY = (kind: 'container' | 'sandbox'): string => `io.cri-containerd.${kind}.metadata`

/** Its metadata under another name, missing, of a wrong type, or garbage. */
const metadataOf =
  (kind: 'container' | 'sandbox') =>
  (record: ContainerRecord): fc.Arbitrary<ContainerRecord> => {
    const own = record.extensions.get(KEY(kind)) ?? { typeUrl: '', value: '' }
    const named = (name: string): Extension => ({
      ...own,
      value: own.value.replace(/"Name":"[^"]*"/, `"Name":"${name}"`),
    })
    const extension = fc.oneof(
      { weight: 4, arbitrary: fc.constant<Extension | null>(own) },
      { weight: 4, arbitrary: fc.constantFrom('web', 'api').map(named) },
      fc.constantFrom(null, { ...own, typeUrl: 'other' }, { ...own, value: '\ufffd{' }),
    )
    return fc
      .tuple(extension, fc.bigInt({ min: CREATED_AT - 2n, max: CREATED_AT }))
      .map(([value, createdAt]) => ({
        ...record,
        createdAt,
        extensions: value === null ? new Map() : new Map([[KEY(kind), value]]),
      }))
  }

const statuses = fc.constantFrom<TaskStatus>(
  'created',
  'running',
  'running',
  'stopped',
  'paused',
  'pausing',
  'unknown',
  'other',
)
const taskOf = (id: string): fc.Arbitrary<TaskReply | null> =>
  fc.option(
    fc
      .record({ status: statuses, exitedAt: fc.option(fc.constantFrom(EXITED_AT, 0n)) })
      .map((more) => taskReply(id, { ...more, exitStatus: more.status === 'stopped' ? 7 : 0 })),
    { freq: 4 },
  )

const file = (of: 'root' | 'state', path: string, kind: FileKind, text: string | null = null): FileEntry => ({
  in: of,
  path,
  kind,
  text,
  base64: null,
  bytes: null,
  unreadable: null,
})

const filesOf = (id: string): fc.Arbitrary<readonly FileEntry[]> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .constantFrom('UNREADABLE', 'BLANK', 'CREATED', 'RUNNING', 'EXITED')
        .map((form) => [
          file('root', `containers/${id}/status`, 'file', form === 'UNREADABLE' ? '{' : textOf(form)),
        ]),
    },
    fc.constantFrom<readonly FileEntry[]>(
      [],
      [file('root', `containers/${id}`, 'directory')],
      [file('root', `containers/${id}/status`, 'fifo')],
      [file('root', `containers/${id}/status`, 'directory')],
    ),
  )

const textOf = (form: 'BLANK' | 'CREATED' | 'RUNNING' | 'EXITED'): string | null => {
  const stands = fileOf(form)
  return stands.kind === 'text' ? stands.text : null
}

const strays: fc.Arbitrary<readonly FileEntry[]> = fc
  .uniqueArray(
    fc.record({
      of: fc.constantFrom('root', 'state'),
      base: fc.constantFrom('containers', 'sandboxes'),
      name: fc.constantFrom(...OLD),
      kind: fc.constantFrom<FileKind>('directory', 'directory', 'file', 'symlink'),
    }),
    { maxLength: 4, selector: ({ of, base, name }) => `${of}/${base}/${name}` },
  )
  .map((all) => all.map(({ of, base, name, kind }) => file(of, `${base}/${name}`, kind)))

const storedOf = (id: string): fc.Arbitrary<WorldSandbox> =>
  fc
    .record({
      value: fc.option(metadataOf('sandbox')(sandboxRecord(id))),
      controller: fc.option(
        fc.constantFrom('SANDBOX_READY', 'SANDBOX_NOTREADY', 'starting').map((state) => ({
          state,
          pid: 9,
          address: '',
          version: 3,
        })),
      ),
    })
    .map(({ value, controller }) => {
      const metadata = value?.extensions.get(KEY('sandbox'))
      return {
        id,
        sandboxer: 'shim',
        createdAt: CREATED_AT,
        extensions: metadata === undefined ? new Map() : new Map([['metadata', metadata]]),
        controller,
      }
    })

/**
 * Nothing that lists, for then nothing is done at all. Nor an answer that a living task is not there: a lie when it
 * is looked at, and when it is killed, time stands still in a simulated node, where only its exit is waited for.
 */
const faults: fc.Arbitrary<readonly Fault[]> = fc.array(
  fc
    .record({
      call: fc.constantFrom(
        'tasks.get',
        'tasks.watch',
        'tasks.kill',
        'tasks.delete',
        'sandboxes.status',
        'checkpoints.write',
        'checkpoints.setAside',
        'directories.remove',
        'namespaces.status',
        'io.create',
      ),
      id: fc.option(fc.constantFrom(...PODS, ...CONTAINERS)),
      answer: fc.constantFrom<Fault['answer']>('NotFound', 'Unavailable', 'Denied', 'TimedOut', 'hang'),
    })
    .filter(({ call, answer }) => answer !== 'NotFound' || (call !== 'tasks.kill' && call !== 'tasks.get'))
    .map(
      (more): Fault => ({ said: 'a test', unreached: null, when: 'before', from: 1, times: null, ...more }),
    ),
  { maxLength: 2 },
)

const present = <A>(all: readonly (A | null)[]): readonly A[] =>
  all.flatMap((one) => (one === null ? [] : [one]))
const eachOf = <A>(
  ids: readonly string[],
  of: (id: string) => fc.Arbitrary<A>,
): fc.Arbitrary<readonly A[]> => (ids.length === 0 ? fc.constant([]) : fc.tuple(...ids.map(of)))

/** A counter-example is told in lines, for its document fills a screen. */
const told = (world: World): World =>
  Object.defineProperty({ ...world }, fc.toStringMethod, { value: () => `\n${tellNode(world)}\n` })

/** Any node; with `troubled`, some of its calls fail. */
export const anyNode = (troubled: boolean): fc.Arbitrary<World> =>
  fc
    .tuple(fc.subarray(PODS), fc.subarray(CONTAINERS), fc.subarray(['p2', 'p3', 's1']))
    .chain(([pods, containers, stored]) =>
      fc.record({
        pods: eachOf(pods, (id) => metadataOf('sandbox')(sandboxRecord(id))),
        containers: eachOf(containers, (id) =>
          fc.constantFrom(...PODS).chain((pod) => metadataOf('container')(containerRecord(id, pod))),
        ),
        tasks: eachOf([...pods, ...containers], taskOf),
        files: eachOf(containers, filesOf),
        strays,
        stored: eachOf(stored, storedOf),
        mounts: fc
          .subarray(OLD)
          .map((names) => names.map((name) => ({ in: 'root' as const, path: `containers/${name}` }))),
        faults: troubled ? faults : fc.constant([]),
      }),
    )
    .map((node) => ({
      ...emptyWorld(NOW),
      containers: [...node.pods, ...node.containers],
      tasks: present(node.tasks),
      files: [...node.files.flat(), ...node.strays],
      sandboxStore: node.stored,
      mounts: node.mounts,
      faults: node.faults,
    }))
    .map(told)
