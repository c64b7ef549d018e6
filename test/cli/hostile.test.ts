import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { NOW, taskReply } from '../../adapters/fast-check/seen.js'
import { entry, fault } from '../../adapters/fast-check/worlds.js'
import { emptyWorld, printWorld, type World } from '../../adapters/memory/index.js'
import { run } from './run.js'

/** Every text of a node that comes from outside, made to take a terminal over. */
const EVIL = '\u001b[2J\u009b31mevil\r\nforged: all is well\u202e\u2028\u0007'

const folder = mkdtempSync(join(tmpdir(), 'cri-recover-hostile-'))
afterAll(() => rmSync(folder, { recursive: true }))

const renamed = (record: World['containers'][number], from: string): World['containers'][number] => ({
  ...record,
  image: EVIL,
  extensions: new Map(
    [...record.extensions].map(([key, { typeUrl, value }]) => [
      key,
      { typeUrl, value: value.replaceAll(`"${from}_`, JSON.stringify(`${EVIL}_`).slice(0, -1)) },
    ]),
  ),
})

const exited = JSON.stringify({
  Version: 'v1',
  CreatedAt: 1,
  StartedAt: 2,
  FinishedAt: 3,
  Reason: EVIL,
  Message: EVIL,
})
const said = { said: EVIL }

const WORLD: World = {
  ...emptyWorld(NOW),
  about: EVIL,
  containerd: EVIL,
  root: `/root/${EVIL}`,
  state: `/state/${EVIL}`,
  plugins: [{ type: EVIL, id: EVIL, error: EVIL }],
  containers: [
    renamed(sandboxRecord('pod'), 'pod'),
    renamed(containerRecord('web', 'pod'), 'web'),
    renamed(containerRecord('api', 'pod'), 'api'),
    renamed(containerRecord('cut', 'pod'), 'cut'),
    containerRecord(`db${EVIL}`, EVIL),
    { ...containerRecord('none', 'pod'), extensions: new Map() },
  ],
  tasks: [
    taskReply('pod'),
    taskReply('web', { status: 'stopped', exitStatus: 7, stdout: EVIL }),
    taskReply('cut'),
  ],
  images: [{ name: EVIL, digest: EVIL, mediaType: EVIL, size: 1n, labels: new Map([[EVIL, EVIL]]) }],
  files: [
    entry('containers/web/status', { text: '{"Version":"v1","CreatedAt":1,"StartedAt":2}' }),
    entry('containers/api/status', { text: exited }),
    entry('containers/cut/status', { unreadable: EVIL }),
    entry(`containers/old${EVIL}`, { kind: 'directory' }),
    entry('sandboxes/pod', { kind: 'directory' }),
  ],
  faults: [fault('tasks.delete', 'Denied', said), fault('tasks.watch', 'Unavailable', said)],
}

const file = (name: string, world: World): string => {
  const path = join(folder, `${name}.json`)
  writeFileSync(path, printWorld(world))
  return path
}
const hostile = file('hostile', WORLD)
const fatal = file('fatal', { ...WORLD, faults: [fault('directories.list', 'Denied', said)] })
const locked = file('locked', { ...WORLD, plugins: [], lock: EVIL })
const unlisted = file('unlisted', {
  ...WORLD,
  plugins: [],
  faults: [fault('containers.list', 'Denied', said)],
})
const unfit = join(folder, 'unfit.json')
writeFileSync(unfit, JSON.stringify({ version: 1, now: EVIL, [EVIL]: EVIL }))

describe('a node whose every text would take a terminal over', () => {
  it.each<[string, readonly string[]]>([
    ['plan', ['plan', '--world', hostile, '--all']],
    ['plan as the reference', ['plan', '--world', hostile, '--all', '--profile', 'reference']],
    ['plan a fatal end', ['plan', '--world', fatal]],
    ['plan as JSON', ['plan', '--world', hostile, '--output', 'json']],
    ['plan as NDJSON', ['plan', '--world', hostile, '--output', 'ndjson']],
    ['recover', ['recover', '--world', hostile, '--all', '--force']],
    ['recover, locked', ['recover', '--world', locked]],
    ['recover, refused', ['recover', '--world', unlisted]],
    ['recover, refused, with logs as JSON', ['recover', '--world', unlisted, '--log-format', 'json']],
    ['explain an exit', ['explain', 'api', '--world', hostile]],
    ['explain a loss', ['explain', 'web', '--world', hostile]],
    ['explain what cannot be read', ['explain', 'cut', '--world', hostile]],
    ['explain by a hostile id', ['explain', 'db', '--world', hostile]],
    ['explain nothing', ['explain', EVIL, '--world', hostile]],
    ['a world that does not fit', ['plan', '--world', unfit]],
    ['a world that is missing', ['plan', '--world', join(folder, EVIL)]],
    ['a wrong option', ['plan', `--${EVIL}`]],
    ['a wrong value', ['plan', '--timeout', EVIL]],
  ])('is shown harmless by: %s', async (_, args) => {
    const { stdout, stderr } = await run(args)
    const shown = `${stdout}${stderr}`
    expect(shown).toContain('evil')
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u)
    expect(shown.split('\n').filter((line) => line.startsWith('forged'))).toEqual([])
  })
  it('and told where a directory stands whose name has lines of its own', async () => {
    expect((await run(['plan', '--world', hostile, '--all'])).stdout).not.toContain('(in )')
  })
})
