import { type Command, Option } from '@commander-js/extra-typings'
import type { Profile } from '../../core/transitions.js'
import type { Level } from './log.js'
import { orRefuse, parseDuration, parseText, parseWhole } from './values.js'

/** The options of every command about a real node: where it is, and how to tell. */
export interface PlaceOptions {
  readonly address: string
  readonly namespace: string
  readonly root: string
  readonly state: string
  readonly output: 'table' | 'json' | 'ndjson'
  readonly logLevel: LogLevelWord
  readonly logFormat: 'text' | 'json'
  readonly color: boolean
}

/** The options that all commands which look at a node share. */
export interface NodeOptions extends PlaceOptions {
  readonly world?: string | undefined
  readonly profile: Profile
  readonly snapshotter: string
  readonly timeout: number
  readonly concurrency: number
}

const FOLDER = 'io.containerd.grpc.v1.cri'
const DEFAULT_TIMEOUT_MS = 10_000
/** As containerd's own option takes them. */
const LOG_LEVEL_WORDS = ['panic', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
type LogLevelWord = (typeof LOG_LEVEL_WORDS)[number]

/** containerd takes `warn` and writes `warning`. */
export const levelOf = (word: LogLevelWord): Level => (word === 'warn' ? 'warning' : word)

const OF_A_NODE = ['address', 'namespace', 'root', 'state'] as const

/** A world has all of these itself. Only those given by hand count: an environment that names an address is usual. */
const refuseBoth = (command: Command): void => {
  if (command.getOptionValueSource('world') !== 'cli') return
  const both = OF_A_NODE.find((name) => command.getOptionValueSource(name) === 'cli')
  if (both !== undefined) command.error(`option '--world' is a node of its own: leave out '--${both}'`)
}

/** A new command of the program's, with these options; the typings infer what it is given. */
export const placeCommand = (program: Command, name: string) =>
  program
    .command(name)
    .addOption(
      new Option('--address <socket>', 'containerd’s socket')
        .env('CONTAINERD_ADDRESS')
        .default('/run/containerd/containerd.sock')
        .argParser(orRefuse(parseText)),
    )
    .addOption(
      new Option('--namespace <name>', 'containerd’s namespace')
        .env('CONTAINERD_NAMESPACE')
        .default('k8s.io')
        .argParser(orRefuse(parseText)),
    )
    .addOption(
      new Option('--root <folder>', 'the CRI plugin’s folder that survives a reboot')
        .default(`/var/lib/containerd/${FOLDER}`)
        .argParser(orRefuse(parseText)),
    )
    .addOption(
      new Option('--state <folder>', 'the CRI plugin’s folder that need not')
        .default(`/run/containerd/${FOLDER}`)
        .argParser(orRefuse(parseText)),
    )
    .addOption(
      new Option('-o, --output <form>', 'how to tell it')
        .choices(['table', 'json', 'ndjson'])
        .default('table' as const),
    )
    .addOption(
      new Option('--log-level <level>', 'what to tell on standard error')
        .choices(LOG_LEVEL_WORDS)
        .default('info' as const),
    )
    .addOption(
      new Option('--log-format <format>', 'how to tell it there')
        .choices(['text', 'json'])
        .default('text' as const),
    )
    .option('--no-color', 'no colours, as with NO_COLOR in the environment')

/** The same for a command that takes a world for a node, too, and decides by a profile. */
export const nodeCommand = (program: Command, name: string) =>
  placeCommand(program, name)
    .addOption(new Option('--world <file>', 'a world file instead of a node').argParser(orRefuse(parseText)))
    .addOption(
      new Option('--profile <profile>', 'how to decide')
        .choices(['safe', 'reference'])
        .default('safe' as const),
    )
    .addOption(
      new Option('--snapshotter <name>', 'where images should be unpacked')
        .default('overlayfs')
        .argParser(orRefuse(parseText)),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long one item may take')
        .default(DEFAULT_TIMEOUT_MS, '10s')
        .argParser(orRefuse(parseDuration)),
    )
    .addOption(
      new Option('--concurrency <count>', 'how many items at once')
        .default(32)
        .argParser(orRefuse(parseWhole(1, 1024))),
    )
    .hook('preAction', refuseBoth)
