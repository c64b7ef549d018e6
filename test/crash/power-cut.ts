import { type Change, type Disk, type File, look, put, reachable, withFile } from './disk.js'

/** What fsync(2) did not reach when the power went. */

const unique = <A>(all: readonly A[], by: (one: A) => string): readonly A[] => [
  ...new Map(all.map((one) => [by(one), one])).values(),
]

const isPossible = (some: readonly Change[], { after }: Change, pending: readonly Change[]): boolean =>
  after === null || some.includes(after) || !pending.includes(after)

/** Which of the pending changes are found after all: any of them, but none without what it comes after. */
const choicesOf = (pending: readonly Change[]): readonly (readonly Change[])[] => {
  let choices: readonly (readonly Change[])[] = [[]]
  for (const change of pending) {
    const possible = choices.filter((some) => isPossible(some, change, pending))
    choices = choices.concat(possible.map((some) => [...some, change]))
  }
  return choices
}

/** What may have become of a file: of data that was never synced nothing, a part, all, or as many zeros. */
const cutsOf = ({ text, mode, down }: File): readonly File[] => {
  const rest = text.slice(down.text.length)
  const rests = new Set(['', rest.slice(0, Math.floor(rest.length / 2)), rest, '\0'.repeat(rest.length)])
  return [...rests].flatMap((cut) =>
    [...new Set([down.mode, mode])].map((bits) => {
      const known = { text: down.text + cut, mode: bits }
      return { ...known, down: known }
    }),
  )
}

/** Every disk that may be found when the power is back: representative cuts of the data, and each choice of names. */
export const afterPowerCut = ({ files, names, pending }: Disk): readonly Disk[] => {
  const found = choicesOf(pending).flatMap((some) => {
    const left = reachable(some.reduce(put, names))
    return files.reduce<readonly Disk[]>(
      (disks, file, at) =>
        [...left.values()].includes(at)
          ? disks.flatMap((disk) => cutsOf(file).map((cut) => withFile(disk, at, cut)))
          : disks,
      [{ files, names: left, pending: [] }],
    )
  })
  return unique(found, (disk) => JSON.stringify([...look(disk)]))
}
