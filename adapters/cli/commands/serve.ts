import { type Command, Option } from '@commander-js/extra-typings'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { Serving } from '../../../ports/serve.js'
import { parsePlace } from '../../metrics/place.js'
import { type Conclude, EXIT, type Told } from '../exit.js'
import type { Host } from '../host.js'
import { type Log, logTo } from '../log.js'
import { levelOf, type SiteOptions, type WorkOptions, workCommand } from '../node-options.js'
import { progressOn } from '../progress.js'
import { recoveredLine } from '../render/serving.js'
import { checkRoot, machine } from '../source.js'
import { type Trouble, troubleOf } from '../trouble.js'
import { orRefuse, parseDuration, parseText, parseWhole } from '../values.js'
import { version } from '../version.js'

interface ServeCommand extends SiteOptions, WorkOptions {
  readonly listen: string
  readonly metrics?: string | undefined
  readonly maxLogLine: number
  readonly drainTimeout: number
  readonly force?: true | undefined
}

/** What answers while a node is served; each can be let go of. */
interface Doors {
  readonly close: () => Promise<void>
}

const GRACE_MS = 1_000

const openDoors = async (
  options: ServeCommand,
  serving: Serving,
  log: Log,
): Promise<Either<Trouble, Doors>> => {
  const { criServer } = await import('../../cri/index.js')
  const { prepareSocket } = await import('../../filesystem/index.js')
  const metrics = await openMetrics(options, serving)
  if (isLeft(metrics)) return metrics
  const cri = criServer(serving.service, {
    version: version(),
    log,
    onHandled: (method, code) => metrics.right?.handled(method, code),
  })
  const close = async (): Promise<void> => {
    await cri.close(GRACE_MS)
    await metrics.right?.close()
  }
  const asked = { command: 'serve', timeoutMs: options.timeout, node: options.listen }
  const prepared = await prepareSocket(options.listen)()
  const listening = isLeft(prepared) ? prepared : await cri.listen(options.listen)()
  if (isLeft(listening)) {
    await close()
    return left(troubleOf(listening.left, asked))
  }
  log('info', `the read side of CRI answers on unix://${options.listen}`)
  return right({ close })
}

const openMetrics = async ({ metrics: place, timeout: timeoutMs }: ServeCommand, { service }: Serving) => {
  if (place === undefined) return right(null)
  const [{ metricsServer }, { prepareSocket }] = await Promise.all([
    import('../../metrics/index.js'),
    import('../../filesystem/index.js'),
  ])
  const server = metricsServer(service, { version: version() })
  const parsed = parsePlace(place)
  const socket = isLeft(parsed) || 'port' in parsed.right ? null : parsed.right.path
  const prepared = socket === null ? right(undefined) : await prepareSocket(socket)()
  const listening = isLeft(prepared) ? prepared : await server.listen(place)()
  return isLeft(listening)
    ? left(troubleOf(listening.left, { command: 'serve', timeoutMs, node: place }))
    : right(server)
}

const served = async (options: ServeCommand, host: Host): Promise<Either<Trouble, Told>> => {
  const [{ liveServe }, { serve }, { notifier }] = await Promise.all([
    import('../../live.js'),
    import('../../../ports/serve.js'),
    import('../../notify/index.js'),
  ])
  const { address, namespace, root, state, timeout: timeoutMs, drainTimeout: drainMs } = options
  const log = logTo(host, { level: levelOf(options.logLevel), format: options.logFormat })
  const asked = { command: 'serve', timeoutMs, node: `containerd at ${address}` }
  const place = { address, namespace, root, state }
  const node = liveServe(place, {
    timeoutMs,
    maxLogLine: options.maxLogLine,
    warn: (message) => log('warning', message),
  })
  const trouble = await checkRoot(node.ports, { ...options, node: asked.node }, 'serve')
  if (trouble !== null) {
    node.close()
    return left(trouble)
  }
  const systemd = notifier(host.env, (message) => log('warning', message))
  const progress = progressOn(host)
  const serving = serve({
    profile: options.profile,
    concurrency: options.concurrency,
    timeoutMs,
    drainMs,
    force: options.force === true,
    platform: machine(),
    snapshotter: options.snapshotter,
    source: { kind: 'containerd', address, root, state },
    log,
    progress: (done, total) => {
      progress.tell(done, total)
      void systemd.status(`recovering ${done} of ${total}`)
    },
  })(node.ports)
  const doors = await openDoors(options, serving, log)
  if (isLeft(doors)) {
    await serving.stop()
    node.close()
    return doors
  }
  void host.told().then((signal) => {
    log('info', `${signal}: draining logs, then leaving; containers go on`)
    void systemd.stopping()
    void serving.stop()
  })
  const ready = await serving.ready
  progress.clear()
  if (!isLeft(ready) && ready.right.fatal === null) {
    log('info', recoveredLine(serving.service))
    void systemd.ready(recoveredLine(serving.service))
  }
  const ended = await serving.ended
  await doors.right.close()
  systemd.close()
  node.close()
  if (ended !== null) return left(troubleOf(ended, asked))
  if (!isLeft(ready) && ready.right.fatal !== null)
    return left({ message: ready.right.fatal.message, next: 'cri-recover plan --profile reference' })
  return right({ text: '', code: EXIT.done })
}

/** Kept as it was written: who listens reads it again. */
const parseMetrics = (text: string): Either<string, string> => {
  const place = parsePlace(text)
  return isLeft(place) ? place : right(text)
}

export const addServe = (program: Command, host: Host, conclude: Conclude): void => {
  workCommand(program, 'serve')
    .description(
      'Recovers a containerd that runs without its CRI plugin, then stays: pipes logs, takes exits down, and answers the read side of CRI. Not for a kubelet: nothing can be started through it.',
    )
    .addOption(
      new Option('--listen <socket>', 'where the read side of CRI answers')
        .default('/run/cri-recover/cri.sock')
        .argParser(orRefuse(parseText)),
    )
    .addOption(
      new Option('--metrics <address>', 'where Prometheus may ask: a port, host:port or unix:path').argParser(
        orRefuse(parseMetrics),
      ),
    )
    .addOption(
      new Option('--max-log-line <bytes>', 'longer lines of a log are split; 0: none is')
        .default(16_384)
        .argParser(orRefuse(parseWhole(0, 64 * 1024 * 1024))),
    )
    .addOption(
      new Option('--drain-timeout <duration>', 'how long the pipes of a container that has ended may take')
        .default(5_000, '5s')
        .argParser(orRefuse(parseDuration)),
    )
    .option('--force', 'go on beside a live CRI plugin, and however many orphans there are')
    .action(async (options) => conclude(await served(options, host)))
}
