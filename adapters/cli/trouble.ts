import { describe, type Failure } from '../../ports/failure.js'

/** Why a command could not do its work: one line for a person, with the one thing to try next. */
export interface Trouble {
  readonly message: string
  /** A command line. */
  readonly next: string
}

export const troubleLine = ({ message, next }: Trouble): string =>
  `${message.replace(/[.\s]+$/, '')}. Try: ${next}`

/** What is known besides the failure itself. */
export interface Asked {
  /** The command under way, as `plan`. */
  readonly command: string
  readonly timeoutMs: number
  /** Whom a deadline was set. */
  readonly node: string
}

/** Where to look for what is wrong: in containerd's journal, or in the kernel's. */
const looker = ({ of }: Failure): string =>
  of.startsWith('containerd') ? 'journalctl -u containerd -n 50' : 'dmesg | tail -n 50'

const unavailable = (failure: Failure): Trouble => {
  switch (failure.unreached) {
    case 'no-socket':
      return {
        message: `${failure.of}: there is no such socket; containerd is not running, or it listens elsewhere (--address)`,
        next: 'systemctl status containerd',
      }
    case 'refused':
      return {
        message: `${failure.of}: connection refused; its socket is there and nobody listens, so containerd has stopped or is about to start`,
        next: 'journalctl -u containerd -n 50',
      }
    case null:
      return { message: describe(failure), next: looker(failure) }
    case 'broken':
      return {
        message: `${failure.asked}: ${failure.of}: the connection broke: ${failure.said}; what listens there has just ended, or is not containerd`,
        next: 'systemctl status containerd',
      }
  }
}

const PERMISSION = /\bE(?:ACCES|PERM)\b|permission denied/i
const FOREIGN = /unknown (?:service|method)|unimplemented|does not implement/i

/** A reply that is no message of the protocol; any other is containerd's own word for what it could not do. */
const UNREADABLE =
  /decod|deserializ|serializ|pars|wire|index out of range|invalid|protocol|unknown (?:service|method)/i

const denied = (failure: Failure, command: string): Trouble => {
  if (PERMISSION.test(failure.said))
    return {
      message: `${failure.asked}: ${failure.of}: not allowed (${failure.said}); this needs root`,
      next: `sudo cri-recover ${command}`,
    }
  if (FOREIGN.test(failure.said)) return foreign(failure, command)
  return { message: describe(failure), next: `cri-recover ${command} --help` }
}

const foreign = (failure: Failure, command: string): Trouble => ({
  message: `${failure.asked}: ${failure.of}: what listens there does not answer as containerd does: ${failure.said}`,
  next: `cri-recover ${command} --address /run/containerd/containerd.sock`,
})

/** Refused for somebody else's sake: its own CRI plugin, or another recovery. */
const held = ({ of, said }: Failure): Trouble => {
  const pid = /held by process (\d+)/.exec(said)?.[1]
  return pid === undefined
    ? { message: `${of}: ${said}`, next: 'cri-recover plan' }
    : { message: `another recovery is under way: ${of}: ${said}`, next: `ps -fp ${pid}` }
}

/** A failure that ended a command, told so that it says what to do. */
export const troubleOf = (failure: Failure, { command, timeoutMs, node }: Asked): Trouble => {
  switch (failure.tag) {
    case 'Unavailable':
      return unavailable(failure)
    case 'Denied':
      return denied(failure, command)
    case 'Malformed':
      return UNREADABLE.test(failure.said)
        ? foreign(failure, command)
        : { message: describe(failure), next: looker(failure) }
    case 'TimedOut':
      return {
        message: `${failure.asked}: ${node}: no answer within ${timeoutMs} ms; it hangs, or it needs longer`,
        next: `cri-recover ${command} --timeout ${Math.max(60, Math.ceil((timeoutMs * 6) / 1000))}s`,
      }
    case 'AlreadyExists':
      return held(failure)
    case 'Exhausted':
      return { message: describe(failure), next: 'df -h' }
    case 'NotFound':
      return { message: describe(failure), next: `cri-recover ${command} --help` }
  }
}
