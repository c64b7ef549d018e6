import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { answerOf } from '../../../adapters/fast-check/contract/files.js'
import type { Report } from '../../../core/report.js'
import type { Ports } from '../../../ports/ports.js'
import { recover } from '../../../ports/recover.js'
import type { Lab } from '../../lab/lab.js'
import { run } from '../../lab/run.js'
import { filesBelow } from '../../lab/snapshot.js'
import { onNode, optionsFor, recoverOn } from '../../real/node.js'
import { orphanWords } from '../telling.js'
import { setUp } from './stage.js'

const baseOf = ({ criRoot }: Lab): string => join(criRoot, 'containers')

/** A folder outside, in which nothing may be touched. */
const makeOutside = async (lab: Lab): Promise<string> => {
  const outside = join(lab.dir, 'outside')
  await mkdir(join(outside, 'below'), { recursive: true })
  for (let n = 0; n < 50; n += 1) await writeFile(join(outside, `${n}`), 'precious')
  await writeFile(join(outside, 'below/precious'), 'precious')
  return outside
}

const actionOn = (report: Report, path: string): string =>
  report.orphans.find((row) => row.path === path)?.action ?? 'no row'

/** Between the look at the orphan and its removal, its directory becomes a link. */
const swapping = (ports: Ports, place: string, outside: string): Ports => ({
  ...ports,
  directories: {
    ...ports.directories,
    remove: (base, name, signal) => async () => {
      if (place === join(ports.directories.path(base), name)) {
        await rename(place, `${outside}-aside`)
        await symlink(outside, place)
      }
      return ports.directories.remove(base, name, signal)()
    },
  },
})

/** Swaps a directory for a link to the folder outside, and back, as fast as it can. */
const SWAPPER = `
  const fs = require('node:fs')
  const [place, outside] = process.argv.slice(1)
  process.stdout.write('begun')
  for (;;) for (const step of [
    () => fs.renameSync(place, place + '-aside'),
    () => fs.symlinkSync(outside, place),
    () => fs.unlinkSync(place),
    () => fs.renameSync(place + '-aside', place),
  ]) try { step() } catch {}`

const whileSwapping = async (place: string, outside: string, use: () => Promise<void>): Promise<void> => {
  const child = spawn(process.execPath, ['-e', SWAPPER, place, outside], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  try {
    await once(child.stdout, 'data')
    await use()
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

const TIMES = 20

/** Recovers again and again in that race; whole orphans come by one rename, so that there is always one to swap. */
const race = async (lab: Lab, outside: string): Promise<void> => {
  const raced = join(baseOf(lab), 'raced')
  const fresh = join(lab.dir, 'fresh')
  const intact = await filesBelow(outside)
  await whileSwapping(join(raced, 'io'), outside, async () => {
    for (let n = 0; n < TIMES; n += 1) {
      await mkdir(join(fresh, 'io'), { recursive: true })
      for (let file = 0; file < 20; file += 1) await writeFile(join(fresh, 'io', `${file}`), '')
      // Aside, not away: a removal by path is what this race would lead astray.
      if (existsSync(raced)) await rename(raced, join(lab.dir, `left-${n}`))
      await rename(fresh, raced)
      await recoverOn(lab)
      expect(await filesBelow(outside)).toEqual(intact)
    }
  })
}

export const links = async (lab: Lab): Promise<string> => {
  await setUp(lab, ['runs'], ['rests', 'other'])
  const [base, outside] = [baseOf(lab), await makeOutside(lab)]
  const intact = await filesBelow(outside)
  for (const name of ['linking', 'swapped']) await mkdir(join(base, name))
  await symlink(outside, join(base, 'linking/link'))
  await symlink(outside, join(base, 'itself'))
  const report = await onNode(lab, async (ports) =>
    answerOf(await recover(optionsFor(lab))(swapping(ports, join(base, 'swapped'), outside))()),
  )
  expect(['linking', 'itself', 'swapped'].map((name) => actionOn(report, join(base, name)))).toEqual([
    'remove',
    'keep',
    'keep',
  ])
  expect(['linking', 'itself', 'swapped'].map((name) => existsSync(join(base, name)))).toEqual([
    false,
    true,
    true,
  ])
  expect(await filesBelow(outside)).toEqual(intact)
  await race(lab, outside)
  const files = Object.values(await filesBelow(outside)).filter(({ type }) => type === 'file').length
  return `${orphanWords(report)}: the one with a link in it; a link itself and one swapped in are kept; after ${TIMES} recoveries in the race ${files} of 51 files outside are intact`
}

export const mounted = async (lab: Lab): Promise<string> => {
  await setUp(lab, ['runs'], ['rests', 'other'])
  const [base, outside] = [baseOf(lab), await makeOutside(lab)]
  const intact = await filesBelow(outside)
  const below = join(base, 'mounted/one/below')
  await mkdir(below, { recursive: true })
  await writeFile(join(base, 'mounted/status'), 'old')
  await cp(join(base, 'mounted'), join(base, 'old'), { recursive: true })
  await run('mount', ['--bind', outside, below])
  try {
    const report = await recoverOn(lab)
    expect(actionOn(report, join(base, 'mounted'))).toBe('keep')
    expect(existsSync(join(base, 'old'))).toBe(false)
    expect(await readFile(join(base, 'mounted/status'), 'utf8')).toBe('old')
    expect(await filesBelow(outside)).toEqual(intact)
    return `${orphanWords(report)}: the one with a mount in it is kept, its contents intact`
  } finally {
    await run('umount', [below])
  }
}
