import { isStream } from '../filesystem/named.js'
import type { Host } from './host.js'

/** Why what was written to standard output did not get anywhere; null while it does. */
let lost: string | null = null

// Who reads through `| head` has read enough: the command goes on and keeps its exit code.
const noteLoss = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') lost ??= error.message
}

export const processHost = (): Host => {
  const { JOURNAL_STREAM } = process.env
  process.stdout.on('error', noteLoss)
  // Nobody is left who could be told.
  process.stderr.on('error', () => undefined)
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    errIsJournal: isStream(process.stderr.fd, JOURNAL_STREAM),
    env: process.env,
    told: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
      }),
    now: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n,
  }
}

/** Waits until all that was written was taken by the other side; tells why where standard output was not. */
export const flush = async (): Promise<string | null> => {
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => stream.write('', () => resolve()))
  return lost
}
