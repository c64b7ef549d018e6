import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { afterEach } from 'vitest'
import type { Failure } from '../../../ports/failure.js'

export const isRoot = process.getuid?.() === 0
/** For the names of tests that mount: they are skipped for others. */
export const ROOT = isRoot ? '' : ' (skipped: only root can mount)'

const undo: (() => void)[] = []
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step()
})

/** Does something, and takes it back after the test, the last first. */
export const until = (step: () => void): void => {
  undo.push(step)
}

/** A folder of the test's own, removed after it. */
export const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'cri-recover-'))
  chmodSync(path, 0o755)
  until(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** containerd's two CRI folders, with the four bases in them. */
export const roots = (): { root: string; state: string } => {
  const path = folder()
  const made = { root: join(path, 'root'), state: join(path, 'state') }
  for (const of of [made.root, made.state])
    for (const kind of ['containers', 'sandboxes']) mkdirSync(join(of, kind), { recursive: true })
  return made
}

/** Mounts, and unmounts after the test. */
export const mount = (...args: readonly [...string[], string]): void => {
  execFileSync('mount', args)
  until(() => execFileSync('umount', ['-l', args[args.length - 1] ?? '']))
}

/** What came back, as a plain value. */
export const right = async <A>(program: TaskEither<Failure, A>): Promise<A> => {
  const result = await program()
  if (E.isLeft(result)) throw new Error(`it failed: ${JSON.stringify(result.left)}`)
  return result.right
}

/** Why it failed, as a plain value. */
export const left = async <A>(program: TaskEither<Failure, A>): Promise<Failure> => {
  const result = await program()
  if (E.isRight(result)) throw new Error('it did not fail')
  return result.left
}

/** Descriptors of this process that are open somewhere below `path`. */
export const openBelow = (path: string): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(path)
    } catch {
      return false
    }
  }).length

export const NEVER = new AbortController().signal
