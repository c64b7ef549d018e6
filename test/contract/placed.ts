import { execFileSync } from 'node:child_process'
import { lstat, mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Placed } from '../../adapters/fast-check/contract/files.js'

/** Puts a suite's things into a real folder, and looks at them past every adapter. */

export const place = async (top: string, file: Placed): Promise<void> => {
  const path = join(top, file.in, file.path)
  await mkdir(dirname(path), { recursive: true })
  if (file.kind === 'directory') await mkdir(path, { recursive: true })
  else if (file.kind === 'symlink') await symlink(file.to ?? 'nowhere', path)
  else if (file.kind === 'fifo') execFileSync('mkfifo', [path])
  else {
    await writeFile(path, file.base64 === undefined ? (file.text ?? '') : Buffer.from(file.base64, 'base64'))
    if (file.bytes !== undefined) await truncate(path, Number(file.bytes))
  }
}

export const lookAt = async (path: string): Promise<string | null> => {
  const stats = await lstat(path).catch(() => null)
  if (stats === null) return null
  if (stats.isFile()) return readFile(path, 'latin1')
  return `kind:${stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'symlink' : 'fifo'}`
}
