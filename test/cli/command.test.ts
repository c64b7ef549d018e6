import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Ran, run, trouble } from './run.js'

const WORLD = 'examples/worlds/power-loss.json'
const folder = mkdtempSync(join(tmpdir(), 'cri-recover-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

const NOW = '1795410847318204517'

/** A world file of its own, with what is named in it. */
const world = (name: string, document: object): string => {
  const path = join(folder, `${name}.json`)
  writeFileSync(path, JSON.stringify({ version: 1, now: NOW, ...document }))
  return path
}

const empty = world('empty', {})
const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const last = ({ stdout }: Ran): string | undefined => stdout.trimEnd().split('\n').at(-1)

describe('exit codes', () => {
  it.each([
    ['0 when all is well', ['plan', '--world', empty, '--detailed-exitcode'], 0],
    ['0 when something is not, for nobody asked', ['plan', '--world', WORLD], 0],
    ['2 when something needs attention', ['plan', '--world', WORLD, '--detailed-exitcode'], 2],
    ['2 for a recovery, too', ['recover', '--world', WORLD, '--detailed-exitcode'], 2],
    [
      '2 for a plan that tells a fatal end',
      ['plan', '--world', WORLD, '--profile', 'reference', '--detailed-exitcode'],
      2,
    ],
    [
      '1 for a recovery that a fatal end keeps from being done',
      ['recover', '--world', WORLD, '--profile', 'reference'],
      1,
    ],
    ['0 for help', ['plan', '--help'], 0],
    ['0 for the version', ['--version'], 0],
    ['1 for no command', [], 1],
  ])('are %s', async (_what, args, code) => {
    expect((await run(args)).code).toBe(code)
  })
})

describe('output', () => {
  it('as a table ends with the sum, and says nothing on standard error', async () => {
    const ran = await run(['plan', '--world', WORLD])
    expect(ran.stderr).toBe('')
    expect(last(ran)).toMatch(
      /^Plan: \d+ to keep, \d+ to change, 4 to remove, \d+ to lose, \d+ to look at\.$/,
    )
  })

  it('of a recovery speaks of the past', async () => {
    expect(last(await run(['recover', '--world', WORLD]))).toMatch(/^Recovered: \d+ kept, \d+ changed/)
  })

  it('as JSON is one object', async () => {
    const { stdout, stderr } = await run(['plan', '--world', WORLD, '-o', 'json'])
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, command: 'plan', profile: 'safe', fatal: null })
    expect(stderr).toBe('')
  })

  it('as NDJSON begins with the version and ends with the summary', async () => {
    const { stdout } = await run(['plan', '--world', WORLD, '--output', 'ndjson'])
    const rows: readonly { readonly kind: string }[] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows[0]).toMatchObject({ kind: 'report', version: 1, command: 'plan' })
    expect(rows.at(-1)).toMatchObject({ kind: 'summary', orphans: { remove: 4 } })
    expect([...new Set(rows.map(({ kind }) => kind))]).toEqual([
      'report',
      'sandbox',
      'container',
      'image',
      'orphan',
      'summary',
    ])
  })

  it('does not change the world file that it recovers', async () => {
    const before = readFileSync(WORLD, 'utf8')
    await run(['recover', '--world', WORLD])
    expect(readFileSync(WORLD, 'utf8')).toBe(before)
  })

  it('has no colours where nobody sees them', async () => {
    expect((await run(['plan', '--world', WORLD])).stdout).not.toContain('\u001b')
  })

  it('may be left unread: the exit code stays', async () => {
    const ran = await run(
      ['plan', '--world', WORLD, '-o', 'json', '--detailed-exitcode'],
      {},
      '"$0" "$@" | :; echo "$PIPESTATUS"',
    )
    expect(ran).toEqual({ code: 0, stderr: '', stdout: '2\n' })
  })

  it('that finds no room is no success', async () => {
    const ran = await run(['plan', '--world', WORLD], {}, '"$0" "$@" > /dev/full')
    expect(ran.code).toBe(1)
    expect(ran.stderr).toBe(
      'cri-recover: standard output was not taken: ENOSPC: no space left on device, write. Try: df -h\n',
    )
  })
})

describe('explain', () => {
  it('finds a container by the beginning of its id', async () => {
    const ran = await run(['explain', 'c34642', '--world', WORLD])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toContain('safe: rule running-believed')
  })

  it('explains a cell without any node', async () => {
    const ran = await run(['explain', '--cell', 'RUNNING/UNREADABLE', '-o', 'json'])
    expect(JSON.parse(ran.stdout)).toMatchObject({ cell: 'RUNNING/UNREADABLE', row: null, differs: true })
  })

  it.each([
    [['zz'], 'no container and no sandbox has an id that begins with "zz"', `plan --all --world ${WORLD}`],
    [
      ['c'],
      '2 ids begin with "c": c34642ae1db6c9c0, c4484199933cca3d',
      `explain c34642ae1db6c9c0 --world ${WORLD}`,
    ],
    [
      ['\u001b[2J'],
      'no container and no sandbox has an id that begins with "\\u001b[2J"',
      `plan --all --world ${WORLD}`,
    ],
  ])('of %j says what fits', async (args, message, next) => {
    expect(await run(['explain', ...args, '--world', WORLD])).toEqual(trouble(message, `cri-recover ${next}`))
  })

  it.each([[[]], [['c3', '--cell', 'RUNNING/BLANK']]])('wants one thing to explain, not %j', async (args) => {
    expect(await run(['explain', ...args])).toEqual(
      trouble('name an id, or a cell with --cell, and not both', 'cri-recover explain --help'),
    )
  })
})

describe('bad arguments', () => {
  it.each([
    [['plan', '--profil', 'x'], "unknown option '--profil' (Did you mean --profile?)", 'plan --help'],
    [['plna'], "unknown command 'plna' (Did you mean plan?)", '--help'],
    [['plan', 'x'], "too many arguments for 'plan'. Expected 0 arguments but got 1", 'plan --help'],
    [
      ['plan', '--profile', 'x'],
      "option '--profile <profile>' argument 'x' is invalid. Allowed choices are safe, reference",
      'plan --help',
    ],
    [
      ['plan', '--timeout', '10'],
      "option '--timeout <duration>' argument '10' is invalid. A duration looks like 10s, 500ms or 1m30s",
      'plan --help',
    ],
    [
      ['plan', '--concurrency', '0'],
      "option '--concurrency <count>' argument '0' is invalid. It must be a whole number from 1 to 1024",
      'plan --help',
    ],
    [
      ['plan', '--address', ''],
      "option '--address <socket>' argument '' is invalid. It must not be empty",
      'plan --help',
    ],
    [
      ['plan', '--world', WORLD, '--root', '/x'],
      "option '--world' is a node of its own: leave out '--root'",
      'plan --help',
    ],
    [['plan', '--force'], "unknown option '--force'", 'plan --help'],
    [
      ['table', '--format', 'xml'],
      "option '--format <format>' argument 'xml' is invalid. Allowed choices are md, json, mermaid, dot",
      'table --help',
    ],
    [
      ['explain', '--cell', 'RUNNING/X'],
      "option '--cell <cell>' argument 'RUNNING/X' is invalid. There is no checkpoint X; there are UNREADABLE, BLANK, CREATED, RUNNING, EXITED",
      'explain --help',
    ],
  ])('%j are told in one line', async (args, message, next) => {
    expect(await run(args)).toEqual(trouble(message, `cri-recover ${next}`))
  })

  it('of the environment do not forbid a world', async () => {
    expect(await run(['plan', '--world', empty], { CONTAINERD_ADDRESS: '/x' })).toMatchObject({
      code: 0,
      stderr: '',
    })
  })
})

describe('a world file', () => {
  const compare = `less ${WORLD}`
  it.each([
    [
      'that is missing',
      join(folder, 'none'),
      'there is no such file or folder',
      `ls -l ${join(folder, 'none')}`,
    ],
    ['that is a folder', folder, 'it is a folder', `ls -l ${folder}`],
    [
      'that does not parse',
      file('cut', '{"version":1'),
      'not JSON: expected a comma or } at character 12',
      compare,
    ],
    ['that is empty', file('nothing', ''), 'not JSON: expected a value at character 0', compare],
    ['that does not fit', file('two', '{"version":2,"now":"1"}'), 'version: expected 1, got 2', compare],
  ])('%s is told in one line', async (_what, path, message, next) => {
    expect(await run(['plan', '--world', path])).toEqual(trouble(`world file ${path}: ${message}`, next))
  })
})

describe('recover refuses', () => {
  const cri = world('cri', { plugins: [{ type: 'io.containerd.grpc.v1', id: 'cri' }] })
  it('beside a live CRI plugin', async () => {
    expect(await run(['recover', '--world', cri])).toEqual(
      trouble(
        'containerd: its own CRI plugin is live and keeps these containers; disable it (disabled_plugins), or use plan',
        'cri-recover plan',
      ),
    )
  })

  it('not when it is forced', async () => {
    expect(await run(['recover', '--world', cri, '--force'])).toMatchObject({ code: 0, stderr: '' })
  })

  it('beside another recovery', async () => {
    const locked = world('locked', { lock: 'process 4711' })
    expect(await run(['recover', '--world', locked])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^cri-recover: another recovery is under way: .*held by process 4711\. Try: ps -fp 4711\n$/,
      ),
    })
  })
})

describe('logs', () => {
  it('as JSON have containerd’s keys, names and times', async () => {
    const { stderr } = await run(['plan', '--world', '/none', '--log-format', 'json'])
    expect(JSON.parse(stderr)).toEqual({
      level: 'fatal',
      msg: 'world file /none: there is no such file or folder. Try: ls -l /none',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/),
    })
  })

  it('tell what ends a command whatever their level', async () => {
    expect((await run(['plan', '--world', '/none', '--log-level', 'panic'])).stderr).not.toBe('')
  })

  it('carry the journal’s priorities only into the journal', async () => {
    const ran = await run(
      ['plan', '--world', '/none'],
      {},
      'JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2) "$0" "$@"',
    )
    expect(ran.stderr).toMatch(/^<2>cri-recover: /)
    expect((await run(['plan', '--world', '/none'], { JOURNAL_STREAM: '1:1' })).stderr).toMatch(
      /^cri-recover: /,
    )
  })
})
