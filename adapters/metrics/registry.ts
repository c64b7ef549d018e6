import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { ServedCounts, ServedNode, Service } from '../../ports/service.js'
import { READINGS, type Reading } from './readings.js'

export interface MetricsOptions {
  /** Of this program. */
  readonly version: string
}

/** Whom the metrics ask. */
export type Measured = Pick<Service, 'node' | 'counts'>

export interface Metrics {
  /** All metrics now, in Prometheus' text format. */
  readonly text: () => Promise<string>
  readonly contentType: string
  /**
   * A call that the CRI server has answered.
   *
   * @param method - as gRPC has it: `/runtime.v1.RuntimeService/Version`
   * @param code - as Go prints it: `OK`, `NotFound`
   */
  readonly handled: (method: string, code: string) => void
}

/** Sums of what is told by kind anyway; and gauges that are named as counters, which `promtool` does not let pass. */
const LEFT_OUT = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

type Update = (node: ServedNode, counts: ServedCounts) => void

/** Makes a metric, and answers how it is brought up to date. */
const measure = (registry: Registry, reading: Reading): Update => {
  const { name, help, type } = reading
  const labelNames = 'label' in reading ? [reading.label] : []
  const config = { name, help, labelNames, registers: [registry] }
  const metric = type === 'counter' ? new Counter(config) : new Gauge(config)
  return (node, counts) => {
    metric.reset()
    if ('label' in reading) {
      for (const [word, value] of reading.readEach(node)) metric.inc({ [reading.label]: word }, value)
      return
    }
    const value = reading.read(node, counts)
    if (value === null) metric.remove()
    else metric.inc(value)
  }
}

/** By the method's last word; all others take one request and give one answer. */
const STREAMS: Readonly<Partial<Record<string, string>>> = {
  GetContainerEvents: 'server_stream',
  Watch: 'server_stream',
  ServerReflectionInfo: 'bidi_stream',
}

const countCalls = (registry: Registry): Metrics['handled'] => {
  const calls = new Counter({
    name: 'grpc_server_handled_total',
    help: 'Calls that the CRI server has answered.',
    labelNames: ['grpc_type', 'grpc_service', 'grpc_method', 'grpc_code'],
    registers: [registry],
  })
  return (path, code) => {
    const [, service = 'unknown', method = 'unknown'] = /^\/?([^/]+)\/([^/]+)$/.exec(path) ?? []
    calls.inc({
      grpc_type: STREAMS[method] ?? 'unary',
      grpc_service: service,
      grpc_method: method,
      grpc_code: code,
    })
  }
}

/**
 * A serving node in Prometheus' terms. Nothing is counted here that the node counts itself: it is asked when somebody
 * wants the text.
 */
export const metricsOf = (service: Measured, { version }: MetricsOptions): Metrics => {
  const registry = new Registry()
  const updates = READINGS.map((reading) => measure(registry, reading))
  new Gauge({
    name: 'cri_recover_build_info',
    help: 'Always 1; its label is the version of cri-recover.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1)
  collectDefaultMetrics({ register: registry })
  for (const name of LEFT_OUT) registry.removeSingleMetric(name)
  return {
    contentType: registry.contentType,
    handled: countCalls(registry),
    text: () => {
      const [node, counts] = [service.node(), service.counts()]
      for (const update of updates) update(node, counts)
      return registry.metrics()
    },
  }
}

/** All metrics of a serving node once. */
export const metricsText = (service: Measured, options: MetricsOptions): Promise<string> =>
  metricsOf(service, options).text()
