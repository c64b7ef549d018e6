import { execFileSync } from 'node:child_process'
import { accessSync, constants, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where .ci/install-lab.sh unpacks what this system's own packages do not have. */
export const cacheFolder = process.env['CRI_RECOVER_LAB'] ?? '/opt/cri-recover-lab'

export interface Version {
  readonly version: string
  readonly major: 1 | 2
  /** What differs between releases mostly differs by this: 1.6, 1.7, 2.1. */
  readonly line: string
  /** The folder of containerd, ctr and the shim. */
  readonly bin: string
}

export type Availability =
  | { readonly ok: true; readonly versions: readonly Version[] }
  | { readonly ok: false; readonly why: string }

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export const findProgram = (name: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin']
    .map((folder) => join(folder, name))
    .find(isExecutable)

const versionOf = (bin: string): Version | undefined => {
  const told = execFileSync(join(bin, 'containerd'), ['--version'], { encoding: 'utf8' })
  const match = /\sv?((\d+)\.(\d+)\.\d+)/.exec(told)
  const [, version, major, minor] = match ?? []
  if (version === undefined || (major !== '1' && major !== '2')) return undefined
  return { version, major: major === '1' ? 1 : 2, line: `${major}.${minor}`, bin }
}

const cached = (): readonly string[] => {
  try {
    return readdirSync(cacheFolder)
      .filter((name) => name.startsWith('containerd-'))
      .map((name) => join(cacheFolder, name, 'usr/bin'))
  } catch {
    return []
  }
}

const findVersions = (): readonly Version[] =>
  ['/usr/bin', ...cached()]
    .filter((bin) => isExecutable(join(bin, 'containerd')) && isExecutable(join(bin, 'ctr')))
    .map(versionOf)
    .filter((found) => found !== undefined)
    .toSorted((a, b) => a.line.localeCompare(b.line, 'en', { numeric: true }))

const find = (): Availability => {
  if (process.getuid?.() !== 0) return { ok: false, why: 'containerd and runc need root' }
  const missing = ['runc', 'busybox', 'tar', 'umount'].find((name) => findProgram(name) === undefined)
  if (missing !== undefined) return { ok: false, why: `${missing} is not installed` }
  const versions = findVersions()
  if (versions.length === 0) return { ok: false, why: 'containerd is not installed' }
  return { ok: true, versions }
}

let known: Availability | undefined

/** Whether real containers can run here. What is missing, .ci/install-lab.sh installs. */
export const labAvailable = (): Availability => {
  known ??= find()
  return known
}

/** The installed version of that line, e.g. `1.6`, or of exactly that number. */
export const installed = (wanted: string): Version => {
  const available = labAvailable()
  if (!available.ok) throw new Error(available.why)
  const found = available.versions.find(({ version, line }) => version === wanted || line === wanted)
  if (found === undefined) throw new Error(`containerd ${wanted} is not installed`)
  return found
}
