import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Ajv from 'ajv'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import schema from '../../adapters/cli/schemas/report.schema.json' with { type: 'json' }
import { fileOf } from '../../adapters/fast-check/seen.js'
import { PLANS } from '../../core/plans.js'
import { PROBLEMS } from '../../core/report.js'
import { RESCUE_PLANS } from '../../core/rescue.js'
import { SANDBOX_PLANS } from '../../core/sandbox.js'
import { answering, stateOf } from '../adapters/ttrpc/server.js'
import { fakeContainerd } from './containerd.js'
import { run, trouble } from './run.js'

const folder = mkdtempSync(join(tmpdir(), 'crr-'))
afterAll(() => rmSync(folder, { recursive: true }))

const open: { readonly close: () => void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

const running = fileOf('RUNNING')
const STATUS = running.kind === 'text' ? running.text : ''

let nodes = 0

/** A node whose containerd is down, with a bundle and a checkpoint of `web`. */
const node = (bootstrap: object | string) => {
  const at = join(folder, String(++nodes))
  const root = join(at, 'root')
  const bundle = join(at, 'state/io.containerd.runtime.v2.task/k8s.io/web')
  for (const made of [bundle, join(root, 'containers/web'), join(root, 'sandboxes')])
    mkdirSync(made, { recursive: true })
  writeFileSync(
    join(bundle, 'bootstrap.json'),
    typeof bootstrap === 'string'
      ? bootstrap
      : JSON.stringify({ version: 3, protocol: 'ttrpc', ...bootstrap }),
  )
  const status = join(root, 'containers/web/status')
  writeFileSync(status, STATUS)
  const address = join(at, 'containerd.sock')
  const args = ['--address', address, '--root', root, '--state', join(at, 'state/cri')]
  return {
    root,
    address,
    status: () => readFileSync(status, 'utf8'),
    rescue: (...more: readonly string[]) => run(['rescue', ...args, ...more]),
  }
}

const STOPPED = {
  id: 'web',
  status: 3,
  exitStatus: 7,
  exitedAt: { seconds: 1_700_000_000n, nanos: 0 },
} as const
const stoppedShim = () => answering(() => stateOf({ ...STOPPED }))

const GARBAGE = 'garbage'

describe('a command line that is wrong', () => {
  it.each([
    [['--budget', 'soon'], /'--budget <duration>' argument 'soon' is invalid/],
    [['--timeout', '0'], /'--timeout <duration>' argument '0' is invalid/],
    [['--world', 'file'], /unknown option '--world'/],
    [['--profile', 'safe'], /unknown option '--profile'/],
    [['--output', 'xml'], /'xml' is invalid/],
    [['more'], /too many arguments/],
  ])('%j is refused, with --best-effort too', async (args, said) => {
    for (const more of [[], ['--best-effort']]) {
      const ran = await run(['rescue', ...args, ...more])
      expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(said) })
      expect(ran.stderr).toMatch(/Try: cri-recover rescue --help\n$/)
    }
  })
})

describe('a rescue', () => {
  it('writes down what the shim says, and tells it', async () => {
    const { rescue, status } = node({ address: `unix://${await stoppedShim()}` })
    const ran = await rescue('--output', 'json', '--detailed-exitcode')
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(ran.stdout)).toMatchObject({
      command: 'rescue',
      containers: [{ id: 'web', rule: 'rescued', state: 'CONTAINER_EXITED', exitCode: 7 }],
      summary: { problems: { rescued: 1 } },
    })
    expect(status()).toContain('"ExitCode":7')
  })
  it('that is dry changes nothing, and leaves no file behind', async () => {
    const { rescue, root, status } = node({ address: `unix://${await stoppedShim()}` })
    const before = readdirSync(root).sort()
    const ran = await rescue('--dry-run')
    expect(ran).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('web') })
    expect(status()).toBe(STATUS)
    expect(readdirSync(root).sort()).toEqual(before)
  })
  it('costs one deadline where the shim hangs', async () => {
    const path = join(folder, 'hangs')
    const server = createServer((socket) => socket.on('error', () => undefined).unref())
    await new Promise<void>((resolve) => server.listen(path, resolve))
    open.push(server)
    const { rescue, status } = node({ address: `unix://${path}` })
    const ran = await rescue('--timeout', '200ms', '--detailed-exitcode')
    expect(ran).toMatchObject({ code: 2, stderr: '', stdout: expect.stringContaining('told nothing') })
    expect(status()).toBe(STATUS)
  })
  it.each([
    [[], 0],
    [['--detailed-exitcode'], 2],
    [['--best-effort'], 0],
    [['--best-effort', '--detailed-exitcode'], 0],
  ])('that could not learn something ends, with %j, with %i', async (args, code) => {
    const { rescue } = node(GARBAGE)
    const ran = await rescue(...args)
    expect(ran).toMatchObject({ code, stderr: '', stdout: expect.stringContaining('bootstrap.json') })
  })
  it('of nothing is done', async () => {
    const { rescue, root } = node(GARBAGE)
    rmSync(join(root, '../state'), { recursive: true })
    expect(await rescue('--detailed-exitcode')).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('a rescue beside a containerd that is up', () => {
  it('is refused', async () => {
    const { rescue, address, status } = node({ address: `unix://${await stoppedShim()}` })
    open.push(await fakeContainerd(address, []))
    const said = 'containerd: it is up and keeps its tasks itself; use recover, or stop it first'
    expect(await rescue()).toEqual(trouble(said, 'cri-recover plan'))
    expect(status()).toBe(STATUS)
  })
  it('ends with 0 and a warning where its best effort will do', async () => {
    const { rescue, address, status } = node({ address: `unix://${await stoppedShim()}` })
    open.push(await fakeContainerd(address, []))
    const ran = await rescue('--best-effort', '--detailed-exitcode')
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringMatching(/^cri-recover: warning: .*it is up/) })
    expect(status()).toBe(STATUS)
  })
})

describe('the schema of reports', () => {
  const fits = new Ajv.Ajv({ strict: true, allowUnionTypes: true }).compile(schema)
  it.each([GARBAGE, { address: 'unix:///nowhere/s' }])('is fitted by a rescue (%j)', async (bootstrap) => {
    const { rescue } = node(bootstrap)
    const { stdout } = await rescue('--output', 'json')
    expect(fits(JSON.parse(stdout)), JSON.stringify(fits.errors)).toBe(true)
  })
  it('lists every rule and every code of a problem', () => {
    const { rule, problem } = schema.definitions
    const rules = [PLANS, SANDBOX_PLANS, RESCUE_PLANS].flatMap((plans) => Object.keys(plans))
    const [known, ...rest] = rule.anyOf
    expect(new Set(known?.enum)).toEqual(new Set([...new Set(rules), null]))
    expect(rest).toEqual([{ type: 'string' }])
    expect(new Set(problem.properties.code.anyOf[0]?.enum)).toEqual(new Set(Object.keys(PROBLEMS)))
  })
})
