import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import {
  goImage,
  goMount,
  goNamespaces,
  imageAskedOf,
  mountsOf,
  namespacesOf,
} from '../../core/cri-config.js'
import { type Go, list, pointer } from '../../core/go.js'
import { parseJson } from '../../core/json.js'

const attempt = <A>(of: Go<A>, document: unknown) =>
  of.read(rightOf(parseJson(JSON.stringify(document))), of.zero, 'it')
const read = <A>(of: Go<A>, document: unknown): A => rightOf(attempt(of, document))

const IMAGE = {
  image: 'sha256:1',
  annotations: { a: 'b' },
  user_specified_image: 'app:1',
  runtime_handler: 'kata',
  image_ref: 'app@sha256:2',
}
const IMAGE_ASKED = {
  image: 'sha256:1',
  annotations: new Map([['a', 'b']]),
  userSpecifiedImage: 'app:1',
  runtimeHandler: 'kata',
  imageRef: 'app@sha256:2',
}
const MAPPED = [{ host_id: 1000, container_id: 1, length: 65_536 }, null, { host_id: 4_294_967_295 }]
const MAPPINGS = [
  { hostId: 1000, containerId: 1, length: 65_536 },
  { hostId: 4_294_967_295, containerId: 0, length: 0 },
]

describe('an image as it was asked for', () => {
  it('is read field by field', () => {
    expect(imageAskedOf(read(goImage, IMAGE))).toEqual(IMAGE_ASKED)
  })
  it('may say nothing', () => {
    expect(imageAskedOf(read(goImage, {}))).toEqual({
      image: '',
      annotations: new Map(),
      userSpecifiedImage: '',
      runtimeHandler: '',
      imageRef: '',
    })
  })
})

describe('mounts as they were asked for', () => {
  const mounts = list(pointer(goMount))
  it('are read field by field, and what is null is none', () => {
    const whole = {
      container_path: '/data',
      host_path: '/srv',
      readonly: true,
      selinux_relabel: true,
      propagation: 2,
      uidMappings: MAPPED,
      gidMappings: [{ length: 7 }],
      recursive_read_only: true,
      image: IMAGE,
      image_sub_path: 'sub',
    }
    expect(mountsOf(read(mounts, [null, whole, {}]))).toEqual([
      {
        containerPath: '/data',
        hostPath: '/srv',
        readonly: true,
        selinuxRelabel: true,
        propagation: 2,
        uidMappings: MAPPINGS,
        gidMappings: [{ hostId: 0, containerId: 0, length: 7 }],
        recursiveReadOnly: true,
        image: IMAGE_ASKED,
        imageSubPath: 'sub',
      },
      {
        containerPath: '',
        hostPath: '',
        readonly: false,
        selinuxRelabel: false,
        propagation: 0,
        uidMappings: [],
        gidMappings: [],
        recursiveReadOnly: false,
        image: null,
        imageSubPath: '',
      },
    ])
  })
  it.each([
    [{ container_path: 1 }, 'it[0].container_path: expected a string, got a number'],
    [{ readonly: 'yes' }, 'it[0].readonly: expected a boolean, got a string'],
    [{ propagation: 2 ** 31 }, 'it[0].propagation: expected an integer of 32 bits, got a number'],
    [
      { uidMappings: [{ host_id: -1 }] },
      'it[0].uidMappings[0].host_id: expected an unsigned integer of 32 bits, got a number',
    ],
    [{ image: [] }, 'it[0].image: expected an object, got a array'],
  ])('fail as a whole where a type is wrong: %j', (mount, why) =>
    expect(leftOf(attempt(mounts, [mount]))).toBe(why),
  )
})

describe('the namespaces of a pod', () => {
  it('are read field by field', () => {
    const options = {
      network: 2,
      pid: 1,
      ipc: 3,
      target_id: 'other',
      userns_options: { mode: 4, uids: MAPPED, gids: [] },
    }
    expect(namespacesOf(read(goNamespaces, options))).toEqual({
      network: 2,
      pid: 1,
      ipc: 3,
      targetId: 'other',
      users: { mode: 4, uids: MAPPINGS, gids: [] },
    })
    const groups = { userns_options: { gids: MAPPED } }
    expect(namespacesOf(read(goNamespaces, groups)).users).toEqual({ mode: 0, uids: [], gids: MAPPINGS })
  })
  it('are the pod’s own where nothing is said', () => {
    expect(namespacesOf(read(goNamespaces, {}))).toEqual({
      network: 0,
      pid: 0,
      ipc: 0,
      targetId: '',
      users: null,
    })
  })
})
