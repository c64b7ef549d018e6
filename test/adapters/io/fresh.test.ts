import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { left, right } from '../filesystem/support.js'
import { node, openDescriptors, patient, told, writer } from './support.js'

const web = { id: 'web', tty: false, stdin: true, log: null }
const ioOf = (root: string): string => join(root, 'state', 'containers', 'web', 'io')
const foldersOf = (root: string): readonly string[] =>
  readdirSync(ioOf(root)).map((folder) => join(ioOf(root), folder))

describe('fresh IO', () => {
  it.each([
    ['all streams', {}, ['web-stderr', 'web-stdin', 'web-stdout']],
    ['no input where none was asked for', { stdin: false }, ['web-stderr', 'web-stdout']],
    ['one output with a terminal', { tty: true }, ['web-stdin', 'web-stdout']],
  ])('has %s, for nobody else', async (_, more, names) => {
    const { io, root } = node()
    await right(io.create({ ...web, ...more }))
    const [folder = '', ...others] = foldersOf(root)
    expect(others).toEqual([])
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('700')
    expect(readdirSync(folder).sort()).toEqual(names)
    for (const name of names) {
      const stat = statSync(join(folder, name))
      expect([stat.isFIFO(), (stat.mode & 0o777).toString(8)]).toEqual([true, '600'])
    }
    await right(io.close(patient))
  })
  it('is made once, however often it is asked for, in one life or several', async () => {
    const first = node()
    await right(first.io.create(web))
    const folders = foldersOf(first.root)
    const held = openDescriptors()
    await right(first.io.create(web))
    expect(openDescriptors()).toBe(held)
    await right(first.io.close(patient))
    for (let n = 0; n < 3; n += 1) {
      const next = node({ state: join(first.root, 'state') })
      await right(next.io.create(web))
      await right(next.io.close(patient))
    }
    expect(foldersOf(first.root)).toEqual(folders)
  })
  it('is made whole where a crash left half of it', async () => {
    const { io, root } = node()
    mkdirSync(join(ioOf(root), 'half'), { recursive: true })
    await right(io.create(web))
    expect(foldersOf(root)).toEqual([join(ioOf(root), 'half')])
    expect(readdirSync(join(ioOf(root), 'half'))).toHaveLength(3)
    await right(io.close(patient))
  })
  it('leaves alone what somebody else put there', async () => {
    const { io, root } = node()
    mkdirSync(join(ioOf(root), 'odd'), { recursive: true })
    writeFileSync(join(ioOf(root), 'odd', 'web-stdout'), 'x')
    await right(io.create(web))
    expect(readdirSync(join(ioOf(root), 'odd'))).toEqual(['web-stdout'])
    expect(foldersOf(root)).toHaveLength(2)
    await right(io.close(patient))
  })
  it('is held open until somebody attaches: what is written meanwhile is not lost', async () => {
    const { io, root, task } = node()
    const before = openDescriptors()
    await right(io.create(web))
    expect(openDescriptors() - before).toBe(3)
    const [folder = ''] = foldersOf(root)
    await writer('early\n', join(folder, 'web-stdout'))
    const { request, log, end } = task('web', {
      stdoutPath: join(folder, 'web-stdout'),
      stderrPath: join(folder, 'web-stderr'),
    })
    await right(io.attach(request))
    end()
    await right(io.drain('web', patient))
    expect(told(log)).toEqual(['F early'])
    expect(openDescriptors()).toBe(before)
  })
  it('is let go of where it is not wanted any more before it is made', async () => {
    const { io } = node()
    const before = openDescriptors()
    const creating = right(io.create(web))
    expect((await left(io.drain('web', patient))).tag).toBe('NotFound')
    await creating
    expect(openDescriptors()).toBe(before)
    const again = right(io.create(web))
    await right(io.close(patient))
    await again
    expect(openDescriptors()).toBe(before)
  })
  it('that cannot be made holds nothing, and may be asked for again', async () => {
    const { io, root } = node()
    const before = openDescriptors()
    const folders = join(root, 'state', 'containers')
    mkdirSync(folders, { recursive: true })
    writeFileSync(join(folders, 'web'), '')
    await left(io.create(web))
    expect(openDescriptors()).toBe(before)
    rmSync(join(folders, 'web'))
    await right(io.create(web))
    expect(openDescriptors() - before).toBe(3)
    await right(io.close(patient))
  })
  it('is let go of with everything else', async () => {
    const { io } = node()
    const before = openDescriptors()
    await right(io.create(web))
    await right(io.close(patient))
    expect(openDescriptors()).toBe(before)
  })
})
