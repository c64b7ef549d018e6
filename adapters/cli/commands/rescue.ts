import { type Command, Option } from '@commander-js/extra-typings'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { Report } from '../../../core/report.js'
import { rescueReport } from '../../../core/rescue-report.js'
import { type Conclude, EXIT } from '../exit.js'
import type { Host } from '../host.js'
import { logTo } from '../log.js'
import { levelOf, type PlaceOptions, placeCommand } from '../node-options.js'
import { type Trouble, troubleLine, troubleOf } from '../trouble.js'
import { orRefuse, parseDuration } from '../values.js'
import { metricsFile, tellReport } from './report.js'

/** So many sockets at once are nothing to a machine that runs as many containers. */
const AT_ONCE = 512

interface RescueCommand extends PlaceOptions {
  readonly timeout: number
  readonly budget: number
  readonly dryRun?: true | undefined
}

const rescued = async (options: RescueCommand): Promise<Either<Trouble, Report>> => {
  const [{ liveRescue }, { rescue }] = await Promise.all([
    import('../../live.js'),
    import('../../../ports/rescue.js'),
  ])
  const { address, namespace, root, state, timeout: timeoutMs, budget: budgetMs, dryRun } = options
  const { ports, close } = liveRescue({ address, namespace, root, state }, timeoutMs)
  const report = await rescue({
    timeoutMs,
    budgetMs,
    concurrency: AT_ONCE,
    dryRun: dryRun === true,
    source: { address, root, state },
  })(ports)()
  close()
  if (isLeft(report))
    return left(troubleOf(report.left, { command: 'rescue', timeoutMs, node: `containerd at ${address}` }))
  return right(report.right)
}

export const addRescue = (program: Command, host: Host, conclude: Conclude): void => {
  placeCommand(program, 'rescue')
    .description(
      'While containerd is down: asks the shims for the exits that it would forget when it starts, and writes them into the checkpoints. Deletes and kills nothing.',
    )
    .addOption(
      new Option('--timeout <duration>', 'how long one shim may take')
        .default(2_000, '2s')
        .argParser(orRefuse(parseDuration)),
    )
    .addOption(
      new Option('--budget <duration>', 'how long all shims together may take')
        .default(10_000, '10s')
        .argParser(orRefuse(parseDuration)),
    )
    .option('--best-effort', 'exit with 0 whatever happens, having said what could not be learnt')
    .option('--dry-run', 'look and decide, and write nothing')
    .option('--all', 'list what stays as it is, too')
    .option('--detailed-exitcode', 'exit with 2 where something needs attention')
    .addOption(metricsFile())
    .action(async (options) => {
      const begun = host.now()
      const report = await rescued(options)
      const bestEffort = options.bestEffort === true
      if (isLeft(report) && bestEffort) {
        logTo(host, { level: levelOf(options.logLevel), format: options.logFormat })(
          'warning',
          troubleLine(report.left),
        )
        const { address, root, state } = options
        const source = { kind: 'containerd', address, containerd: null, root, state } as const
        const told = await tellReport(rescueReport(source, []), options, host, begun)
        conclude(right({ ...told, code: EXIT.done }))
      } else if (isLeft(report)) conclude(report)
      else {
        const told = await tellReport(report.right, options, host, begun)
        conclude(right(bestEffort ? { ...told, code: EXIT.done } : told))
      }
    })
}
