import { isRight, right } from 'fp-ts/lib/Either.js'
import { isSystemdPath, specFacts } from '../../core/cri-spec.js'
import { type Json, printJson } from '../../core/json.js'
import type { ServedNode, Service } from '../../ports/service.js'
import type { Signal } from '../../ports/signal.js'
import type { Handler } from './calls.js'
import type { Context } from './context.js'
import {
  CgroupDriver,
  type RuntimeCondition,
  type RuntimeConfigRequest,
  type RuntimeConfigResponse,
  type StatusRequest,
  type StatusResponse,
  type VersionRequest,
  type VersionResponse,
} from './gen/runtime/v1/status.js'
import { number, OURS, object, saysSystemd, string } from './verbose.js'

/** The version of the kubelet's runtime API, which never moved; the kubelet takes no other. */
const KUBE_API_VERSION = '0.1.0'
const RUNTIME_API_VERSION = 'v1'

/** The name is ours, not containerd's: who answers here is not the one who runs containers. */
export const version =
  (context: Context): Handler<VersionRequest, VersionResponse> =>
  async () =>
    right({
      version: KUBE_API_VERSION,
      runtimeName: 'cri-recover',
      runtimeVersion: context.version,
      runtimeApiVersion: RUNTIME_API_VERSION,
    })

const runtimeReady = ({ phase, progress }: ServedNode): RuntimeCondition => {
  const not = (reason: string, message: string) => ({ type: 'RuntimeReady', status: false, reason, message })
  switch (phase) {
    case 'serving':
      return { type: 'RuntimeReady', status: true, reason: '', message: '' }
    case 'starting':
    case 'recovering':
      return not('Recovering', `${progress.done} of ${progress.total} recovered`)
    case 'cut-off':
      return not('ContainerdUnreachable', 'containerd does not answer; the shims are asked in its place')
    case 'stopping':
      return not('Stopping', 'cri-recover is ending; containers go on')
  }
}

const NETWORK: RuntimeCondition = {
  type: 'NetworkReady',
  status: false,
  reason: 'ReadOnly',
  message: 'this endpoint is for reading: it sets up no networks, and starts no pods',
}

const nullable = <A>(value: A | null, of: (value: A) => Json): Json =>
  value === null ? { kind: 'null' } : of(value)

const statusInfo = (service: Service, node: ServedNode): Map<string, string> => {
  const { reconnects, backoff, recoveryMs, checkpointErrors, log } = service.counts()
  const decimal = (value: bigint): Json => string(String(value))
  const info = object({
    phase: string(node.phase),
    progress: object({ done: number(node.progress.done), total: number(node.progress.total) }),
    recoveredAt: nullable(node.recoveredAt, decimal),
    recoveryMs: nullable(recoveryMs, number),
    containerd: nullable(node.containerd, string),
    snapshotter: string(node.snapshotter),
    reconnects: number(reconnects),
    backoff: object({ depth: number(backoff.depth), longestMs: number(backoff.longestMs) }),
    checkpointErrors: number(checkpointErrors),
    log: object({
      bytes: decimal(log.bytes),
      lines: decimal(log.lines),
      writeErrors: decimal(log.writeErrors),
      lostBytes: decimal(log.lostBytes),
    }),
  })
  return new Map([[OURS, printJson(info)]])
}

export const runtimeStatus =
  ({ service }: Context): Handler<StatusRequest, StatusResponse> =>
  async ({ verbose }) => {
    const node = service.node()
    return right({
      status: { conditions: [runtimeReady(node), NETWORK] },
      info: verbose ? statusInfo(service, node) : new Map(),
      runtimeHandlers: [],
    })
  }

/** How many records are looked at before the question is given up. */
const LOOKS = 5

/** null: this record does not tell. */
const driverOf = async (service: Service, id: string, signal: Signal): Promise<CgroupDriver | null> => {
  const detail = await service.detail(id, signal)()
  if (!isRight(detail)) return null
  if (saysSystemd(detail.right)) return CgroupDriver.SYSTEMD
  const facts = specFacts(detail.right.spec)
  if (!isRight(facts) || facts.right.cgroupsPath === '') return null
  return isSystemdPath(facts.right.cgroupsPath) ? CgroupDriver.SYSTEMD : CgroupDriver.CGROUPFS
}

/**
 * Who makes cgroups here. containerd reads it in its configuration; here the pods tell, the newest of the default
 * handler first. A node without pods counts as cgroupfs.
 */
export const runtimeConfig =
  ({ service }: Context): Handler<RuntimeConfigRequest, RuntimeConfigResponse> =>
  async (_, signal) => {
    const pods = [...service.node().sandboxes.values()]
      .filter(({ record }) => record !== null)
      .map(({ id, metadata, createdAt }) => ({
        id,
        other: (metadata?.runtimeHandler ?? '') !== '',
        createdAt,
      }))
      .sort((a, b) => Number(a.other) - Number(b.other) || (a.createdAt < b.createdAt ? 1 : -1))
    for (const { id } of pods.slice(0, LOOKS)) {
      const cgroupDriver = await driverOf(service, id, signal)
      if (cgroupDriver !== null) return right({ linux: { cgroupDriver } })
    }
    return right({ linux: { cgroupDriver: CgroupDriver.CGROUPFS } })
  }
