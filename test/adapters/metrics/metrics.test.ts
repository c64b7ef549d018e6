import { describe, expect, it } from 'vitest'
import { metricsText } from '../../../adapters/metrics/index.js'
import { metricsOf } from '../../../adapters/metrics/registry.js'
import type { ServedCounts, ServedNode } from '../../../ports/service.js'
import { complaints, skips, WITHOUT } from './promtool.js'
import { servedContainer, servedCounts, servedNode, servedSandbox } from './served.js'

const serviceOf = (node: ServedNode = servedNode(), counts: ServedCounts = servedCounts()) => ({
  node: () => node,
  counts: () => counts,
})

const VERSION = { version: '1.2.3' }

/** The samples of one family, as they stand. */
const samples = (text: string, name: string): readonly string[] =>
  text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))

const ask = async (name: string, node?: ServedNode, counts?: ServedCounts) =>
  samples(await metricsText(serviceOf(node, counts), VERSION), name)

const BUSY = servedNode(
  {},
  [
    servedContainer('a', 'CONTAINER_RUNNING', true),
    servedContainer('b', 'CONTAINER_RUNNING', false),
    servedContainer('c', 'CONTAINER_EXITED', false),
    servedContainer('d', 'CONTAINER_UNKNOWN', true),
  ],
  [servedSandbox('e', 'SANDBOX_READY')],
)

describe('the metrics of a serving node', () => {
  it('count containers and sandboxes by state, those that nothing is in too', async () => {
    expect(await ask('cri_recover_containers', BUSY)).toEqual([
      'cri_recover_containers{state="created"} 0',
      'cri_recover_containers{state="running"} 2',
      'cri_recover_containers{state="exited"} 1',
      'cri_recover_containers{state="unknown"} 1',
    ])
    expect(await ask('cri_recover_sandboxes', BUSY)).toEqual([
      'cri_recover_sandboxes{state="ready"} 1',
      'cri_recover_sandboxes{state="notready"} 0',
      'cri_recover_sandboxes{state="unknown"} 0',
    ])
  })
  it('count a container as unwatched only while it runs', async () => {
    expect(await ask('cri_recover_unwatched_containers', BUSY)).toEqual([
      'cri_recover_unwatched_containers 1',
    ])
  })
  it('name no container', async () => {
    const text = await metricsText(
      serviceOf(servedNode({}, [servedContainer('0badcafe', 'CONTAINER_RUNNING', true)])),
      VERSION,
    )
    expect(text).not.toContain('0badcafe')
  })
  it('tell what serve counts, in base units', async () => {
    const text = await metricsText(
      serviceOf(
        servedNode(),
        servedCounts({
          reconnects: 3,
          backoff: { depth: 2, longestMs: 2500 },
          recoveryMs: 1234,
          checkpointErrors: 4,
          log: { bytes: 5n, lines: 6n, writeErrors: 7n, lostBytes: 8n },
        }),
      ),
      VERSION,
    )
    for (const line of [
      'cri_recover_reconnects_total 3',
      'cri_recover_backoff_depth 2',
      'cri_recover_backoff_longest_seconds 2.5',
      'cri_recover_recovery_duration_seconds 1.234',
      'cri_recover_checkpoint_write_errors_total 4',
      'cri_recover_log_bytes_total 5',
      'cri_recover_log_lines_total 6',
      'cri_recover_log_write_errors_total 7',
      'cri_recover_log_lost_bytes_total 8',
      'cri_recover_images 0',
      'cri_recover_build_info{version="1.2.3"} 1',
    ])
      expect(text.split('\n')).toContain(line)
  })
  it('have no recovery time before there was a recovery', async () => {
    const starting = servedNode({ phase: 'recovering', recoveredAt: null })
    const counts = servedCounts({ recoveryMs: null })
    expect(await ask('cri_recover_recovery_duration_seconds', starting, counts)).toEqual([])
    expect(await ask('cri_recover_recovered', starting, counts)).toEqual(['cri_recover_recovered 0'])
    expect(await ask('cri_recover_recovered')).toEqual(['cri_recover_recovered 1'])
  })
  it('say what is being done', async () => {
    const phases = await ask('cri_recover_phase', servedNode({ phase: 'cut-off' }))
    expect(phases.filter((line) => line.endsWith(' 1'))).toEqual(['cri_recover_phase{phase="cut-off"} 1'])
    expect(phases).toHaveLength(5)
  })
  it('are those of the moment when they are asked', async () => {
    let reconnects = 1
    let counts = 0
    const metrics = metricsOf(
      {
        node: servedNode,
        counts: () => servedCounts({ reconnects: reconnects++, recoveryMs: ++counts * 1000 }),
      },
      VERSION,
    )
    await metrics.text()
    const text = await metrics.text()
    expect(samples(text, 'cri_recover_reconnects_total')).toEqual(['cri_recover_reconnects_total 2'])
    expect(samples(text, 'cri_recover_recovery_duration_seconds')).toEqual([
      'cri_recover_recovery_duration_seconds 2',
    ])
  })
  it('count calls by service, method, code and kind', async () => {
    const metrics = metricsOf(serviceOf(), VERSION)
    metrics.handled('/runtime.v1.RuntimeService/Version', 'OK')
    metrics.handled('/runtime.v1.RuntimeService/Version', 'OK')
    metrics.handled('/runtime.v1.RuntimeService/GetContainerEvents', 'Canceled')
    const found = samples(await metrics.text(), 'grpc_server_handled_total')
    expect(found).toEqual([
      'grpc_server_handled_total{grpc_type="unary",grpc_service="runtime.v1.RuntimeService",grpc_method="Version",grpc_code="OK"} 2',
      'grpc_server_handled_total{grpc_type="server_stream",grpc_service="runtime.v1.RuntimeService",grpc_method="GetContainerEvents",grpc_code="Canceled"} 1',
    ])
  })
  it('tell of the process under the usual names', async () => {
    expect(await ask('process_resident_memory_bytes')).toHaveLength(1)
    expect(await ask('process_cpu_seconds_total')).toHaveLength(1)
  })
  it.skipIf(skips)(`pass promtool${WITHOUT}`, async () => {
    const metrics = metricsOf(serviceOf(BUSY), VERSION)
    metrics.handled('/runtime.v1.RuntimeService/Version', 'OK')
    expect(complaints(await metrics.text())).toBe('')
  })
})
