import type { Command } from '@commander-js/extra-typings'
import { isLeft, right } from 'fp-ts/lib/Either.js'
import type { Conclude } from '../exit.js'
import type { Host } from '../host.js'
import { nodeCommand } from '../node-options.js'
import { onNode } from './node.js'
import { metricsFile, tellReport } from './report.js'

export const addRecover = (program: Command, host: Host, conclude: Conclude): void => {
  nodeCommand(program, 'recover')
    .description(
      'Recovers once and exits: deletes stopped tasks, commits checkpoints, removes orphans. A world is recovered in memory.',
    )
    .option('--all', 'list what stays as it is, too')
    .option('--detailed-exitcode', 'exit with 2 where something needs attention')
    .option('--force', 'go on beside a live CRI plugin, and however many orphans there are')
    .addOption(metricsFile())
    .action(async (options) => {
      const begun = host.now()
      const { recover } = await import('../../../ports/recover.js')
      const report = await onNode('recover', options, options.force === true, host, recover)
      conclude(isLeft(report) ? report : right(await tellReport(report.right, options, host, begun)))
    })
}
