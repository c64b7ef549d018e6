import type { LogPart, LogStream } from '../../core/log-format.js'

/**
 * For so long after a rotation, in ns, a line is ended in the file that it began in. Whoever follows a log leaves its
 * old file within seconds, and the kubelet packs it before the next rotation: what came there later would be lost.
 */
const GRACE = 1_000_000_000n

/** Parts, by the file that they belong to. */
export interface Shares {
  readonly old: readonly LogPart[]
  readonly fresh: readonly LogPart[]
}

/** Knows which lines are in the middle when a log goes on in a new file. Times are ns since 1970. */
export interface Rotation {
  /** Where the next parts of a stream belong. */
  readonly share: (stream: LogStream, parts: readonly LogPart[], now: bigint) => Shares
  /** The log goes on in another file. */
  readonly turn: (now: bigint) => void
  /** Nothing more comes of the stream. */
  readonly ended: (stream: LogStream) => void
  /** Whether something may come that belongs to the old file. */
  readonly needsOld: () => boolean
}

export const rotation = (): Rotation => {
  /** Streams whose last part was not the end of its line */
  const begun = new Set<LogStream>()
  /** Those of them whose line began in the old file */
  const inOld = new Set<LogStream>()
  let turned = 0n

  return {
    share: (stream, parts, now) => {
      const last = parts.at(-1)
      if (last?.partial === true) begun.add(stream)
      else if (last !== undefined) begun.delete(stream)
      if (now < turned || now - turned > GRACE) inOld.clear()
      if (!inOld.has(stream)) return { old: [], fresh: parts }
      const end = parts.findIndex(({ partial }) => !partial) + 1
      if (end === 0) return { old: parts, fresh: [] }
      inOld.delete(stream)
      return { old: parts.slice(0, end), fresh: parts.slice(end) }
    },
    turn: (now) => {
      turned = now
      inOld.clear()
      for (const stream of begun) inOld.add(stream)
    },
    ended: (stream) => {
      begun.delete(stream)
      inOld.delete(stream)
    },
    needsOld: () => inOld.size > 0,
  }
}
