import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import { type Failure, failure } from '../../ports/failure.js'
import type { Io } from '../../ports/io.js'

const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR'])

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error)

/** A look that failed is no finding: only what is certainly not there is gone. */
const isThere = async (path: string): Promise<Either<Failure, boolean>> => {
  try {
    return right((await stat(path)).isDirectory())
  } catch (error) {
    const code = codeOf(error)
    return GONE.has(code)
      ? right(false)
      : left(failure('Denied', 'look at log pipes', `the file system at ${path}`, code))
  }
}

/** Whether the directory of each pipe stands; the pipes themselves are neither opened nor made. */
export const pipesObstacle: Io['obstacle'] = (paths) => async () => {
  const directories = new Set(paths.filter((path) => path.startsWith('/')).map(dirname))
  for (const directory of directories) {
    const there = await isThere(directory)
    if (isLeft(there)) return there
    if (!there.right) return right(`the directory of its log pipes is gone: ${directory}`)
  }
  return right(null)
}
