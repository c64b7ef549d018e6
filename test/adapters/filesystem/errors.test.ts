import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { attempt, Trouble } from '../../../adapters/filesystem/errors.js'
import { describe as inWords } from '../../../ports/failure.js'
import { folder, left } from './support.js'

const thrown = (error: unknown) => left(attempt('read', 'the disk', () => Promise.reject(error)))
const system = (code: string) => Object.assign(new Error(code), { code })

describe('an error of the system', () => {
  it('is told in the system’s words, without the paths we go by', async () => {
    const path = folder()
    writeFileSync(join(path, 'file'), '')
    mkdirSync(join(path, 'directory'))
    const told = async (work: () => Promise<unknown>) =>
      inWords(await left(attempt('read', 'the disk', work)))
    expect(await told(() => readFile(join(path, 'none')))).toBe(
      'read: the disk: not found: no such file or directory (ENOENT)',
    )
    expect(await told(() => readdir(join(path, 'file')))).toBe(
      'read: the disk: refused: not a directory (ENOTDIR)',
    )
    expect(await told(() => mkdir(join(path, 'directory')))).toBe(
      'read: the disk: already there: file already exists (EEXIST)',
    )
  })

  it.each([
    ['ENOSPC', 'Exhausted'],
    ['EDQUOT', 'Exhausted'],
    ['EMFILE', 'Exhausted'],
    ['EROFS', 'Denied'],
    ['EPERM', 'Denied'],
    ['EBUSY', 'Denied'],
  ])('%s is %s, and nothing has happened', async (code, tag) => {
    expect(await thrown(system(code))).toMatchObject({ tag, mayHaveHappened: false, unreached: null })
  })

  it.each(['EIO', 'ESTALE', 'ENEWLYMADE'])('%s leaves open what has happened', async (code) => {
    expect(await thrown(system(code))).toMatchObject({
      tag: 'Unavailable',
      mayHaveHappened: true,
      unreached: 'broken',
    })
  })

  it('is never thrown out of the request, whatever it is', async () => {
    expect(await thrown('text')).toMatchObject({ tag: 'Unavailable', said: 'text' })
    expect(await thrown(new Trouble('Denied', 'no', true))).toMatchObject({
      tag: 'Denied',
      said: 'no',
      mayHaveHappened: true,
    })
  })
})
