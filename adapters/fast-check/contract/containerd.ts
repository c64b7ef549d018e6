import { describe, expect, it } from 'vitest'
import type { Ports } from '../../../ports/ports.js'
import { against, answerOf, calm, expectFailure, givenUp, tagOf } from './files.js'

/**
 * A containerd with one pod: container `running` runs until it is killed, `created` was created with a process and
 * not started, `stopped` ended with `exitStatus` and was not deleted, and nothing is called `absent`.
 */
export interface ContainerdFixture {
  readonly ports: Pick<Ports, 'containers' | 'tasks' | 'sandboxes' | 'images' | 'introspection'>
  readonly version: string
  readonly pod: string
  readonly running: string
  readonly created: string
  readonly stopped: string
  readonly absent: string
  readonly exitStatus: number
  /** An image whose blob is there as `content`, with its layers unpacked. */
  readonly image: {
    readonly name: string
    readonly digest: string
    readonly content: string
    readonly snapshotter: string
    readonly diffIds: readonly string[]
  }
  /** Makes the process of `running` end by itself with this status. */
  readonly end: (exitStatus: number) => Promise<void>
  /** Breaks the connection under every wait: containerd is killed, or the wire cut. */
  readonly sever: () => Promise<void>
  readonly cleanup: () => Promise<void>
}

const NO_DIGEST = `sha256:${'0'.repeat(64)}`

/** What every implementation of the ports that containerd answers must satisfy. */
export const describeContainerd = (name: string, make: () => Promise<ContainerdFixture>): void => {
  const it_ = (sentence: string, body: (f: ContainerdFixture) => Promise<void>): void =>
    it(sentence, against(make, body))

  describe(`${name}: container records`, () => {
    it_('tells containers and sandboxes apart, and leaves none out', async ({ ports, ...ids }) => {
      const idsOf = async (kind: 'container' | 'sandbox') =>
        answerOf(await ports.containers.list(kind, calm)()).map(({ id }) => id)
      expect((await idsOf('container')).sort()).toEqual([ids.running, ids.created, ids.stopped].sort())
      expect(await idsOf('sandbox')).toEqual([ids.pod])
    })
    it_('tells labels, time and metadata', async ({ ports, running }) => {
      const records = answerOf(await ports.containers.list('container', calm)())
      const record = records.find(({ id }) => id === running)
      expect(record?.labels.get('io.cri-containerd.kind')).toBe('container')
      expect(record?.createdAt).toBeGreaterThan(1_577_836_800_000_000_000n)
      const metadata = record?.extensions.get('io.cri-containerd.container.metadata')
      expect(metadata?.typeUrl).toBe('github.com/containerd/cri/pkg/store/container/Metadata')
      expect(metadata?.value).toMatch(/^\{.*"Metadata".*\}$/s)
    })
  })

  describe(`${name}: a container’s details`, () => {
    it_('are its spec and how it is run, of a sandbox too', async ({ ports, running, pod }) => {
      for (const id of [running, pod]) {
        const detail = answerOf(await ports.containers.detail(id, calm)())
        expect(JSON.parse(detail.spec)).toMatchObject({ process: { cwd: '/' }, linux: {} })
        expect(detail).toMatchObject({ runtime: 'io.containerd.runc.v2', snapshotter: 'overlayfs' })
        expect(detail.snapshotKey).toBe(id)
        expect(detail.image).not.toBe('')
        expect(detail.options?.typeUrl).toMatch(/^containerd\.runc\.v1\.Options$/)
        expect(Buffer.from(detail.options?.value ?? []).toString()).toContain('/runc')
      }
    })
    it_('are those of nobody where there is no such record', async ({ ports, absent }) => {
      expectFailure(await ports.containers.detail(absent, calm)(), 'NotFound')
    })
  })

  describe(`${name}: tasks`, () => {
    it_('lists what get tells', async ({ ports, running, created, stopped }) => {
      const listed = answerOf(await ports.tasks.list(calm)())
      for (const id of [running, created, stopped]) {
        const task = answerOf(await ports.tasks.get(id, calm)())
        expect(listed.find((other) => other.id === id)).toEqual(task)
      }
    })
    it_(
      'tells a running, a created and a stopped task',
      async ({ ports, running, created, stopped, ...f }) => {
        const seen = async (id: string) => answerOf(await ports.tasks.get(id, calm)())
        expect(await seen(running)).toMatchObject({ id: running, status: 'running' })
        expect((await seen(running)).pid).toBeGreaterThan(0)
        expect(await seen(created)).toMatchObject({ id: created, status: 'created' })
        expect(await seen(stopped)).toMatchObject({
          id: stopped,
          status: 'stopped',
          exitStatus: f.exitStatus,
        })
        expect((await seen(stopped)).exitedAt).toBeGreaterThan(1_577_836_800_000_000_000n)
      },
    )
    it_('says that an absent task is not found, whatever is asked', async ({ ports: { tasks }, absent }) => {
      expectFailure(await tasks.get(absent, calm)(), 'NotFound')
      expectFailure(await tasks.watch(absent, calm)(), 'NotFound')
      expectFailure(await tasks.kill(absent, calm)(), 'NotFound')
      expectFailure(await tasks.delete(absent, calm)(), 'NotFound')
    })
    it_(
      'deletes a stopped task once, and tells its exit',
      async ({ ports: { tasks }, stopped, exitStatus }) => {
        const { exitedAt } = answerOf(await tasks.get(stopped, calm)())
        expect(answerOf(await tasks.delete(stopped, calm)())).toEqual({ exitStatus, exitedAt })
        expectFailure(await tasks.delete(stopped, calm)(), 'NotFound')
        expectFailure(await tasks.get(stopped, calm)(), 'NotFound')
      },
    )
    it_('does not delete a running task', async ({ ports: { tasks }, running }) => {
      expectFailure(await tasks.delete(running, calm)(), 'Denied')
      expect(answerOf(await tasks.get(running, calm)()).status).toBe('running')
    })
    it_('takes a stopped task for killed', async ({ ports: { tasks }, stopped, exitStatus }) => {
      answerOf(await tasks.kill(stopped, calm)())
      expect(answerOf(await tasks.get(stopped, calm)())).toMatchObject({ status: 'stopped', exitStatus })
    })
    it_(
      'kills, which ends the wait, after which it deletes',
      async ({ ports: { tasks }, running, created }) => {
        for (const id of [running, created]) {
          const watch = answerOf(await tasks.watch(id, calm)())
          answerOf(await tasks.kill(id, calm)())
          const exit = answerOf(await watch.exited)
          expect(exit.exitStatus).toBe(137)
          expect(answerOf(await tasks.delete(id, calm)())).toEqual(exit)
        }
      },
    )
    it_('waits for a task that ends by itself', async ({ ports: { tasks }, running, end }) => {
      const watch = answerOf(await tasks.watch(running, calm)())
      await end(5)
      expect(answerOf(await watch.exited).exitStatus).toBe(5)
    })
    it_('tells the exit of a task that has stopped before the wait', async ({ ports: { tasks }, ...f }) => {
      const watch = answerOf(await tasks.watch(f.stopped, calm)())
      expect(answerOf(await watch.exited).exitStatus).toBe(f.exitStatus)
    })
    it_('leaves the task alone when a wait is closed', async ({ ports: { tasks }, running }) => {
      const watch = answerOf(await tasks.watch(running, calm)())
      watch.close()
      watch.close()
      expect(answerOf(await tasks.get(running, calm)()).status).toBe('running')
    })
    it_('takes a broken connection for no exit', async ({ ports: { tasks }, running, sever }) => {
      const watch = answerOf(await tasks.watch(running, calm)())
      await sever()
      expectFailure(await watch.exited, 'Unavailable')
    })
    it_('does nothing once it is given up', async ({ ports: { tasks }, running }) => {
      expect(tagOf(await tasks.kill(running, givenUp)())).toBe('TimedOut')
      expect(answerOf(await tasks.get(running, calm)()).status).toBe('running')
    })
  })

  describe(`${name}: sandboxes`, () => {
    it_('lists the store, or says that there is none', async ({ ports, version, pod }) => {
      const stored = answerOf(await ports.sandboxes.list(calm)())
      if (version.startsWith('1.6.')) expect(stored).toBeNull()
      else expect(stored?.map(({ id }) => id) ?? []).toContain(pod)
    })
    it_('does not find an absent sandbox', async ({ ports, version, absent }) => {
      if (version.startsWith('1.6.')) return
      expectFailure(await ports.sandboxes.forget(absent, calm)(), 'NotFound')
      expectFailure(await ports.sandboxes.watch(absent, 'podsandbox', calm)(), 'NotFound')
    })
    it_('refuses to wait where there are no controllers', async ({ ports, version, pod }) => {
      if (!version.startsWith('1.6.')) return
      expectFailure(await ports.sandboxes.watch(pod, 'podsandbox', calm)(), 'Denied')
    })
  })

  describe(`${name}: images and introspection`, () => {
    it_('lists images', async ({ ports, image }) => {
      const images = answerOf(await ports.images.list(calm)())
      expect(images.find(({ name: n }) => n === image.name)?.digest).toBe(image.digest)
    })
    it_('tells the size of content, and reads it within a limit', async ({ ports: { images }, image }) => {
      const size = answerOf(await images.contentSize(image.content, calm)())
      const text = answerOf(await images.readContent(image.content, Number(size), calm)())
      expect(BigInt(Buffer.byteLength(text))).toBe(size)
      expectFailure(await images.readContent(image.content, Number(size) - 1, calm)(), 'Exhausted')
    })
    it_('does not find content that is not there', async ({ ports: { images } }) => {
      expectFailure(await images.contentSize(NO_DIGEST, calm)(), 'NotFound')
      expectFailure(await images.readContent(NO_DIGEST, 1000, calm)(), 'NotFound')
    })
    it_('knows what is unpacked', async ({ ports: { images }, image: { snapshotter, diffIds } }) => {
      expect(answerOf(await images.unpacked(snapshotter, diffIds, calm)())).toBe(true)
      expect(answerOf(await images.unpacked(snapshotter, [...diffIds, NO_DIGEST], calm)())).toBe(false)
    })
    it_('tells its version and its plugins', async ({ ports: { introspection }, version }) => {
      expect(answerOf(await introspection.version(calm)())).toMatch(
        new RegExp(`^v?${version.replaceAll('.', '\\.')}`),
      )
      const plugins = answerOf(await introspection.plugins(calm)())
      expect(plugins.length).toBeGreaterThan(0)
    })
  })
}
