import type { Command } from '@commander-js/extra-typings'
import { isLeft, right } from 'fp-ts/lib/Either.js'
import type { Conclude } from '../exit.js'
import type { Host } from '../host.js'
import { nodeCommand } from '../node-options.js'
import { onNode } from './node.js'
import { metricsFile, tellReport } from './report.js'

export const addPlan = (program: Command, host: Host, conclude: Conclude): void => {
  nodeCommand(program, 'plan')
    .description('What recovery would do, and why. Changes nothing; safe beside a live containerd.')
    .option('--all', 'list what stays as it is, too')
    .option('--detailed-exitcode', 'exit with 2 where something needs attention')
    .addOption(metricsFile())
    .action(async (options) => {
      const begun = host.now()
      const { plan } = await import('../../../ports/recover.js')
      const report = await onNode('plan', options, false, host, plan)
      conclude(isLeft(report) ? report : right(await tellReport(report.right, options, host, begun)))
    })
}
