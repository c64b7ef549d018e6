#!/usr/bin/env node
import { run } from './cli.js'
import { EXIT, type ExitCode } from './exit.js'
import { flush, processHost } from './process.js'
import { visible } from './visible.js'

const host = processHost()

/** Bugs throw, and end here: told in one line, and never taken for a verdict. */
const bug = (error: unknown): ExitCode => {
  const message = error instanceof Error ? error.message : String(error)
  host.err(`cri-recover: a bug of cri-recover: ${visible(message)}. Try: CRI_RECOVER_DEBUG=1 for the stack\n`)
  const { CRI_RECOVER_DEBUG } = host.env
  if (CRI_RECOVER_DEBUG === '1' && error instanceof Error) host.err(`${error.stack ?? ''}\n`)
  return EXIT.failed
}

const main = async (): Promise<ExitCode> => {
  const code = await run(process.argv.slice(2), host).catch(bug)
  const lost = await flush()
  if (lost === null) return code
  host.err(`cri-recover: standard output was not taken: ${lost}. Try: df -h\n`)
  return EXIT.failed
}

// Set before anything can go wrong: what ends without a word has not succeeded.
process.exitCode = EXIT.failed
process.on('uncaughtException', (error) => process.exit(bug(error)))
main().then((code) => process.exit(code))
