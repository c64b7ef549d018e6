import { beforeAll, expect, it } from 'vitest'
import { withLab } from '../lab/lab.js'
import { describeOn } from './node.js'
import { GARBAGE } from './recover-story.js'
import {
  codeOf,
  FAULTS,
  type FaultName,
  type FaultyLife,
  isSaved,
  liveWithFaults,
  OF_SHIMS,
} from './rescue-faults.js'
import { reportOf, rowOf } from './rescue-node.js'

const ROWS = FAULTS.map((name) => ({ name, code: codeOf(name), saved: isSaved(name) }))

const idOf = (life: FaultyLife, name: FaultName): string => life.ids.get(name) ?? ''
const shown = (life: FaultyLife, name: FaultName) => life.listed.get(idOf(life, name))

describeOn(['1.6', '1.7', '2.1'], 'a rescue among faults', (line) => {
  let life: FaultyLife
  let control: FaultyLife
  beforeAll(async () => {
    life = await withLab({ version: line }, (lab) => liveWithFaults(lab, true))
    control = await withLab({ version: line }, (lab) => liveWithFaults(lab, false))
  })
  const problemsOf = (name: FaultName) =>
    life.report === null ? [] : rowOf(life.report, idOf(life, name)).problems.map(({ code }) => code)

  it.each(ROWS.filter(({ saved }) => saved))('saves the exit: $name', ({ name, code }) => {
    expect(problemsOf(name)).toEqual(['rescued'])
    expect(shown(life, name)).toBe(`EXITED ${code} Error`)
  })

  it.each(ROWS.filter(({ saved }) => !saved))('makes it no worse, and says so: $name', ({ name }) => {
    expect(problemsOf(name)).toEqual([OF_SHIMS.includes(name) ? 'shim-silent' : 'checkpoint-not-durable'])
    expect(shown(life, name)).toBe(shown(control, name))
  })

  it('is what saves them: without it containerd shows 255, or 1.6 the code', () => {
    const [healthy, garbled] = [shown(control, 'healthy'), shown(control, 'checkpoint unreadable')]
    expect(healthy).toBe(line === '1.6' ? `EXITED ${codeOf('healthy')} Error` : 'EXITED 255 Unknown')
    expect(garbled).toBe(
      line === '1.6' ? `UNKNOWN ${codeOf('checkpoint unreadable')} Unknown` : 'UNKNOWN 255 Unknown',
    )
  })

  it('sets aside what it cannot read, byte for byte, and leaves nothing else behind', () => {
    expect(life.aside).toEqual([GARBAGE])
    expect(life.left).toEqual([])
    expect(life.children).toEqual([])
  })

  it('is refused while containerd answers, and changes nothing', () => {
    const [plain, obliging] = life.refused
    expect(plain?.finished).toMatchObject({ code: 1, stdout: '' })
    expect(plain?.finished.stderr).toContain('it is up and keeps its tasks itself')
    expect(obliging?.finished.code).toBe(0)
    expect(obliging?.finished.stderr).toContain('it is up and keeps its tasks itself')
    expect(life.refused).toHaveLength(2)
    for (const tried of life.refused) expect(tried.after).toEqual(tried.before)
  })

  it('changes nothing when it is only rehearsed, and finds the same', () => {
    const { rehearsed } = life
    expect(rehearsed?.after).toEqual(rehearsed?.before)
    const rules = (report: FaultyLife['report']) =>
      report?.containers.map(({ id, task, checkpoint, rule }) => ({ id, task, checkpoint, rule }))
    expect(rehearsed === null ? null : rules(reportOf(rehearsed.finished))).toEqual(rules(life.report))
  })

  it('fails where its folder is missing, or ends with 0 where it is to do its best, and makes none', () => {
    expect(life.lost.map(({ finished }) => finished.code)).toEqual([1, 0])
    for (const { finished } of life.lost) expect(finished.stderr).toContain('/nowhere-of-cri-recover')
    expect(life.absent?.finished.code).toBe(0)
    for (const tried of life.lost) expect(tried.after).toEqual(tried.before)
    expect(life.made).toBe(false)
  })
})
