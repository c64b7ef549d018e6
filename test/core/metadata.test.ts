import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import { type Json, parseJson } from '../../core/json.js'
import {
  CONTAINER_METADATA,
  CONTAINER_METADATA_TYPE,
  containerMetadataOf,
  resourcesProblem,
  SANDBOX_METADATA,
  SANDBOX_METADATA_TYPE,
  sandboxMetadataOf,
  storedMetadataOf,
} from '../../core/metadata.js'
import type { Extension } from '../../core/records.js'

const under = (name: string, typeUrl: string, value: string): ReadonlyMap<string, Extension> =>
  new Map([[name, { typeUrl, value }]])
const v1 = (metadata: unknown): string => JSON.stringify({ Version: 'v1', Metadata: metadata })
const namespaces = (namespace_options: object) => ({ linux: { security_context: { namespace_options } } })
const documentOf = (record: unknown): Json => rightOf(parseJson(JSON.stringify(record)))
const container = (value: string, type = CONTAINER_METADATA_TYPE) =>
  containerMetadataOf(under(CONTAINER_METADATA, type, value))
const sandbox = (metadata: unknown) =>
  sandboxMetadataOf(under(SANDBOX_METADATA, SANDBOX_METADATA_TYPE, v1(metadata)))

describe('a container’s metadata', () => {
  it('is what recovery needs of the record, the rest passed over', () => {
    const record = {
      ID: 'abc',
      Name: 'web_pod_default_uid_1',
      SandboxID: 'pod',
      Config: {
        metadata: { name: 'web', attempt: 1 },
        image: { image: 'app', user_specified_image: 'app:1' },
        envs: [{ key: 'A', value: 'b' }],
        mounts: [{ container_path: '/data', host_path: '/srv/data', readonly: true }, null],
        labels: { app: 'web' },
        annotations: { a: 'b' },
        tty: true,
        stdin: true,
        stdin_once: true,
        linux: { anything: [] },
      },
      ImageRef: 'sha256:1',
      LogPath: '/var/log/web.log',
      StopSignal: 'SIGQUIT',
      ProcessLabel: 'u:r:t:s0',
      New: 1,
    }
    expect(rightOf(container(v1(record)))).toEqual({
      id: 'abc',
      name: 'web_pod_default_uid_1',
      sandboxId: 'pod',
      imageRef: 'sha256:1',
      logPath: '/var/log/web.log',
      stopSignal: 'SIGQUIT',
      processLabel: 'u:r:t:s0',
      config: {
        name: 'web',
        attempt: 1,
        image: 'app',
        imageAsked: {
          image: 'app',
          annotations: new Map(),
          userSpecifiedImage: 'app:1',
          runtimeHandler: '',
          imageRef: '',
        },
        mounts: [
          {
            containerPath: '/data',
            hostPath: '/srv/data',
            readonly: true,
            selinuxRelabel: false,
            propagation: 0,
            uidMappings: [],
            gidMappings: [],
            recursiveReadOnly: false,
            image: null,
            imageSubPath: '',
          },
        ],
        tty: true,
        stdin: true,
        stdinOnce: true,
        sharesProcesses: true,
        labels: new Map([['app', 'web']]),
        annotations: new Map([['a', 'b']]),
      },
      document: documentOf(record),
    })
  })
  it('may lack everything', () => {
    expect(rightOf(container(v1({})))).toMatchObject({ id: '', name: '', config: null })
    expect(rightOf(container(v1({ Config: {} }))).config).toMatchObject({
      name: '',
      attempt: 0,
      image: '',
      imageAsked: null,
      mounts: [],
    })
  })
  it.each([
    [{}, true],
    [namespaces({}), true],
    [{ linux: { security_context: null } }, true],
    [{ linux: { security_context: { namespace_options: null } } }, true],
    [namespaces({ pid: 0 }), true],
    [namespaces({ pid: 1 }), false],
    [namespaces({ pid: 2 }), false],
  ])('tells whether it shares the processes of its pod (%#)', (Config, expected) =>
    expect(rightOf(container(v1({ Config }))).config?.sharesProcesses).toBe(expected),
  )
  it.each([
    ['not-json', '', CONTAINER_METADATA_TYPE],
    ['not-json', '\ufffd\ufffd', CONTAINER_METADATA_TYPE],
    ['shape', '[]', CONTAINER_METADATA_TYPE],
    ['shape', v1({ ID: 1 }), CONTAINER_METADATA_TYPE],
    ['shape', v1({ Config: { envs: [{ key: 1 }] } }), CONTAINER_METADATA_TYPE],
    ['shape', v1({ Config: { metadata: { attempt: -1 } } }), CONTAINER_METADATA_TYPE],
    ['version', '{"Version":"v2","Metadata":{}}', CONTAINER_METADATA_TYPE],
    ['version', '{}', CONTAINER_METADATA_TYPE],
    ['type', v1({}), SANDBOX_METADATA_TYPE],
    ['type', v1({}), ''],
  ] as const)('that cannot be read says why: %s (%#)', (why, value, type) =>
    expect(leftOf(container(value, type)).why).toBe(why),
  )
  it.each([
    ['of type "other", not github.com/containerd/cri/pkg/store/container/Metadata', v1({}), 'other'],
    ['expected a value at character 0', '', CONTAINER_METADATA_TYPE],
    ['metadata: expected an object, got a array', '[]', CONTAINER_METADATA_TYPE],
    ['metadata.Metadata.ID: expected a string, got a number', v1({ ID: 1 }), CONTAINER_METADATA_TYPE],
    ['version "v2", only v1 is known', '{"Version":"v2"}', CONTAINER_METADATA_TYPE],
  ])('that cannot be read says where and what: %s', (detail, value, type) =>
    expect(leftOf(container(value, type)).detail).toBe(detail),
  )
  it('that is missing says so, whatever else is there', () => {
    expect(leftOf(containerMetadataOf(new Map()))).toEqual({
      why: 'missing',
      detail: 'no extension io.cri-containerd.container.metadata',
    })
    expect(leftOf(containerMetadataOf(under(SANDBOX_METADATA, SANDBOX_METADATA_TYPE, v1({})))).why).toBe(
      'missing',
    )
  })
})

describe('a sandbox’s metadata', () => {
  it('is what recovery needs of the record', () => {
    const record = {
      ID: 'pod',
      Name: 'web_default_uid_2',
      Config: {
        metadata: { name: 'web', uid: 'uid', namespace: 'default', attempt: 2 },
        hostname: 'web',
        log_directory: '/var/log/pods/web',
        labels: { a: 'b' },
        annotations: { c: 'd' },
        linux: {
          cgroup_parent: '/kubepods/web',
          security_context: { namespace_options: { network: 0, pid: 1, ipc: 2, target_id: 't' } },
          sysctls: { 'net.core.somaxconn': '1' },
        },
      },
      NetNSPath: '/run/netns/a',
      IP: '10.0.0.1',
      AdditionalIPs: ['fd00::1'],
      RuntimeHandler: 'kata',
      CNIResult: { anything: 1 },
      ProcessLabel: 'l',
    }
    expect(rightOf(sandbox(record))).toEqual({
      id: 'pod',
      name: 'web_default_uid_2',
      netnsPath: '/run/netns/a',
      ip: '10.0.0.1',
      additionalIps: ['fd00::1'],
      runtimeHandler: 'kata',
      processLabel: 'l',
      hostNetwork: false,
      hostProcesses: false,
      namespaces: { network: 0, pid: 1, ipc: 2, targetId: 't', users: null },
      podName: 'web',
      podNamespace: 'default',
      podUid: 'uid',
      podAttempt: 2,
      logDirectory: '/var/log/pods/web',
      cgroupParent: '/kubepods/web',
      labels: new Map([['a', 'b']]),
      annotations: new Map([['c', 'd']]),
      document: documentOf(record),
    })
  })
  it.each([
    [0, false],
    [1, false],
    [2, true],
    [3, false],
  ])('is on the host’s network where its mode is NODE: %i', (network, expected) => {
    expect(rightOf(sandbox({ Config: namespaces({ network }) })).hostNetwork).toBe(expected)
    expect(rightOf(sandbox({ Config: namespaces({ pid: network }) })).hostProcesses).toBe(expected)
  })
  it('may lack everything', () => {
    const nothing = {
      id: '',
      name: '',
      netnsPath: '',
      ip: '',
      additionalIps: [],
      runtimeHandler: '',
      processLabel: '',
      hostNetwork: false,
      hostProcesses: false,
      namespaces: null,
      podName: '',
      podNamespace: '',
      podUid: '',
      podAttempt: 0,
      logDirectory: '',
      cgroupParent: '',
      labels: new Map(),
      annotations: new Map(),
    }
    for (const record of [
      {},
      { Config: null },
      { Config: { metadata: null, linux: null } },
      { Config: { linux: { security_context: null } } },
      { Config: { linux: { security_context: { namespace_options: null } } } },
    ])
      expect(rightOf(sandbox(record))).toEqual({ ...nothing, document: documentOf(record) })
  })
  it('has the name and the type that the CRI plugin gives it', () => {
    expect(SANDBOX_METADATA).toBe('io.cri-containerd.sandbox.metadata')
    expect(SANDBOX_METADATA_TYPE).toBe('github.com/containerd/cri/pkg/store/sandbox/Metadata')
  })
  it('has another name in the sandbox store', () => {
    const stored = under('metadata', SANDBOX_METADATA_TYPE, v1({ ID: 'pod' }))
    expect(rightOf(storedMetadataOf(stored)).id).toBe('pod')
    expect(leftOf(sandboxMetadataOf(stored)).why).toBe('missing')
  })
})

describe('updated resources', () => {
  const problem = (value: string) => resourcesProblem(under('updated-resources', 'any type', value))?.why
  it('may be missing', () => expect(resourcesProblem(new Map())).toBeNull())
  it.each(['null', '{}', '{"Resources":{"cpu_period":1},"Overhead":null}'])('are read: %s', (value) =>
    expect(problem(value)).toBeUndefined(),
  )
  it('are a problem where they are there and cannot be read', () => {
    expect(problem('{"Overhead":{"cpu_quota":1.5}}')).toBe('shape')
    expect(problem('{')).toBe('not-json')
  })
})
