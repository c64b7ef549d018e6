import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import { isSystemdPath, specFacts } from '../../core/cri-spec.js'

const facts = (spec: unknown) => rightOf(specFacts(JSON.stringify(spec)))

describe('an OCI spec', () => {
  it('tells as whom a container runs, and in which cgroup', () => {
    expect(
      facts({
        ociVersion: '1.1.0',
        process: { user: { uid: 1000, gid: 2000, additionalGids: [1, 4294967295], umask: 18 }, cwd: '/' },
        linux: { cgroupsPath: '/kubepods/web', namespaces: [] },
      }),
    ).toEqual({
      user: { uid: 1000, gid: 2000, additionalGids: [1, 4_294_967_295] },
      cgroupsPath: '/kubepods/web',
    })
  })
  it.each([{}, { process: null, linux: null }, null])('may name neither: %j', (spec) =>
    expect(facts(spec)).toEqual({ user: null, cgroupsPath: '' }),
  )
  it('names root where its process names nobody', () => {
    expect(facts({ process: {}, linux: {} })).toEqual({
      user: { uid: 0, gid: 0, additionalGids: [] },
      cgroupsPath: '',
    })
  })
  it.each([
    ['', 'expected a value at character 0'],
    ['[]', 'spec: expected an object, got a array'],
    [
      '{"process":{"user":{"uid":-1}}}',
      'spec.process.user.uid: expected an unsigned integer of 32 bits, got a number',
    ],
    ['{"linux":{"cgroupsPath":1}}', 'spec.linux.cgroupsPath: expected a string, got a number'],
  ])('that cannot be read says what is wrong with it: %j', (json, why) =>
    expect(leftOf(specFacts(json))).toBe(why),
  )
})

describe('a cgroup’s place', () => {
  it.each([
    ['kubepods.slice:cri-containerd:web', true],
    [':', true],
    ['/kubepods/web', false],
    ['', false],
  ])('%j is written as systemd does: %s', (path, systemd) => expect(isSystemdPath(path)).toBe(systemd))
})
