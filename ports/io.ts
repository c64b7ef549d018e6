import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { LogPlace } from '../core/log-place.js'
import type { Failure } from './failure.js'
import type { Signal } from './signal.js'

export type { LogPlace } from '../core/log-place.js'

/** What a container's fresh IO needs to know. */
export interface IoRequest {
  readonly id: string
  readonly tty: boolean
  readonly stdin: boolean
  /**
   * null: what it writes is drained and thrown away. The path is opened without following links below `root`, and only
   * there: it comes from metadata that anybody with a pod could have shaped.
   */
  readonly log: LogPlace | null
}

/** A container's standard streams. */
export interface Io {
  /** Fresh IO for a container that was created and not started (reference: createContainerIO). */
  readonly create: (request: IoRequest) => TaskEither<Failure, void>
  /**
   * Why a task's pipes could not be opened, looking only; null where nothing stands in the way. A pipe that is
   * missing is made anew, its directory is not. Empty paths and stream URLs are passed over.
   */
  readonly obstacle: (paths: readonly string[]) => TaskEither<Failure, string | null>
}

/** The streams of a live task: FIFO paths or stream URLs as its shim tells them, empty where there is none. */
export interface AttachRequest extends IoRequest {
  readonly stdinPath: string
  readonly stdoutPath: string
  readonly stderrPath: string
}

/** What went through all logs since the start. */
export interface LogTotals {
  /** Content only: without times, tags and newlines */
  readonly bytes: bigint
  readonly lines: bigint
  /** Writes that failed, and what was thrown away with them */
  readonly writeErrors: bigint
  readonly lostBytes: bigint
}

/** IO of somebody who stays: pipes are read, logs are written. */
export interface LogIo extends Io {
  /**
   * Begins to pipe a task's streams into its log. Attached already: nothing happens. `Malformed`: a path is no FIFO,
   * a kind of stream is not known. Never blocks on a peer.
   */
  readonly attach: (request: AttachRequest) => TaskEither<Failure, void>
  /**
   * Waits until the pipes of a task that has ended came to their end and its log is on disk, and lets go of them.
   * When the signal aborts first, what is in the pipes at that moment is still written, and the failure is
   * `TimedOut`. `NotFound`: nothing is attached, so nothing is lost by deleting the task.
   */
  readonly drain: (id: string, signal: Signal) => TaskEither<Failure, void>
  /** Goes on in a new file at the log's path (log rotation); no line is lost, doubled, or split between the two. */
  readonly reopen: (id: string) => TaskEither<Failure, void>
  readonly totals: () => LogTotals
  /**
   * Writes what is in the pipes now, syncs the logs and lets go of everything: for those who end. Containers go on,
   * and fill their pipes until somebody reads again.
   */
  readonly close: (signal: Signal) => TaskEither<Failure, void>
}
