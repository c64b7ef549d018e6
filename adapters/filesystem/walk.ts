import { type FileHandle, readdir } from 'node:fs/promises'
import type { Signal } from '../../ports/signal.js'
import { mountOf, openDirectoryAt, self } from './descriptors.js'
import { ifGone, Trouble, toTrouble } from './errors.js'
import { goOn } from './patience.js'

/** What to do with what a walk meets; each is told the open directory and a name in it. */
export interface Visitor {
  /** At anything but a directory. */
  readonly entry: (directory: FileHandle, name: Buffer) => Promise<void>
  /** At a directory, once all in it has been visited. */
  readonly left: (directory: FileHandle, name: Buffer) => Promise<void>
}

interface Step {
  readonly name: Buffer
  readonly dev: bigint
  readonly ino: bigint
  readonly rest: { readonly name: Buffer; isDirectory(): boolean }[]
}

// A tree can be deeper than a message should be long.
const shown = (steps: readonly Step[], last: Buffer | undefined): string => {
  const names = [...steps.map((step) => step.name), ...(last === undefined ? [] : [last])].map(String)
  return (names.length > 16 ? [...names.slice(0, 8), '…', ...names.slice(-7)] : names).join('/')
}

const begin = async (directory: FileHandle, name: Buffer): Promise<Step> => {
  const { dev, ino } = await directory.stat({ bigint: true })
  const rest = await readdir(self(directory), { withFileTypes: true, encoding: 'buffer' })
  return { name, dev, ino, rest }
}

const enter = async (parent: FileHandle, name: Buffer, mount: string): Promise<FileHandle> => {
  const directory = await openDirectoryAt(parent, name)
  try {
    if ((await mountOf(directory)) !== mount) throw new Trouble('Denied', 'something is mounted there')
    return directory
  } catch (error) {
    await directory.close()
    throw error
  }
}

/** Goes back by `..`, so that one descriptor is enough at any depth, and trusts it only if it is where we came from. */
const goBack = async (from: FileHandle, to: Step): Promise<FileHandle> => {
  const parent = await openDirectoryAt(from, '..')
  try {
    const { dev, ino } = await parent.stat({ bigint: true })
    if (dev !== to.dev || ino !== to.ino) throw new Trouble('Denied', 'it was moved meanwhile')
    return parent
  } catch (error) {
    await parent.close()
    throw error
  }
}

/**
 * Visits all below a directory of `base`, and then the directory itself. It goes from open directory to open
 * directory: a link is an entry and never a way, and a mount is refused. What vanishes meanwhile is passed over.
 */
export const walk = async (
  base: FileHandle,
  top: Buffer,
  visitor: Visitor,
  signal: Signal,
): Promise<void> => {
  const mount = await mountOf(base)
  const steps: Step[] = []
  let met: Buffer | undefined
  let here = await enter(base, top, mount)
  try {
    let step = await begin(here, top)
    steps.push(step)
    for (;;) {
      goOn(signal)
      const next = step.rest.pop()
      met = next?.name
      if (next === undefined) {
        const above = steps.at(-2)
        if (above === undefined) break
        const parent = await goBack(here, above)
        await here.close()
        here = parent
        await visitor.left(here, step.name)
        steps.pop()
        step = above
      } else if (next.isDirectory()) {
        const child = await enter(here, next.name, mount).catch(ifGone(null))
        if (child === null) continue
        await here.close()
        here = child
        step = await begin(here, next.name)
        steps.push(step)
      } else {
        await visitor.entry(here, next.name)
      }
    }
  } catch (error) {
    const { tag, message, mayHaveHappened } = toTrouble(error)
    throw new Trouble(tag, `${shown(steps, met)}: ${message}`, mayHaveHappened)
  } finally {
    await here.close()
  }
  await visitor.left(base, top)
}
