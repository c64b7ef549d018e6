import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeText } from '../../../adapters/filesystem/named.js'
import { folder, isRoot, mount, ROOT } from './support.js'

describe('a text written to a file of somebody’s choice', () => {
  it('is there whole, for everybody to read, and nothing else is', async () => {
    const place = folder()
    const before = process.umask(0o077)
    const written = await writeText(join(place, 'plan.prom'), 'a 1\n').finally(() => process.umask(before))
    expect(written).toBeNull()
    expect(readFileSync(join(place, 'plan.prom'), 'utf8')).toBe('a 1\n')
    expect(statSync(join(place, 'plan.prom')).mode & 0o777).toBe(0o644)
    expect(readdirSync(place)).toEqual(['plan.prom'])
  })
  it('takes the place of the old file, and does not change that', async () => {
    const path = join(folder(), 'plan.prom')
    writeFileSync(path, 'old')
    const { ino } = statSync(path)
    expect(await writeText(path, 'new')).toBeNull()
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(statSync(path).ino).not.toBe(ino)
  })
  it('goes where a link leads', async () => {
    const place = folder()
    mkdirSync(join(place, 'far'))
    writeFileSync(join(place, 'far', 'file'), 'old')
    symlinkSync('far/file', join(place, 'link'))
    expect(await writeText(join(place, 'link'), 'new')).toBeNull()
    expect(readFileSync(join(place, 'far', 'file'), 'utf8')).toBe('new')
    expect(lstatSync(join(place, 'link')).isSymbolicLink()).toBe(true)
  })
  it('replaces no pipe', async () => {
    const path = join(folder(), 'pipe')
    execFileSync('mkfifo', [path])
    expect(await writeText(path, 'new')).toBe('it is no file')
    expect(lstatSync(path).isFIFO()).toBe(true)
  })
  it('replaces no folder', async () => {
    const place = folder()
    expect(await writeText(place, 'new')).toBe('it is no file')
    expect(readdirSync(place)).toEqual([])
  })
  it('is not there where there is no folder for it', async () => {
    expect(await writeText(join(folder(), 'none', 'plan.prom'), 'new')).toBe(
      'there is no such file or folder',
    )
  })
  it.skipIf(!isRoot)(`leaves the old one, and nothing else, where there is no room${ROOT}`, async () => {
    const place = folder()
    mount('-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', place)
    writeFileSync(join(place, 'plan.prom'), 'old')
    expect(await writeText(join(place, 'plan.prom'), 'new'.repeat(20_000))).toMatch(/ENOSPC/)
    expect(readdirSync(place)).toEqual(['plan.prom'])
    expect(readFileSync(join(place, 'plan.prom'), 'utf8')).toBe('old')
  })
  it('leaves nothing behind where it cannot be put in its place', async () => {
    const place = folder()
    // Its name and what is added to it are too long together.
    expect(await writeText(join(place, 'a'.repeat(250)), 'new')).toMatch(/ENAMETOOLONG/)
    expect(readdirSync(place)).toEqual([])
  })
})
