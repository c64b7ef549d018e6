import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { type FakeContainerd, fakeContainerd } from './containerd.js'
import { run, trouble } from './run.js'

const folder = mkdtempSync(join(tmpdir(), 'cri-recover-sock-'))
afterAll(() => rmSync(folder, { recursive: true }))

let names = 0
const free = (): string => join(folder, `${++names}.sock`)

const open: (Server | FakeContainerd)[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

/** Something at the other end that is no containerd. */
const listen = async (talk: (socket: Socket) => void): Promise<string> => {
  const path = free()
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    talk(socket)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  open.push(server)
  return path
}

const containerd = async (...plugins: readonly string[]): Promise<string> => {
  const path = free()
  open.push(await fakeContainerd(path, plugins))
  return path
}

/** The socket of a process that died. */
const deadSocket = async (): Promise<string> => {
  const path = free()
  const child = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`,
  ])
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
  return path
}

describe('a node that cannot be reached', () => {
  it('for there is no socket', async () => {
    const path = free()
    expect(await run(['plan', '--address', path])).toEqual(
      trouble(
        `containerd at ${path}: there is no such socket; containerd is not running, or it listens elsewhere (--address)`,
        'systemctl status containerd',
      ),
    )
  })

  it('for nobody listens', async () => {
    const path = await deadSocket()
    expect(await run(['plan', '--address', path])).toEqual(
      trouble(
        `containerd at ${path}: connection refused; its socket is there and nobody listens, so containerd has stopped or is about to start`,
        'journalctl -u containerd -n 50',
      ),
    )
  })

  // root may do anything unless it is told not to.
  const drop = 'setpriv --bounding-set=-dac_override,-dac_read_search -- "$0" "$@"'
  const isRoot = process.getuid?.() === 0
  it.skipIf(isRoot && spawnSync('setpriv', ['--version']).error !== undefined)(
    'for it is not allowed',
    async () => {
      const path = await listen(() => undefined)
      chmodSync(path, 0)
      const ran = await run(['plan', '--address', path], {}, isRoot ? drop : undefined)
      expect(ran).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(
          /^cri-recover: .*: containerd at .*: not allowed \(connect EACCES .*\); this needs root\. Try: sudo cri-recover plan\n$/,
        ),
      })
    },
  )

  it('for it never answers', async () => {
    const path = await listen(() => undefined)
    const ran = await run(['plan', '--address', path, '--timeout', '300ms'])
    expect(ran).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^cri-recover: .*: containerd at .*\.sock: no answer within 300 ms; it hangs, or it needs longer\. Try: cri-recover plan --timeout 60s\n$/,
      ),
    })
  })

  it.each([
    ['speaks HTTP/1', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['hangs up', (socket: Socket) => socket.destroy()],
    ['talks nonsense', (socket: Socket) => socket.write(Buffer.alloc(4096, 7))],
  ])('for what listens there %s', async (_what, talk) => {
    const path = await listen(talk)
    const ran = await run(['plan', '--address', path, '--timeout', '2s'])
    expect(ran).toMatchObject({ code: 1, stdout: '' })
    expect(ran.stderr).toMatch(
      /^cri-recover: .*(?:is not containerd|does not answer as containerd does).*\. Try: .*\n$/,
    )
  })

  it('for it is some other gRPC service', async () => {
    const path = free()
    open.push(await fakeContainerd(path, null))
    const ran = await run(['plan', '--address', path])
    expect(ran).toMatchObject({ code: 1, stdout: '' })
    expect(ran.stderr).toMatch(
      /^cri-recover: .*does not answer as containerd does: .*\. Try: cri-recover plan --address \/run\/containerd\/containerd\.sock\n$/,
    )
  })
})

describe('a node', () => {
  const root = join(folder, 'root')
  mkdirSync(root)
  const node = (address: string, folders = root): readonly string[] => [
    '--address',
    address,
    '--root',
    folders,
    '--state',
    join(folder, 'state'),
  ]

  it('whose namespace is empty is told, with a hint that it may be the wrong one', async () => {
    const path = await containerd()
    const ran = await run(['plan', ...node(path), '--namespace', 'nowhere', '--detailed-exitcode'])
    expect(ran).toEqual({
      code: 0,
      stdout: expect.stringMatching(/Plan: 0 to keep, 0 to change, 0 to lose\.\n$/),
      stderr: `cri-recover: warning: namespace nowhere of containerd at ${path} holds no pods and no containers of the CRI; is --namespace right? Try: ctr --address ${path} namespaces list\n`,
    })
  })

  it.each([
    ['does not exist', join(folder, 'none'), 'there is no such file or folder'],
    ['is no folder', 'package.json', 'it is no folder'],
  ])('whose root %s is not planned', async (_what, folders, why) => {
    expect(await run(['plan', ...node(await containerd(), folders)])).toEqual(
      trouble(
        `${folders} (--root): ${why}; containerd’s CRI plugin makes it with the first pod and keeps its checkpoints there`,
        'containerd config dump | grep -m1 ^root',
      ),
    )
  })

  it('is found by the environment, as ctr finds it', async () => {
    const [, , ...folders] = node('')
    const ran = await run(['plan', ...folders, '-o', 'json'], { CONTAINERD_ADDRESS: await containerd() })
    expect(JSON.parse(ran.stdout)).toMatchObject({ source: { kind: 'containerd', containerd: '2.1.9' } })
  })

  it('on which a CRI plugin is live is not recovered', async () => {
    const ran = await run(['recover', ...node(await containerd('cri'))])
    expect(ran).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('its own CRI plugin is live'),
    })
  })

  it('on which none is live is recovered, and let go of', async () => {
    const ran = await run(['recover', ...node(await containerd())])
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('Recovered: 0 kept') })
  })
})
