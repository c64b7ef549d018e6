import { type Command, Option } from '@commander-js/extra-typings'
import type { Profile } from '../../core/transitions.js'
import type { Level } from './log.js'
import { orRefuse, parseDuration, parseText, parseWhole } from './values.js'

/** The options of every command about a real node: where it is, and what to tell on standard error. */
export interface SiteOptions {
  readonly address: string
  readonly namespace: string
  readonly root: string
  readonly state: string
  readonly logLevel: LogLevelWord
  readonly logFormat: 'text' | 'json'
}

/** The same for a command that tells what it did on standard output. */
export interface PlaceOptions extends SiteOptions {
  readonly output: 'table' | 'json' | 'ndjson'
  readonly color: boolean
}

/** How to decide, and with how much patience. */
export interface WorkOptions {
  readonly profile: Profile
  readonly snapshotter: string
  readonly timeout: number
  readonly concurrency: number
}

/** The options that all commands which look at a node share. */
export interface NodeOptions extends PlaceOptions, WorkOptions {
  readonly world?: string | undefined
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
export const siteCommand = (program: Command, name: string) =>
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
      new Option('--log-level <level>', 'what to tell on standard error')
        .choices(LOG_LEVEL_WORDS)
        .default('info' as const),
    )
    .addOption(
      new Option('--log-format <format>', 'how to tell it there')
        .choices(['text', 'json'])
        .default('text' as const),
    )

export const placeCommand = (program: Command, name: string) =>
  siteCommand(program, name)
    .addOption(
      new Option('-o, --output <form>', 'how to tell it')
        .choices(['table', 'json', 'ndjson'])
        .default('table' as const),
    )
    .option('--no-color', 'no colours, as with NO_COLOR in the environment')

const profile = () =>
  new Option('--profile <profile>', 'how to decide').choices(['safe', 'reference']).default('safe' as const)
const snapshotter = () =>
  new Option('--snapshotter <name>', 'where images should be unpacked')
    .default('overlayfs')
    .argParser(orRefuse(parseText))
const timeout = () =>
  new Option('--timeout <duration>', 'how long one item may take')
    .default(DEFAULT_TIMEOUT_MS, '10s')
    .argParser(orRefuse(parseDuration))
const concurrency = () =>
  new Option('--concurrency <count>', 'how many items at once')
    .default(32)
    .argParser(orRefuse(parseWhole(1, 1024)))

/** The same for a command that works on a real node, and decides by a profile. */
export const workCommand = (program: Command, name: string) =>
  siteCommand(program, name)
    .addOption(profile())
    .addOption(snapshotter())
    .addOption(timeout())
    .addOption(concurrency())

/** The same for a command that tells what it did, and takes a world for a node, too. */
export const nodeCommand = (program: Command, name: string) =>
  placeCommand(program, name)
    .addOption(new Option('--world <file>', 'a world file instead of a node').argParser(orRefuse(parseText)))
    .addOption(profile())
    .addOption(snapshotter())
    .addOption(timeout())
    .addOption(concurrency())
    .hook('preAction', refuseBoth)
