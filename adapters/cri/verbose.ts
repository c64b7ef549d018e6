import { isRight, tryCatch } from 'fp-ts/lib/Either.js'
import { type Json, type JsonObject, parseJson, printJson } from '../../core/json.js'
import type { Problem } from '../../core/report.js'
import type { ContainerDetail } from '../../ports/containers.js'
import type { ServedContainer, ServedSandbox } from '../../ports/service.js'
import { Options as RuncOptions } from './gen/containerd/runc/v1/options.js'
import { Options as OtherOptions } from './gen/runtimeoptions/v1/options.js'

/** Free-form JSON of verbose answers: containerd's keys under `info`, what is ours under a key of its own. */

export const OURS = 'cri-recover'

const NULL: Json = { kind: 'null' }
export const string = (value: string): Json => ({ kind: 'string', value })
export const number = (value: number | bigint): Json => ({ kind: 'number', text: String(value) })
export const flag = (value: boolean): Json => ({ kind: 'boolean', value })
export const array = (items: readonly Json[]): Json => ({ kind: 'array', items })
export const object = (members: Readonly<Record<string, Json>>): JsonObject => ({
  kind: 'object',
  entries: Object.entries(members),
})

const member = (document: JsonObject | undefined, key: string): Json =>
  document?.entries.findLast(([name]) => name === key)?.[1] ?? NULL

const parsed = (text: string | undefined): Json => {
  const json = text === undefined || text === '' ? null : parseJson(text)
  return json !== null && isRight(json) ? json.right : NULL
}

/** Go leaves out what is at its default. */
const withoutDefaults = (members: Readonly<Record<string, string | number | boolean>>): JsonObject => ({
  kind: 'object',
  entries: Object.entries(members).flatMap(([key, value]): readonly (readonly [string, Json])[] => {
    if (value === '' || value === 0 || value === false) return []
    if (typeof value === 'string') return [[key, string(value)]]
    return [[key, typeof value === 'number' ? number(value) : flag(value)]]
  }),
})

const runcOptions = (bytes: Uint8Array): JsonObject => {
  const o = RuncOptions.decode(bytes)
  return withoutDefaults({
    no_pivot_root: o.noPivotRoot,
    no_new_keyring: o.noNewKeyring,
    shim_cgroup: o.shimCgroup,
    io_uid: o.ioUid,
    io_gid: o.ioGid,
    binary_name: o.binaryName,
    root: o.root,
    systemd_cgroup: o.systemdCgroup,
    criu_image_path: o.criuImagePath,
    criu_work_path: o.criuWorkPath,
    task_api_address: o.taskApiAddress,
    task_api_version: o.taskApiVersion,
  })
}

const otherOptions = (bytes: Uint8Array): JsonObject => {
  const o = OtherOptions.decode(bytes)
  const body = Buffer.from(o.configBody).toString('base64')
  return withoutDefaults({ type_url: o.typeUrl, config_path: o.configPath, config_body: body })
}

const DECODERS: ReadonlyMap<string, (bytes: Uint8Array) => JsonObject> = new Map([
  ['containerd.runc.v1.Options', runcOptions],
  ['runtimeoptions.v1.Options', otherOptions],
])

/** What a record says of how its runtime is to be run; null where it says nothing, or nothing that is known here. */
const optionsJson = (options: ContainerDetail['options']): Json => {
  if (options === null || options.value.length === 0) return NULL
  const of = DECODERS.get(options.typeUrl.slice(options.typeUrl.lastIndexOf('/') + 1))
  if (of === undefined) return NULL
  const read = tryCatch(
    () => of(options.value),
    () => null,
  )
  return isRight(read) ? read.right : NULL
}

/** Whether systemd makes its cgroup, as far as its runtime's options say so. */
export const saysSystemd = (detail: ContainerDetail): boolean => {
  const options = optionsJson(detail.options)
  return options.kind === 'object' && options.entries.some(([key]) => key === 'systemd_cgroup')
}

const problemsJson = (problems: readonly Problem[]): Json =>
  array(
    problems.map(({ code, severity, message }) =>
      object({ code: string(code), severity: string(severity), message: string(message) }),
    ),
  )

/** Verbose info of a container (reference: ContainerInfo). `detail` is null where containerd could not be asked. */
export const containerInfo = (
  { record, metadata, status, parked, watched, unwritten, problems }: ServedContainer,
  detail: ContainerDetail | null,
): Map<string, string> =>
  new Map([
    [
      'info',
      printJson(
        object({
          sandboxID: string(metadata?.sandboxId ?? ''),
          pid: number(status.pid),
          removing: flag(false),
          snapshotKey: string(detail?.snapshotKey ?? record.snapshotKey),
          snapshotter: string(detail?.snapshotter ?? record.snapshotter),
          runtimeType: string(detail?.runtime ?? record.runtime),
          runtimeOptions: optionsJson(detail?.options ?? null),
          config: member(metadata?.document, 'Config'),
          runtimeSpec: parsed(detail?.spec),
        }),
      ),
    ],
    [
      OURS,
      printJson(
        object({
          parked: flag(parked),
          watched: flag(watched),
          unwritten: unwritten === null ? NULL : string(unwritten),
          problems: problemsJson(problems),
        }),
      ),
    ],
  ])

/** What containerd would say of the task: it has no word for one whose task is gone but this. */
const PROCESS: Readonly<Record<ServedSandbox['state'], string>> = {
  SANDBOX_READY: 'running',
  SANDBOX_NOTREADY: 'deleted',
  SANDBOX_UNKNOWN: 'unknown',
}

/** Verbose info of a sandbox (reference: SandboxInfo). */
export const sandboxInfo = (
  { record, metadata, state, pid, netns, origin, parked, watched, problems }: ServedSandbox,
  detail: ContainerDetail | null,
): Map<string, string> =>
  new Map([
    [
      'info',
      printJson(
        object({
          pid: number(pid),
          processStatus: string(PROCESS[state]),
          netNamespaceClosed: flag(netns.status === 'missing' || netns.status === 'stale'),
          image: string(detail?.image ?? record?.image ?? ''),
          snapshotKey: string(detail?.snapshotKey ?? record?.snapshotKey ?? ''),
          snapshotter: string(detail?.snapshotter ?? record?.snapshotter ?? ''),
          runtimeType: string(detail?.runtime ?? record?.runtime ?? ''),
          runtimeOptions: optionsJson(detail?.options ?? null),
          config: member(metadata?.document, 'Config'),
          runtimeSpec: parsed(detail?.spec),
          cniResult: member(metadata?.document, 'CNIResult'),
          sandboxMetadata:
            metadata === null ? NULL : object({ Version: string('v1'), Metadata: metadata.document }),
        }),
      ),
    ],
    [
      OURS,
      printJson(
        object({
          origin: string(origin),
          unknown: flag(state === 'SANDBOX_UNKNOWN'),
          parked: flag(parked),
          watched: flag(watched),
          problems: problemsJson(problems),
        }),
      ),
    ],
  ])
