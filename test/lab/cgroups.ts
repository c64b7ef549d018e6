import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allMounts } from './mounts.js'

/** A name that is in no other lab: every container of a lab lives below it, in each hierarchy. */
export const cgroupOf = (dir: string): string => `/${dir.split('/').at(-1) ?? ''}`

const roots = (): readonly string[] =>
  allMounts()
    .filter(({ type }) => type === 'cgroup' || type === 'cgroup2')
    .map(({ point }) => point)

/** Deepest first, which is the order to remove them in. */
const withChildren = (dir: string): readonly string[] => [
  ...readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => withChildren(join(dir, entry.name))),
  dir,
]

export const cgroupDirectories = (cgroup: string): readonly string[] => [
  ...new Set(
    roots()
      .map((root) => join(root, cgroup))
      .filter((dir) => existsSync(dir))
      .flatMap(withChildren),
  ),
]

export const pidsIn = (cgroup: string): readonly number[] => [
  ...new Set(
    cgroupDirectories(cgroup).flatMap((dir) =>
      readFileSync(join(dir, 'cgroup.procs'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map(Number),
    ),
  ),
]

/** A frozen process does not die of a SIGKILL before it is thawed. */
export const thaw = (cgroup: string): void => {
  for (const dir of cgroupDirectories(cgroup)) {
    if (existsSync(join(dir, 'freezer.state'))) writeFileSync(join(dir, 'freezer.state'), 'THAWED')
    if (existsSync(join(dir, 'cgroup.freeze'))) writeFileSync(join(dir, 'cgroup.freeze'), '0')
  }
}

/** A cgroup stays busy for a moment after its last process: says whether all are gone. */
export const removeCgroups = (cgroup: string): boolean => {
  for (const dir of cgroupDirectories(cgroup)) {
    try {
      rmdirSync(dir)
    } catch {
      return false
    }
  }
  return true
}
