import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isValidId } from '../../core/ids.js'
import type { IoRequest } from '../../ports/io.js'
import { codeOf, Trouble } from './errors.js'
import { makeFifo } from './fifo.js'

const isFifo = (path: string): Promise<boolean> =>
  lstat(path).then(
    (there) => there.isFIFO(),
    () => false,
  )

/** A folder of FIFOs that an earlier recovery made for the same container; null where there is none. */
const existing = async (base: string, names: readonly string[]): Promise<string | null> => {
  const folders = await readdir(base).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  for (const folder of folders.sort()) {
    const whole = await Promise.all(names.map((name) => isFifo(join(base, folder, name))))
    if (whole.every(Boolean)) return folder
  }
  return null
}

/**
 * FIFOs for a container that was created and not started, in `<state>/containers/<id>/io/<random>/` (reference:
 * newContainerIO, NewFIFOSetInDir). Those of an earlier recovery serve again, so that restarts heap nothing up.
 */
export const freshFifos = async (state: string, { id, tty, stdin }: IoRequest): Promise<void> => {
  if (!isValidId(id)) throw new Trouble('Malformed', 'its id may not be a part of a path')
  const streams = [...(stdin ? ['stdin'] : []), 'stdout', ...(tty ? [] : ['stderr'])]
  const names = streams.map((stream) => `${id}-${stream}`)
  const base = join(state, 'containers', id, 'io')
  if ((await existing(base, names)) !== null) return
  await mkdir(base, { recursive: true, mode: 0o700 })
  const folder = join(base, randomBytes(5).toString('hex'))
  await mkdir(folder, { mode: 0o700 })
  for (const name of names) await makeFifo(join(folder, name))
}
