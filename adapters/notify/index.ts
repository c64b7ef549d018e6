import { execFile } from 'node:child_process'

/** Tells systemd how this service is. Node's datagram sockets know no Unix ones, so systemd's own program is run. */

export interface Notifier {
  /** All is up. From now on the watchdog, where the unit asks for one, hears of us. */
  readonly ready: (status: string) => Promise<void>
  /** What is being done, on one line. Where this comes faster than systemd takes it, the last one counts. */
  readonly status: (text: string) => Promise<void>
  readonly stopping: () => Promise<void>
  /** The watchdog hears no more of us. */
  readonly close: () => void
}

type Env = Readonly<Record<string, string | undefined>>

const DEADLINE_MS = 5_000
const LONGEST_STATUS = 512

/** One line: a newline would begin an assignment of its own. */
const line = (text: string): string => text.replace(/\p{C}+/gu, ' ').slice(0, LONGEST_STATUS)

const SILENT: Notifier = {
  ready: async () => undefined,
  status: async () => undefined,
  stopping: async () => undefined,
  close: () => undefined,
}

/** Runs systemd-notify; resolves in every case. */
const tell = (socket: string, path: string, args: readonly string[], warn: (message: string) => void) =>
  new Promise<void>((resolve) => {
    const env = { NOTIFY_SOCKET: socket, PATH: path }
    execFile(
      'systemd-notify',
      [`--pid=${process.pid}`, ...args],
      { env, timeout: DEADLINE_MS, killSignal: 'SIGKILL' },
      (error) => {
        if (error !== null) warn(`systemd was not told ${args.join(' ')}: ${error.message.trim()}`)
        resolve()
      },
    )
  })

/** ms between two signs of life: half of what systemd waits for one; null where it waits for none of ours. */
const watchdogPause = ({ WATCHDOG_USEC, WATCHDOG_PID }: Env): number | null => {
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(process.pid)) return null
  if (!/^[1-9]\d{0,14}$/.test(WATCHDOG_USEC ?? '')) return null
  return Math.min(Math.max(Number(WATCHDOG_USEC) / 2_000, 1), 2 ** 31 - 1)
}

/**
 * Tells systemd, where it wants to be told (`NOTIFY_SOCKET`), and nobody elsewhere. Nothing here fails or has to be
 * waited for: what goes wrong is a warning. One message is sent after the other, in their order.
 *
 * @example
 * const systemd = notifier(process.env, console.warn)
 * systemd.ready('97 containers, 94 running')
 */
export const notifier = (env: Env, warn: (message: string) => void): Notifier => {
  const { NOTIFY_SOCKET: socket, PATH: path = '/usr/bin:/bin' } = env
  if (socket === undefined || socket === '') return SILENT
  let last: Promise<void> = Promise.resolve()
  let newest = 0
  let pings: NodeJS.Timeout | null = null
  let pinging = false
  const send = (args: () => readonly string[] | null): Promise<void> => {
    last = last.then(async () => {
      const now = args()
      if (now !== null) await tell(socket, path, now, warn)
    })
    return last
  }
  const ping = async (): Promise<void> => {
    if (pinging) return
    pinging = true
    await send(() => ['WATCHDOG=1'])
    pinging = false
  }
  const close = (): void => {
    if (pings !== null) clearInterval(pings)
    pings = null
  }
  return {
    ready: (text) => {
      const pause = watchdogPause(env)
      if (pause !== null && pings === null) pings = setInterval(ping, pause).unref()
      return send(() => ['--ready', `--status=${line(text)}`])
    },
    status: (text) => {
      newest += 1
      const mine = newest
      return send(() => (mine === newest ? [`--status=${line(text)}`] : null))
    },
    stopping: () => send(() => ['STOPPING=1', 'STATUS=draining logs']),
    close,
  }
}
