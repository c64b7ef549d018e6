import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cgroupMountsOf, cgroupPath, oomKillsIn } from '../../../adapters/filesystem/cgroups.js'
import { isRoot, until } from './support.js'

describe('the path of a cgroup', () => {
  it.each([
    ['/k8s.io/web', 'k8s.io/web'],
    ['k8s.io/web', 'k8s.io/web'],
    ['//kubepods/burstable/pod1/web', 'kubepods/burstable/pod1/web'],
    ['kubepods.slice:cri-containerd:web', 'kubepods.slice/cri-containerd-web.scope'],
    [
      'kubepods-besteffort-pod1_2.slice:cri-containerd:web',
      'kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1_2.slice/cri-containerd-web.scope',
    ],
    ['a:b:c:d', 'a:b:c:d'],
    ['a:b', 'a:b'],
  ])('%s is %s', (spec, path) => {
    expect(cgroupPath(spec)).toBe(path)
  })
  it.each([
    '',
    '/',
    '///',
    '..',
    '/../etc',
    'a/../../b',
    'a/..',
    '..:b:c/../..',
    'a.slice:b:../../c',
    'a\0b',
  ])('is none where it would lead elsewhere: %j', (spec) => {
    expect(cgroupPath(spec)).toBeNull()
  })
  it('is none where the kernel would open none, whatever a slice’s name would grow to', () => {
    expect(cgroupPath('a'.repeat(4096))).toBe('a'.repeat(4096))
    expect(cgroupPath('a'.repeat(4097))).toBeNull()
    expect(cgroupPath(`${'a-'.repeat(1_000_000)}.slice:b:c`)).toBeNull()
  })
})

const V1 =
  '34 29 0:30 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory\n35 29 0:31 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n'
const V2 = '25 22 0:23 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n'
const MEMORY = '/sys/fs/cgroup/memory'

/** Who counts memory. */
const memoryOf = (mountinfo: string) => {
  const { v1, v2 } = cgroupMountsOf(mountinfo)
  return [v1.get('memory') ?? null, v2]
}

describe('the hierarchies that count memory', () => {
  it.each([
    ['none', '22 1 0:20 / /proc rw - proc proc rw\n', [null, null]],
    ['of nothing', '', [null, null]],
    ['of v1', V1, [MEMORY, null]],
    ['of v2', V2, [null, '/sys/fs/cgroup']],
    ['of both', V1 + V2, [MEMORY, '/sys/fs/cgroup']],
    ['the first of two', V1 + V1.replaceAll('/sys/', '/other/'), [MEMORY, null]],
    [
      'seen from their root',
      V1.replace(' / ', ' /elsewhere ') + V2.replace(' / ', ' /elsewhere '),
      [null, null],
    ],
  ])('%s', (_what, mountinfo, found) => {
    expect(memoryOf(mountinfo)).toEqual(found)
  })
  it('are not those whose name alone sounds like it', () => {
    expect(memoryOf('1 2 0:1 / /memory rw - cgroup cgroup rw,name=memory\n')).toEqual([null, null])
    expect(memoryOf('1 2 0:1 / /cgroup2 rw - tmpfs cgroup2 rw,memory\n')).toEqual([null, null])
  })
  it('may count other things, too', () => {
    expect(cgroupMountsOf(V1).v1.get('cpuacct')).toBe('/sys/fs/cgroup/cpu,cpuacct')
  })
})

/** A cgroup of the test's own that counts memory, as its path below the mount; or why there can be none. */
const ownCgroup = (): { readonly folder: string; readonly path: string } | string => {
  if (!isRoot) return 'only root makes cgroups'
  const path = `cri-recover-test-${process.pid}`
  const { v1, v2 } = cgroupMountsOf(readFileSync('/proc/self/mountinfo', 'latin1'))
  const counters = [
    [v1.get('memory'), 'memory.oom_control'],
    [v2, 'memory.events'],
  ] as const
  for (const [mount, file] of counters) {
    if (!mount) continue
    const folder = join(mount, path)
    try {
      mkdirSync(folder)
    } catch {
      continue
    }
    if (existsSync(join(folder, file)) && existsSync(join(folder, 'cgroup.procs'))) return { folder, path }
    rmdirSync(folder)
  }
  return 'no cgroup that counts memory can be made'
}

const trial = ownCgroup()
if (typeof trial !== 'string') rmdirSync(trial.folder)
const why = typeof trial === 'string' ? ` (left out: ${trial})` : ''

describe(`a cgroup${why}`, () => {
  it('that is gone has no count', async () => {
    expect(await oomKillsIn('cri-recover-test/none')).toBeNull()
  })
  it.skipIf(why !== '')('counts the kills for want of memory', async () => {
    const own = ownCgroup()
    if (typeof own === 'string') return expect.unreachable(own)
    until(() => rmdirSync(own.folder))
    expect(await oomKillsIn(own.path)).toBe(0)
    for (const name of ['memory.limit_in_bytes', 'memory.max'])
      if (existsSync(join(own.folder, name))) writeFileSync(join(own.folder, name), '16777216')
    for (const name of ['memory.memsw.limit_in_bytes', 'memory.swap.max'])
      if (existsSync(join(own.folder, name)))
        writeFileSync(join(own.folder, name), name === 'memory.swap.max' ? '0' : '16777216')
    const script = `echo $$ > ${own.folder}/cgroup.procs && exec tail /dev/zero`
    expect(spawnSync('sh', ['-c', script], { timeout: 20_000 }).signal).toBe('SIGKILL')
    expect(await oomKillsIn(own.path)).toBe(1)
  })
})
