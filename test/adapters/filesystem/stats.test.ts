import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmdirSync, symlinkSync, truncateSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cgroupMountsOf } from '../../../adapters/filesystem/cgroups.js'
import { clock } from '../../../adapters/filesystem/clock.js'
import { stats } from '../../../adapters/filesystem/stats.js'
import { readKernelFile } from '../../../adapters/filesystem/stats-files.js'
import { folder, isRoot, openBelow, right, until } from './support.js'

const { cgroup, network } = stats(clock())

const { v1, v2 } = cgroupMountsOf(readFileSync('/proc/self/mountinfo', 'latin1'))

/** The places of a cgroup of the test's own in every hierarchy; or why there can be none. */
const ownCgroup = (name: string): readonly string[] | string => {
  if (!isRoot) return 'only root makes cgroups'
  const mounts = [v1.get('cpuacct'), v1.get('memory'), v1.get('pids'), v2]
  const places = [...new Set(mounts.flatMap((mount) => (mount ? [join(mount, name)] : [])))]
  try {
    for (const place of places) mkdirSync(place)
    return places
  } catch {
    return 'no cgroup can be made'
  } finally {
    until(() => {
      for (const place of places) if (existsSync(place)) rmdirSync(place)
    })
  }
}

const NAME = `cri-recover-stats-${process.pid}`
const trial = ownCgroup(NAME)
if (typeof trial !== 'string') for (const place of trial) rmdirSync(place)
const why = typeof trial === 'string' ? ` (left out: ${trial})` : ''

describe(`what a cgroup uses${why}`, () => {
  it.skipIf(why !== '')('is read from its own files', async () => {
    const places = ownCgroup(NAME)
    if (typeof places === 'string') return expect.unreachable(places)
    const before = BigInt(Date.now()) * 1_000_000n
    const enter = places.map((place) => `echo $$ > ${place}/cgroup.procs`).join('; ')
    const burn = 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done'
    spawnSync('sh', ['-c', `${enter}; ${burn}`], { timeout: 20_000 })
    const usage = await right(cgroup(`/${NAME}`))
    expect(usage?.at).toBeGreaterThanOrEqual(before - 1_000_000n)
    expect(usage?.cpuNanoseconds).toBeGreaterThan(0n)
    expect(usage?.memory?.limit ?? null).toBeNull()
  })
})

describe('the network of a process', () => {
  it('is not known of a process that has ended and is not reaped', async () => {
    // The shell's child is ended once another program is in the shell's place, which reaps nobody.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    until(() => parent.kill('SIGKILL'))
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (said: Buffer) => resolve(Number(String(said)))),
    )
    const shown = (of: number | undefined) => readFileSync(`/proc/${of}/stat`, 'latin1')
    const soon = () => new Promise((resolve) => setTimeout(resolve, 5))
    while (!shown(parent.pid).includes('(sleep)')) await soon()
    process.kill(pid, 'SIGKILL')
    while (!shown(pid).includes(') Z ')) await soon()
    expect(await right(network(pid))).toBeNull()
  })
})

describe('a file of the kernel’s', () => {
  const place = () => join(folder(), 'file')
  it('is read whole though it has no size', async () => {
    expect(await readKernelFile('/proc/self/mountinfo', 2 ** 20)).toContain(' - proc ')
  })
  it('is read up to a limit', async () => {
    const path = place()
    spawnSync('touch', [path])
    truncateSync(path, 100_000)
    expect(await readKernelFile(path, 100_000)).toHaveLength(100_000)
    truncateSync(path, 100_001)
    await expect(readKernelFile(path, 100_000)).rejects.toMatchObject({ tag: 'Exhausted' })
    expect(openBelow(dirname(path))).toBe(0)
  })
  it('is not a link in its place', async () => {
    const path = place()
    symlinkSync('/etc/hostname', path)
    await expect(readKernelFile(path, 1000)).rejects.toMatchObject({ code: 'ELOOP' })
  })
  it('does not wait for one who never writes to a pipe in its place', async () => {
    const path = place()
    spawnSync('mkfifo', [path])
    expect(await readKernelFile(path, 1000)).toBe('')
  })
  it('is none below what is no folder', async () => {
    expect(await readKernelFile('/etc/hostname/x', 1000)).toBeNull()
  })
})
