import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { IoRequest } from '../../ports/io.js'
import { codeOf } from './errors.js'
import { makeFifo } from './fifo.js'

type Standing = 'fifo' | 'nothing' | 'other'

const standing = async (path: string): Promise<Standing> => {
  try {
    return (await lstat(path)).isFIFO() ? 'fifo' : 'other'
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'nothing'
    throw error
  }
}

/**
 * A folder of FIFOs that was made for this container before, whole or half; null where there is none. It serves
 * again, so that restarts heap nothing up.
 */
const existing = async (base: string, names: readonly string[]): Promise<string | null> => {
  const entries = await readdir(base, { withFileTypes: true })
  for (const folder of entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(base, entry.name))) {
    const stand = await Promise.all(names.map((name) => standing(join(folder, name))))
    if (!stand.includes('other')) return folder
  }
  return null
}

const made = async (base: string): Promise<string> => {
  const folder = join(base, randomBytes(5).toString('hex'))
  await mkdir(folder, { mode: 0o700 })
  return folder
}

/**
 * FIFOs for a container that was created and not started, in `<state>/containers/<id>/io/<random>/` (reference:
 * newContainerIO, NewFIFOSetInDir). The id is one that may be a part of a path.
 */
export const freshFifos = async (
  state: string,
  { id, tty, stdin }: IoRequest,
): Promise<readonly string[]> => {
  const streams = [...(stdin ? ['stdin'] : []), 'stdout', ...(tty ? [] : ['stderr'])]
  const names = streams.map((stream) => `${id}-${stream}`)
  const base = join(state, 'containers', id, 'io')
  await mkdir(base, { recursive: true, mode: 0o700 })
  const folder = (await existing(base, names)) ?? (await made(base))
  const paths = names.map((name) => join(folder, name))
  for (const path of paths) if ((await standing(path)) === 'nothing') await makeFifo(path)
  return paths
}
