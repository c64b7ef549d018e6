import { type Command, Option } from '@commander-js/extra-typings'
import { right } from 'fp-ts/lib/Either.js'
import { type Conclude, EXIT } from '../exit.js'
import type { Host } from '../host.js'
import type { Shown } from '../machine/views.js'

const FORMATS = ['md', 'json', 'mermaid', 'dot'] as const

const render = async (format: (typeof FORMATS)[number], shown: Shown): Promise<string> => {
  switch (format) {
    case 'md':
      return (await import('../machine/markdown.js')).tableMarkdown(shown)
    case 'json':
      return (await import('../machine/json.js')).tableJson(shown)
    case 'mermaid':
      return (await import('../machine/mermaid.js')).tableMermaid(shown)
    case 'dot':
      return (await import('../machine/dot.js')).tableDot(shown)
  }
}

export const addTable = (program: Command, _host: Host, conclude: Conclude): void => {
  program
    .command('table')
    .description('The tables that decide, written out from what decides.')
    .addOption(new Option('--format <format>', 'how to write them').choices(FORMATS).default('md' as const))
    .addOption(
      new Option(
        '--profile <profile>',
        'one profile alone (default: the reference, and where safe differs)',
      ).choices(['safe', 'reference'] as const),
    )
    .action(async ({ format, profile }) => {
      conclude(right({ text: await render(format, profile ?? 'both'), code: EXIT.done }))
    })
}
