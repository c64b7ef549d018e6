import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { describeStats, type StatsFixture } from '../../adapters/fast-check/contract/stats.js'
import { until } from '../../adapters/fast-check/wait.js'
import { cgroupMountsOf } from '../../adapters/filesystem/cgroups.js'
import { clock } from '../../adapters/filesystem/clock.js'
import { stats } from '../../adapters/filesystem/index.js'

const LIMIT = 16n << 20n
const LIMIT_FILES = ['memory.limit_in_bytes', 'memory.max']

/** Does what it is told, a line at a time, and says when it has. */
const OBEDIENT = 'while read -r order; do eval "$order"; echo done; done'
const BURN = 'i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done'

/** Where a cgroup of that name is, in each hierarchy that counts. */
const placesOf = (name: string): readonly string[] => {
  const { v1, v2 } = cgroupMountsOf(readFileSync('/proc/self/mountinfo', 'latin1'))
  const mounts = [v1.get('cpuacct'), v1.get('memory'), v1.get('pids'), v2]
  return [...new Set(mounts)].flatMap((mount) => (mount ? [join(mount, name)] : []))
}

/** It stays busy for a moment after its last process. */
const removeCgroup = async (places: readonly string[]): Promise<void> => {
  for (const place of places)
    if (existsSync(place)) await until(`${place} is removed`, () => rmdirSync(place) ?? true)
}

const limit = (places: readonly string[]): void => {
  const files = places.flatMap((place) => LIMIT_FILES.map((name) => join(place, name))).filter(existsSync)
  if (files.length === 0) throw new Error('memory is not counted here')
  for (const file of files) writeFileSync(file, String(LIMIT))
}

const tell = async (child: ChildProcess, order: string): Promise<void> => {
  const answered = once(child.stdout ?? child, 'data')
  child.stdin?.write(`${order}\n`)
  await answered
}

const kill = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

const open = new Set<() => Promise<void>>()
/** A sentence that hangs never comes to its own cleanup. */
afterEach(async () => {
  for (const end of open) await end()
  open.clear()
})

let made = 0

const makeStats = (cgroups: boolean) => async (): Promise<StatsFixture> => {
  made += 1
  const name = `cri-recover-contract-${process.pid}-${made}`
  const places = cgroups ? placesOf(name) : []
  const child = spawn('sh', ['-c', OBEDIENT], { stdio: ['pipe', 'pipe', 'ignore'] })
  const end = async (): Promise<void> => {
    await kill(child)
    await removeCgroup(places)
  }
  open.add(end)
  try {
    for (const place of places) mkdirSync(place)
    if (cgroups) limit(places)
    for (const place of places) await tell(child, `echo $$ > ${place}/cgroup.procs`)
    return {
      stats: stats(clock()),
      cgroupsPath: `/${name}`,
      memoryLimit: LIMIT,
      processes: 1n,
      pid: child.pid ?? 0,
      interfaces: readdirSync('/sys/class/net'),
      // In a process that was in the cgroup from its beginning: what it held before is counted elsewhere.
      spend: () => tell(child, `sh -c '${BURN}'`),
      end,
      cleanup: end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

const canMakeCgroups = async (): Promise<boolean> => {
  try {
    const { cleanup } = await makeStats(true)()
    await cleanup()
    return true
  } catch {
    return false
  }
}

const cgroups = await canMakeCgroups()

describeStats('kernel', makeStats(cgroups), { cgroups })
