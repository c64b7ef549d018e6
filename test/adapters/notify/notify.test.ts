import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'
import { notifier } from '../../../adapters/notify/index.js'

const missing = [
  ['systemd-notify', '--version'],
  ['python3', '--version'],
].flatMap(([program = '', ...args]) => (spawnSync(program, args).error === undefined ? [] : [program]))
const { CRI_RECOVER_REQUIRE_LAB, PATH } = process.env
const skips = missing.length > 0 && CRI_RECOVER_REQUIRE_LAB !== '1'
const why = skips ? ` (left out: no ${missing.join(', no ')})` : ''

/** systemd's end of the socket: a line for each message, as JSON. Node itself cannot listen there. */
const LISTENER = `
import json, os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('"listening"', flush=True)
while True:
    data, fds, flags, sender = socket.recv_fds(s, 65536, 8)
    for fd in fds: os.close(fd)
    print(json.dumps(data.decode()), flush=True)
`

const undo: (() => void)[] = []
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step()
})

interface Systemd {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The next message, as its assignments; systemd-notify's own questions are left out. */
  readonly next: () => Promise<readonly string[]>
  readonly warnings: string[]
}

const systemd = async (more: Readonly<Record<string, string>> = {}): Promise<Systemd> => {
  const folder = mkdtempSync(join(tmpdir(), 'cri-recover-notify-'))
  undo.push(() => rmSync(folder, { recursive: true }))
  const socket = join(folder, 'socket')
  const child: ChildProcess = spawn('python3', ['-c', LISTENER, socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  undo.push(() => child.kill('SIGKILL'))
  if (child.stdout === null) throw new Error('no standard output')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const said = async (): Promise<string> => {
    const { value, done } = await lines.next()
    return done ? '' : String(JSON.parse(value))
  }
  expect(await said()).toBe('listening')
  return {
    env: { PATH, NOTIFY_SOCKET: socket, ...more },
    warnings: [],
    next: async () => {
      for (;;) {
        const message = await said()
        if (message !== 'BARRIER=1') return message.split('\n').filter((each) => each !== '')
      }
    },
  }
}

describe(`who tells systemd${why}`, () => {
  const test = it.skipIf(skips)
  test('says that all is up, what is done, and that it ends', async () => {
    const { env, next, warnings } = await systemd()
    const us = notifier(env, (message) => warnings.push(message))
    us.ready('97 containers')
    expect(await next()).toEqual(
      expect.arrayContaining(['READY=1', 'STATUS=97 containers', `MAINPID=${process.pid}`]),
    )
    us.status('containerd is gone')
    expect(await next()).toContain('STATUS=containerd is gone')
    await us.stopping()
    expect(await next()).toContain('STOPPING=1')
    expect(warnings).toEqual([])
  })
  test('keeps a status on its own line', async () => {
    const { env, next } = await systemd()
    notifier(env, () => undefined).status('one\nMAINPID=1\r\u001b[31m')
    const message = await next()
    expect(message).toContain('STATUS=one MAINPID=1 [31m')
    expect(message).toContain(`MAINPID=${process.pid}`)
  })
  it('sends in order however long each takes, and of many statuses the last', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cri-recover-notify-'))
    undo.push(() => rmSync(folder, { recursive: true }))
    const log = join(folder, 'log')
    // In place of systemd-notify: the first to be run is the last to have done.
    const slow = `#!/bin/sh\ncase "$*" in *--ready*) sleep 0.3 ;; esac\necho "$*" >> ${log}\n`
    writeFileSync(join(folder, 'systemd-notify'), slow, { mode: 0o755 })
    const us = notifier({ PATH: `${folder}:${PATH}`, NOTIFY_SOCKET: '/nowhere' }, () => undefined)
    us.ready('up')
    for (let at = 0; at < 100; at++) us.status(`${at} done`)
    await us.stopping()
    expect(readFileSync(log, 'utf8').replaceAll(`--pid=${process.pid} `, '')).toBe(
      '--ready --status=up\n--status=99 done\nSTOPPING=1 STATUS=draining logs\n',
    )
  })
  test('gives the watchdog signs of life once it is up, until it is closed', async () => {
    const { env, next } = await systemd({ WATCHDOG_USEC: '20000', WATCHDOG_PID: String(process.pid) })
    const us = notifier(env, () => undefined)
    undo.push(us.close)
    await us.status('not up')
    await us.ready('up')
    expect(await next()).toContain('STATUS=not up')
    expect(await next()).toContain('READY=1')
    expect(await next()).toContain('WATCHDOG=1')
    expect(await next()).toContain('WATCHDOG=1')
    us.close()
    await us.status('closed')
    while (!(await next()).includes('STATUS=closed'));
    await us.stopping()
    expect(await next()).toContain('STOPPING=1')
  })
  test.each([
    { WATCHDOG_USEC: '20000', WATCHDOG_PID: '1' },
    { WATCHDOG_USEC: '0' },
    { WATCHDOG_USEC: '-1' },
    { WATCHDOG_USEC: 'soon' },
  ])('gives no sign of life that is not asked of it: %j', async (more) => {
    const { env, next } = await systemd(more)
    const us = notifier(env, () => undefined)
    undo.push(us.close)
    await us.ready('up')
    expect(await next()).toContain('READY=1')
    await new Promise((resolve) => setTimeout(resolve, 50))
    await us.stopping()
    expect(await next()).toContain('STOPPING=1')
  })
  test('warns where nobody listens, and goes on', async () => {
    const warnings: string[] = []
    const us = notifier({ PATH, NOTIFY_SOCKET: '/nowhere/at/all' }, (message) => warnings.push(message))
    await us.ready('up')
    expect(warnings).toEqual([expect.stringContaining('systemd was not told --ready')])
  })
  it('warns where there is no such program, and goes on', async () => {
    const warnings: string[] = []
    await notifier({ PATH: '/nowhere', NOTIFY_SOCKET: '/nowhere/at/all' }, (message) =>
      warnings.push(message),
    ).stopping()
    expect(warnings).toEqual([expect.stringContaining('ENOENT')])
  })
  it.each([undefined, ''])('runs nothing where systemd does not ask: %j', async (socket) => {
    const warnings: string[] = []
    const us = notifier({ PATH: '/nowhere', NOTIFY_SOCKET: socket }, (message) => warnings.push(message))
    await us.ready('up')
    await us.status('fine')
    await us.stopping()
    us.close()
    expect(warnings).toEqual([])
  })
})
