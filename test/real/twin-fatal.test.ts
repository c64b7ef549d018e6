import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Lab, withLab } from '../lab/lab.js'
import { listAll } from '../lab/listing.js'
import { createContainer, runContainer, runPod } from '../lab/pods.js'
import { CONTAINER_METADATA, readRecord, SANDBOX_METADATA, setExtension } from '../lab/records.js'
import { describeOn, planOn, recoverOn } from './node.js'

const fieldOf = (text: string, field: string): string =>
  new RegExp(`"${field}":"([^"]*)"`).exec(text)?.[1] ?? ''

const metadataOf = async (lab: Lab, id: string, key: string) => {
  const extension = (await readRecord(lab, id)).extensions.get(key)
  if (extension === undefined) throw new Error(`${id} has no ${key}`)
  return { typeUrl: extension.typeUrl, text: Buffer.from(extension.value).toString() }
}

/** Gives a record the same ID or name as another one; answers how to take it back. */
const claim = async (
  lab: Lab,
  key: string,
  field: 'ID' | 'Name',
  id: string,
  from: string,
): Promise<() => Promise<void>> => {
  const { typeUrl, text } = await metadataOf(lab, id, key)
  const wanted = fieldOf((await metadataOf(lab, from, key)).text, field)
  const write = (content: string) => setExtension(lab, id, key, { typeUrl, value: Buffer.from(content) })
  // Its first such key is the record's own; those of its config come after.
  await write(text.replace(`"${field}":"${fieldOf(text, field)}"`, `"${field}":"${wanted}"`))
  return () => write(text)
}

interface Ids {
  readonly pods: readonly [string, string]
  readonly containers: readonly [string, string]
}

interface Row {
  readonly is: string
  readonly disturb: (lab: Lab, ids: Ids) => Promise<() => Promise<void>>
  readonly stage: string
  readonly logs: RegExp
}

const ROWS: readonly Row[] = [
  {
    is: 'two containers of one name',
    disturb: (lab, { containers: [a, b] }) => claim(lab, CONTAINER_METADATA, 'Name', b, a),
    stage: 'containers',
    logs: /failed to reserve container name/,
  },
  {
    is: 'two containers of one ID',
    disturb: (lab, { containers: [a, b] }) => claim(lab, CONTAINER_METADATA, 'ID', b, a),
    stage: 'containers',
    logs: /failed to add container/,
  },
  {
    is: 'two pods of one name',
    disturb: (lab, { pods: [a, b] }) => claim(lab, SANDBOX_METADATA, 'Name', b, a),
    stage: 'sandboxes',
    logs: /failed to reserve sandbox name/,
  },
  {
    is: 'two pods of one ID',
    disturb: (lab, { pods: [a, b] }) => claim(lab, SANDBOX_METADATA, 'ID', b, a),
    stage: 'sandboxes',
    logs: /failed to add sandbox/,
  },
  {
    is: 'a file in the place of a base directory',
    disturb: async (lab) => {
      const base = join(lab.criState, 'containers')
      await rename(base, `${base}.away`)
      await writeFile(base, '')
      return async () => {
        await rm(base)
        await rename(`${base}.away`, base)
      }
    },
    stage: 'orphans',
    logs: /failed to cleanup orphaned/,
  },
]

/** What its containerd logged while `use` ran. */
const loggedBy = async (lab: Lab, use: () => Promise<unknown>): Promise<string> => {
  const before = lab.containerd.log().length
  await use()
  return lab.containerd.log().slice(before)
}

const judge = async (lab: Lab, ids: Ids, { is, disturb, stage, logs }: Row): Promise<void> => {
  await lab.restart(false)
  const undo = await disturb(lab, ids)
  expect((await planOn(lab, { profile: 'reference' })).fatal, is).toMatchObject({ stage })
  // A plugin that cannot recover takes its containerd down.
  const log = await loggedBy(lab, () => expect(lab.restart(true), is).rejects.toThrow('ended'))
  expect(log, is).toMatch(logs)
  await lab.restart(false)
  await undo()
  expect((await planOn(lab, { profile: 'reference' })).fatal, `${is}, undone`).toBeNull()
}

const makeTwo = async (lab: Lab): Promise<Ids> => {
  const [a, b] = [await runPod(lab, 'a'), await runPod(lab, 'b')]
  const [first, second] = [await runContainer(lab, a, 'first'), await createContainer(lab, b, 'second')]
  return { pods: [a.id, b.id], containers: [first.id, second.id] }
}

describeOn(['1.6', '1.7', '2.1'], 'where containerd’s own CRI does not start', (line) => {
  it('plan says so, and at which stage', { timeout: 120_000 }, async () => {
    await withLab({ version: line }, async (lab) => {
      const ids = await makeTwo(lab)
      for (const row of ROWS) await judge(lab, ids, row)
      await lab.restart(true)
      expect((await listAll(lab)).containers.map(({ state }) => state)).toEqual(['RUNNING', 'CREATED'])
    })
  })

  it('recover, by default, starts: of two of one name it parks one', async () => {
    await withLab({ version: line }, async (lab) => {
      const { containers } = await makeTwo(lab)
      await lab.restart(false)
      await claim(lab, CONTAINER_METADATA, 'Name', containers[1], containers[0])
      const report = await recoverOn(lab)
      expect(report.fatal).toBeNull()
      const rows = report.containers.map(({ id, name, state, problems }) => ({
        id,
        named: name !== null,
        state,
        parked: problems.some(({ code }) => code === 'name-conflict'),
      }))
      expect(rows).toEqual(
        [
          { id: containers[0], named: true, state: 'CONTAINER_RUNNING', parked: false },
          { id: containers[1], named: false, state: 'CONTAINER_CREATED', parked: true },
        ].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      )
    })
  })
})
