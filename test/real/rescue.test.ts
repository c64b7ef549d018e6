import { Ajv } from 'ajv'
import { beforeAll, describe, expect, it } from 'vitest'
import schema from '../../adapters/cli/schemas/report.schema.json' with { type: 'json' }
import { RESCUE_MESSAGE } from '../../core/amendments.js'
import { fieldOf } from '../lab/checkpoints.js'
import { withLab } from '../lab/lab.js'
import type { ListedContainer } from '../lab/listing.js'
import { describeOn } from './node.js'
import { rowOf } from './rescue-node.js'
import { type EndingName, endingOf, type Life, live, NAMES, STEADY, type SteadyName } from './rescue-story.js'

const ROWS = NAMES.map((name) => ({ name, ...endingOf(name) }))

const shown = (listed: ListedContainer | undefined): string =>
  `${listed?.state} ${listed?.exitCode} ${listed?.reason}`

const reasonFor = (code: number): string => (code === 0 ? 'Completed' : 'Error')

const idOf = (life: Life, name: EndingName | SteadyName): string => life.containers.get(name)?.id ?? ''
const listedOf = (life: Life, name: EndingName | SteadyName) => life.listed.get(idOf(life, name))

describeOn(['1.6', '1.7', '2.1'], 'containers that end while containerd is down', (line) => {
  describe('with a rescue before it starts', () => {
    let life: Life
    beforeAll(async () => {
      life = await withLab({ version: line }, (lab) => live(lab, true))
    })

    it('are twenty', () => {
      expect(NAMES).toHaveLength(20)
    })

    it.each(ROWS)('$name: containerd’s CRI shows $code $reason, and when', ({ name, code, reason }) => {
      const id = idOf(life, name)
      expect(shown(life.listed.get(id))).toBe(`EXITED ${code} ${reason}`)
      const finished = life.listed.get(id)?.finishedAt
      expect(finished).toBe(life.told.get(id)?.exitedAt)
      const text = life.texts[1].get(id) ?? ''
      expect(fieldOf(text, 'FinishedAt')).toBe(`${finished}`)
      expect(fieldOf(text, 'Pid')).toBe('0')
      expect(fieldOf(text, 'Reason')).toBe(reason === 'OOMKilled' ? '"OOMKilled"' : '""')
      for (const field of ['CreatedAt', 'StartedAt', 'Version'])
        expect(fieldOf(text, field), field).toBe(fieldOf(life.texts[0].get(id) ?? '', field))
      expect(life.listed.get(id)?.message).toBe(RESCUE_MESSAGE)
    })

    it('are in its report, which keeps to its schema', () => {
      expect(new Ajv({ strict: true, allErrors: true }).compile(schema)(life.report)).toBe(true)
      expect(life.report?.summary.problems).toEqual({ rescued: NAMES.length })
      expect(life.report?.containers.filter(({ rule }) => rule === 'rescued')).toHaveLength(NAMES.length)
    })

    it('leave what did not end untouched: the same bytes, the same state', () => {
      for (const name of STEADY) {
        const id = idOf(life, name)
        expect(life.texts[1].get(id), name).toBe(life.texts[0].get(id))
      }
      expect(STEADY.map((name) => shown(listedOf(life, name)))).toEqual([
        'RUNNING 0 ',
        'CREATED 0 ',
        'EXITED 4 Error',
      ])
    })

    it('leave what runs under its pid', () => {
      const id = idOf(life, 'running')
      expect(life.report === null ? null : rowOf(life.report, id)).toMatchObject({
        task: 'RUNNING',
        rule: 'not-ended',
        actions: [],
        problems: [],
      })
      expect(life.pids[0].get(id)).toBeGreaterThan(0)
      expect(life.pids[1].get(id)).toBe(life.pids[0].get(id))
    })
  })

  describe('without one', () => {
    let life: Life
    beforeAll(async () => {
      life = await withLab({ version: line }, (lab) => live(lab, false))
    })

    // 1.6 asks the stopped task itself.
    const keeps = line === '1.6'
    it.each(ROWS)(`$name: the code is ${keeps ? 'kept' : 'lost'}`, ({ name, code, reason }) => {
      const listed = listedOf(life, name)
      const without = keeps ? reasonFor(code) : 'Unknown'
      expect(`${listed?.state} ${listed?.exitCode}`).toBe(keeps ? `EXITED ${code}` : 'EXITED 255')
      // That memory ran out, a shim may yet get to tell as an event; what it was that ended so, it does not.
      if (reason === 'OOMKilled') expect([without, reason]).toContain(listed?.reason)
      else expect(listed?.reason).toBe(without)
    })
  })
})
