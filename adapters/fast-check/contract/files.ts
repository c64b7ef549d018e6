import type { Either } from 'fp-ts/lib/Either.js'
import { isRight } from 'fp-ts/lib/Either.js'
import { expect } from 'vitest'
import type { FileKind } from '../../../core/records.js'
import type { Failure, FailureTag } from '../../../ports/failure.js'
import type { Ports } from '../../../ports/ports.js'
import type { Signal } from '../../../ports/signal.js'

/** Something to be placed before a sentence is tried. The directories above it are made. */
export interface Placed {
  readonly in: 'root' | 'state'
  readonly path: string
  readonly kind?: Extract<FileKind, 'file' | 'directory' | 'symlink' | 'fifo'>
  /** A file's content. */
  readonly text?: string
  readonly base64?: string
  /** A size instead of content. */
  readonly bytes?: bigint
  /** Where a symlink points, from the folder that it is in. */
  readonly to?: string
}

/** Whatever answers for the files of a node, and a way to look at them past the ports. */
export interface FilesFixture {
  readonly ports: Pick<Ports, 'checkpoints' | 'directories' | 'lock' | 'namespaces' | 'clock' | 'timers'>
  /** Bytes of a file, `kind:` of anything else, null where there is nothing. */
  readonly look: (where: 'root' | 'state', path: string) => Promise<string | null>
  readonly cleanup: () => Promise<void>
}

/** Makes a node's folders with these things in them. `mounts`: something is mounted at these of them. */
export type MakeFiles = (
  files: readonly Placed[],
  mounts?: readonly Pick<Placed, 'in' | 'path'>[],
) => Promise<FilesFixture>

/** A signal that never aborts. */
export const calm: Signal = {
  aborted: false,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}

/** A signal that has aborted. */
export const givenUp: Signal = { ...calm, aborted: true }

export const answerOf = <A>(reply: Either<Failure, A>): A => {
  if (isRight(reply)) return reply.right
  throw new Error(`expected an answer, got ${reply.left.tag}: ${reply.left.said}`)
}

export const tagOf = (reply: Either<Failure, unknown>): FailureTag | 'no failure' =>
  isRight(reply) ? 'no failure' : reply.left.tag

/** Runs a sentence against a fixture of its own. */
export const against =
  <F extends { readonly cleanup: () => Promise<void> }>(
    make: () => Promise<F>,
    sentence: (fixture: F) => Promise<void>,
  ) =>
  async (): Promise<void> => {
    const fixture = await make()
    try {
      await sentence(fixture)
    } finally {
      await fixture.cleanup()
    }
  }

/** A failure says who was asked for what. */
export const expectFailure = (reply: Either<Failure, unknown>, tag: FailureTag): void => {
  expect(tagOf(reply)).toBe(tag)
  if (isRight(reply)) return
  expect(reply.left.asked).not.toBe('')
  expect(reply.left.of).not.toBe('')
}
