import { Command, CommanderError } from '@commander-js/extra-typings'
import { type Either, isLeft } from 'fp-ts/lib/Either.js'
import { addExplain } from './commands/explain.js'
import { addPlan } from './commands/plan.js'
import { addRecover } from './commands/recover.js'
import { addRescue } from './commands/rescue.js'
import { addServe } from './commands/serve.js'
import { addTable } from './commands/table.js'
import { type Conclude, EXIT, type ExitCode, type Told } from './exit.js'
import type { Host } from './host.js'
import { logTo } from './log.js'
import { type Trouble, troubleLine } from './trouble.js'
import { version } from './version.js'

const ADD = [addPlan, addRecover, addRescue, addServe, addExplain, addTable]

const NAMES: readonly string[] = ['plan', 'recover', 'rescue', 'serve', 'explain', 'table']

const JSON_LOGS = /^--log-format[= ]json\b|\s--log-format[= ]json\b/

const formatIn = (args: readonly string[]): 'text' | 'json' =>
  JSON_LOGS.test(args.join(' ')) ? 'json' : 'text'

/** commander's message, on one line, and the page that explains what went wrong. */
const usageTrouble = (error: CommanderError, args: readonly string[]): Trouble => {
  const command = args.find((arg) => NAMES.includes(arg))
  return {
    message: error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' '),
    next: `cri-recover ${command === undefined ? '' : `${command} `}--help`,
  }
}

const programFor = (host: Host, conclude: Conclude): Command => {
  const program = new Command('cri-recover')
    .description('What recovery would do to a node’s containers after a restart, and doing it.')
    .version(version())
    .exitOverride()
    .configureOutput({ writeOut: host.out, writeErr: host.err, outputError: () => undefined })
  for (const add of ADD) add(program, host, conclude)
  return program
}

/** Runs one command line to its end. Bugs throw. */
export const run = async (args: readonly string[], host: Host): Promise<ExitCode> => {
  const fail = (trouble: Trouble): ExitCode => {
    // Whatever --log-level says: an exit code of 1 without a word helps nobody.
    logTo(host, { level: 'fatal', format: formatIn(args) })('fatal', troubleLine(trouble))
    return EXIT.failed
  }
  let ended: Either<Trouble, Told> | null = null
  const program = programFor(host, (result) => {
    ended = result
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return EXIT.done
    return error.code === 'commander.help' ? EXIT.failed : fail(usageTrouble(error, args))
  }
  return ended === null ? EXIT.failed : tell(ended, host, fail)
}

const tell = (ended: Either<Trouble, Told>, host: Host, fail: (trouble: Trouble) => ExitCode): ExitCode => {
  if (isLeft(ended)) return fail(ended.left)
  if (ended.right.text !== '') host.out(`${ended.right.text}\n`)
  return ended.right.code
}
