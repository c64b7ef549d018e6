import { it } from 'vitest'
import type { LogStream } from '../../../core/log-format.js'
import type { AttachRequest, LogIo } from '../../../ports/io.js'
import { untilTrue } from '../wait.js'
import { against, answerOf, calm, type Placed } from './files.js'
import type { IoFixture, MakeIo } from './io.js'
import { type LogLine, linesIn, ofStream } from './log-lines.js'

/** What the sentences about logs are tried on. */

/** A container whose task runs and writes. */
export interface LoggedTask {
  /** What to attach to: two FIFOs, no terminal, no input, and a log. */
  readonly request: AttachRequest
  /** It writes to one of its streams; resolves when it has. */
  readonly write: (stream: LogStream, text: string) => Promise<void>
  /** It ends, and its pipes come to their end, but for one that somebody holds. */
  readonly end: () => Promise<void>
  /** A child that it leaves behind holds its output open, until the result is called. */
  readonly hold: () => Promise<() => Promise<void>>
  /** Its log is moved away, as somebody does who rotates logs; `reopen` is called after it. */
  readonly rotate: () => Promise<void>
  /** The files of its log in the order in which they were begun, as a reader of logs finds them. */
  readonly files: () => Promise<readonly string[]>
}

/** A node whose containers write, and somebody who pipes that into their logs. Nothing is attached to yet. */
export interface LogsFixture extends IoFixture<LogIo> {
  /** Bytes of content in a line of a log; longer ones are split. */
  readonly maxLine: number
  /**
   * A container whose task runs, on pipes of its own that its shim holds open; or on those that are given, which its
   * shim does not hold.
   */
  readonly run: (id: string, pipes?: Pick<AttachRequest, 'stdoutPath' | 'stderrPath'>) => Promise<LoggedTask>
  /** Somebody who pipes in the first one's place, once that has closed. */
  readonly successor: () => LogIo
}

/** A sentence about a container with a task that runs, to which nobody is attached. */
type Sentence = (f: LogsFixture, web: LoggedTask) => Promise<void>

/** Tries sentences, each against a node of its own with these things in it. */
export type It = (sentence: string, files: readonly Placed[], body: Sentence) => void

export const itOf =
  (make: MakeIo<LogsFixture>): It =>
  (sentence, files, body) =>
    it(
      sentence,
      against(
        () => make(files),
        async (f) => body(f, await f.run('web')),
      ),
    )

export const linesOf = async (task: LoggedTask): Promise<readonly LogLine[]> =>
  (await task.files()).flatMap((text) => linesIn(text))

export const told = async (task: LoggedTask, stream?: LogStream): Promise<readonly string[]> =>
  ofStream(await linesOf(task), stream)

export const untilTold = (task: LoggedTask, count: number): Promise<void> =>
  untilTrue(`${count} lines are in the log`, async () => (await linesOf(task)).length >= count)

/** The task ends, and all that it wrote is in its log. */
export const finish = async ({ io }: LogsFixture, task: LoggedTask): Promise<void> => {
  await task.end()
  answerOf(await io.drain(task.request.id, calm)())
}

/** More lines than a pipe holds, of many lengths. */
export const numbered = (count: number): string =>
  Array.from({ length: count }, (_, n) => `line ${n} ${'x'.repeat(n % 90)}\n`).join('')
