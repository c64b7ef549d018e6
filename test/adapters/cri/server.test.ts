import { existsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import { leftOf, rightOf } from '../../../adapters/fast-check/either.js'
import { client, idle, named, setup, socketPath } from './client.js'
import { container, holding } from './served.js'

describe('the socket', () => {
  it('stands on the disk, for its owner and group only', async () => {
    const { path } = await setup()
    const { mode } = statSync(path)
    expect(statSync(path).isSocket()).toBe(true)
    expect((mode & 0o777).toString(8)).toBe('660')
  })
  it('leaves the process’s umask as it was', async () => {
    const before = process.umask(0o022)
    await setup()
    expect(process.umask(before)).toBe(0o022)
  })
  it.each(['cri.sock', './cri.sock', '', '\0cri.sock', '/tmp/cri\0.sock'])(
    'is refused at %j',
    async (path) => {
      expect(leftOf(await idle().listen(path)())).toEqual({
        tag: 'Denied',
        asked: 'listen for the CRI',
        of: path,
        said: 'not an absolute path',
        mayHaveHappened: false,
        unreached: null,
      })
    },
  )
  it('is refused at a path that the kernel would cut short, and at none that it takes', async () => {
    const folder = dirname(socketPath())
    const room = 107 - Buffer.byteLength(`${folder}/`)
    const server = idle()
    for (const name of ['a'.repeat(room + 1), 'ü'.repeat(Math.floor(room / 2) + 1)])
      expect(leftOf(await server.listen(join(folder, name))())).toMatchObject({
        tag: 'Denied',
        said: 'longer than 107 bytes',
      })
    const path = join(folder, 'a'.repeat(room))
    rightOf(await server.listen(path)())
    expect(await client(path).ask(Cri.version, { version: '' })).toMatchObject({ runtimeVersion: '0.1.0' })
  })
  it('is refused where another answers, who goes on', async () => {
    const { path, ask } = await setup()
    const other = idle()
    expect(leftOf(await other.listen(path)())).toMatchObject({
      tag: 'AlreadyExists',
      of: path,
      said: expect.stringContaining('EADDRINUSE'),
      mayHaveHappened: false,
    })
    await other.close(0)
    expect(await ask(Cri.version, { version: '' })).toMatchObject({ runtimeApiVersion: 'v1' })
  })
  it('may be tried for again elsewhere', async () => {
    const { path } = await setup()
    const other = idle()
    leftOf(await other.listen(path)())
    const elsewhere = socketPath()
    rightOf(await other.listen(elsewhere)())
    expect(await client(elsewhere).ask(Cri.listContainers, {})).toEqual({ containers: [] })
  })
  it('is refused where a file stands in the place of the folder', async () => {
    const file = socketPath()
    writeFileSync(file, '')
    expect(leftOf(await idle().listen(`${file}/cri.sock`)())).toMatchObject({ tag: 'NotFound' })
  })
})

describe('a message', () => {
  const MIB = 1024 * 1024
  it('may be as large as the CRI’s clients make it', async () => {
    const { ask, refused } = await setup()
    expect(await ask(Cri.version, { version: 'a'.repeat(15 * MIB) })).toMatchObject({ version: '0.1.0' })
    expect(await refused(Cri.version, { version: 'a'.repeat(17 * MIB) })).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    })
  })
  it('is at most as large as the CRI’s clients take it', async () => {
    const { ask, refused, node } = await setup()
    node.containers(container('a', 's', { labels: { long: 'a'.repeat(15 * MIB) } }))
    expect((await ask(Cri.listContainers, {})).containers).toHaveLength(1)
    node.containers(container('a', 's', { labels: { long: 'a'.repeat(17 * MIB) } }))
    expect(await refused(Cri.listContainers, {})).toMatchObject({ code: status.RESOURCE_EXHAUSTED })
  })
})

describe('reflection', () => {
  const LIST = Buffer.from([0x3a, 0])
  const symbol = (name: string): Buffer =>
    Buffer.concat([Buffer.from([0x22, name.length]), Buffer.from(name)])
  const reflected = async (version: string, question: Buffer): Promise<string> => {
    const { stream } = await setup()
    const call = stream(named(`/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`), question)
    const answers: Buffer[] = []
    for await (const answer of call) answers.push(answer)
    return Buffer.concat(answers).toString('latin1')
  }
  it.each(['v1', 'v1alpha'])('lists the services, as %s', async (version) => {
    const listed = await reflected(version, LIST)
    expect(listed).toContain('runtime.v1.RuntimeService')
    expect(listed).toContain('runtime.v1.ImageService')
  })
  it('describes a service', async () => {
    const described = await reflected('v1', symbol('runtime.v1.RuntimeService'))
    expect(described).toContain('ListPodSandbox')
    expect(described).toContain('GetContainerEvents')
  })
})

describe('closing the server', () => {
  const underWay = async () => {
    const held = holding()
    const all = await setup({}, held.twist)
    all.node.containers(container('a', 's'))
    const { code } = all.begin(Cri.containerStatus, { containerId: 'a', verbose: false })
    await held.asked
    return { ...all, code, release: held.release }
  }
  it('lets what is under way come to its end, and takes no more', async () => {
    const { server, path, code, release } = await underWay()
    const closed = server.close(20_000)
    expect(await client(path).refused(Cri.version, { version: '' })).toMatchObject({
      code: status.UNAVAILABLE,
    })
    release()
    expect(await code).toBe(status.OK)
    await closed
  })
  it('cuts off what does not come to its end', async () => {
    const { server, path, code, release } = await underWay()
    await server.close(1)
    release()
    expect(await code).not.toBe(status.OK)
    expect(existsSync(path)).toBe(false)
  })
  it('takes the socket away', async () => {
    const { server, path } = await setup()
    await server.close(20_000)
    expect(existsSync(path)).toBe(false)
  })
  it('may be done twice, also at once, and where it never listened', async () => {
    const { server } = await setup()
    await Promise.all([server.close(20_000), server.close(20_000)])
    await server.close(20_000)
    await idle().close(20_000)
  })
})
