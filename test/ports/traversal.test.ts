import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { options } from '../../adapters/fast-check/options.js'
import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { NOW, taskReply } from '../../adapters/fast-check/seen.js'
import { filesystem } from '../../adapters/filesystem/index.js'
import { emptyWorld, simulate } from '../../adapters/memory/index.js'
import type { ContainerRecord } from '../../core/records.js'
import type { Report } from '../../core/report.js'
import { recover } from '../../ports/recover.js'

/** A containerd whose records lie about who they are, above a real file system. */

let top = ''
afterEach(() => rmSync(top, { recursive: true, force: true }))

const PRECIOUS = '{"Version":"v1","CreatedAt":1,"StartedAt":2}'

/** Roots with one container's directory, and the same beside them for whoever gets out. */
const prepare = (): { readonly root: string; readonly state: string } => {
  top = mkdtempSync(join(tmpdir(), 'cri-recover-traversal-'))
  const roots = { root: join(top, 'in', 'root'), state: join(top, 'in', 'state') }
  for (const path of ['in/root/sandboxes', 'in/state']) mkdirSync(join(top, path), { recursive: true })
  for (const path of ['in/root/containers/web', 'in/root/outside', 'outside']) {
    mkdirSync(join(top, path), { recursive: true })
    writeFileSync(join(top, path, 'status'), PRECIOUS)
  }
  // What a sweep would take.
  for (const path of ['in/root/outside', 'outside']) writeFileSync(join(top, path, '.tmp-status1'), '')
  return roots
}

const treeOf = (path: string): readonly string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) =>
      statSync(join(path, name)).isFile() ? `${name}: ${readFileSync(join(path, name), 'utf8')}` : name,
    )

const saying = (record: ContainerRecord, id: string): ContainerRecord => ({
  ...record,
  extensions: new Map(
    [...record.extensions].map(([key, { typeUrl, value }]) => [
      key,
      { typeUrl, value: value.replace(`"ID":"${record.id}"`, `"ID":${JSON.stringify(id)}`) },
    ]),
  ),
})

/** Everything that recovery does to files: its task has ended, so the exit is written, and orphans go. */
const recoverOn = async (roots: ReturnType<typeof prepare>, record: ContainerRecord): Promise<Report> => {
  const node = simulate({
    ...emptyWorld(NOW),
    containers: [sandboxRecord('pod'), record],
    tasks: [taskReply('pod'), taskReply(record.id, { status: 'stopped', exitStatus: 7, exitedAt: NOW })],
  })
  const { checkpoints, directories } = filesystem(roots)
  const ports = { ...node.ports, checkpoints, directories }
  return rightOf(await recover(options({ force: true }))(ports)())
}

const ELSEWHERE = [
  '../outside',
  '../../../outside',
  '/outside',
  '..',
  '.',
  'web/../../outside',
  'outside\0',
  '../containers/web',
]

describe('a container record', () => {
  it.each(ELSEWHERE)('whose id is %j is shown, and leads to no file', async (id) => {
    const roots = prepare()
    const before = treeOf(top)
    const { containers } = await recoverOn(roots, { ...containerRecord('web', 'pod'), id })
    expect(containers.map((row) => [row.id, row.state !== null])).toEqual([[id, true]])
    expect(treeOf(top)).toEqual(before.filter((path) => !path.startsWith('in/root/containers/web')))
  })
  it.each(ELSEWHERE)('whose metadata says that it is %j is written down under its own id', async (id) => {
    const roots = prepare()
    const before = treeOf(top)
    const { containers } = await recoverOn(roots, saying(containerRecord('web', 'pod'), id))
    expect(containers).toMatchObject([{ id: 'web', exitCode: 7, state: 'CONTAINER_EXITED' }])
    expect(containers[0]?.problems.map(({ code }) => code)).toContain('metadata-id')
    const changed = treeOf(top).filter((path) => !before.includes(path))
    expect(changed).toEqual([expect.stringMatching(/^in\/root\/containers\/web\/status: .*"ExitCode":7/)])
  })
})
