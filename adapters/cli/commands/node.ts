import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { Report } from '../../../core/report.js'
import type { Options } from '../../../ports/options.js'
import type { Program } from '../../../ports/ports.js'
import type { Host } from '../host.js'
import { logTo } from '../log.js'
import { levelOf, type NodeOptions } from '../node-options.js'
import { progressOn } from '../progress.js'
import { nodeName, open } from '../source.js'
import { type Trouble, troubleOf } from '../trouble.js'

const warnIfEmpty = (report: Report, options: NodeOptions, host: Host): void => {
  if (report.source.kind === 'world' || report.sandboxes.length + report.containers.length > 0) return
  logTo(host, { level: levelOf(options.logLevel), format: options.logFormat })(
    'warning',
    `namespace ${options.namespace} of containerd at ${options.address} holds no pods and no containers of the CRI; is --namespace right? Try: ctr --address ${options.address} namespaces list`,
  )
}

/** Runs one program on the node that the options name, and lets go of the node again. */
export const onNode = async (
  command: 'plan' | 'recover' | 'explain',
  options: NodeOptions,
  force: boolean,
  host: Host,
  program: (options: Options) => Program<Report>,
): Promise<Either<Trouble, Report>> => {
  const opened = await open(options, command)
  if (isLeft(opened)) return opened
  const { ports, source, platform, close } = opened.right
  const { profile, concurrency, snapshotter, timeout: timeoutMs } = options
  const progress = progressOn(host)
  const run = program({
    profile,
    concurrency,
    timeoutMs,
    force,
    platform,
    snapshotter,
    source,
    progress: progress.tell,
  })
  const report = await run(ports)()
  progress.clear()
  close()
  if (isLeft(report)) return left(troubleOf(report.left, { command, timeoutMs, node: nodeName(options) }))
  warnIfEmpty(report.right, options, host)
  return right(report.right)
}
