import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { oomKills } from '../../../adapters/filesystem/oom.js'
import { folder, left, openBelow, right } from './support.js'

const FOLDER = 'io.containerd.runtime.v2.task/k8s.io'

/** A containerd's state folder with the bundle `web` in it. */
const stateWith = (config: string | null): { readonly state: string; readonly bundle: string } => {
  const state = folder()
  const bundle = join(state, FOLDER, 'web')
  mkdirSync(bundle, { recursive: true })
  if (config !== null) writeFileSync(join(bundle, 'config.json'), config)
  return { state, bundle }
}

const count = (state: string, id = 'web', namespace = 'k8s.io') => oomKills({ state, namespace })(id)

const specOf = (cgroupsPath: unknown): string =>
  JSON.stringify({ ociVersion: '1.1.0', linux: { cgroupsPath } })

describe('the OOM kills of a task', () => {
  it.each([
    ['there is no spec', null],
    ['the spec is empty', ''],
    ['the spec is cut', '{"linux":{"cgroupsPath":"/a'],
    ['the spec names no cgroup', '{"linux":{}}'],
    ['the spec is for another system', '{"windows":{}}'],
    ['the spec’s cgroup is no text', specOf(7)],
    ['the cgroup is gone', specOf('/cri-recover-test/none')],
    ['the path leads elsewhere', specOf('/../../../proc/self')],
    ['the systemd form leads elsewhere', specOf('a.slice:b:../../../c')],
  ])('are not known where %s', async (_why, config) => {
    const { state } = stateWith(config)
    expect(await right(count(state))).toBeNull()
    expect(openBelow(state)).toBe(0)
  })
  it('are not known of a task without a bundle', async () => {
    expect(await right(count(folder()))).toBeNull()
  })
  it.each([
    ['..', 'k8s.io'],
    ['a/b', 'k8s.io'],
    ['', 'k8s.io'],
    ['web', '..'],
    ['web', 'a/b'],
  ])('are not looked for below %j in %j', async (id, namespace) => {
    expect(await left(count(stateWith(null).state, id, namespace))).toMatchObject({ tag: 'Malformed' })
  })
  it('are not looked for in a spec that is a link', async () => {
    const { state, bundle } = stateWith(null)
    symlinkSync('/etc/hostname', join(bundle, 'config.json'))
    expect(await left(count(state))).toMatchObject({ tag: 'Denied' })
  })
  it('are not looked for in a spec that is no file, and nobody waits for its writer', async () => {
    const { state, bundle } = stateWith(null)
    execFileSync('mkfifo', [join(bundle, 'config.json')])
    expect(await left(count(state))).toMatchObject({ tag: 'Denied', said: 'a fifo stands in its place' })
    expect(openBelow(state)).toBe(0)
  })
  it('are not looked for in a spec that is too large', async () => {
    const { state, bundle } = stateWith('')
    truncateSync(join(bundle, 'config.json'), 2 ** 30)
    expect(await left(count(state))).toMatchObject({ tag: 'Exhausted' })
    expect(openBelow(state)).toBe(0)
  })
})
