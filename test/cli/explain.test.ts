import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { type Found, parseCell } from '../../adapters/cli/explain/cell.js'
import { explainCell, explainId } from '../../adapters/cli/explain/explanation.js'
import { renderExplanation } from '../../adapters/cli/explain/render.js'
import { plainPaint } from '../../adapters/cli/render/paint.js'
import { STORED_SEEN, STORED_TABLES } from '../../core/sandbox.js'
import { PROFILES, type Profile } from '../../core/transitions.js'
import { container, exitLost, problem, report, sandbox } from './reports.js'

const cell = (text: string): Found => {
  const found = parseCell(text)
  if (isLeft(found)) throw new Error(found.left)
  return found.right
}

const text = (address: string, profile: Profile = 'safe'): string =>
  renderExplanation(explainCell(cell(address), profile), plainPaint)

describe('a cell', () => {
  it.each([
    'RUNNING/UNREADABLE',
    'running/unreadable',
    'sandbox/PAUSED',
    'Stored/not_found',
    'rescue/STOPPED/RUNNING',
  ])('is found by %s', (address) => {
    expect(isRight(parseCell(address))).toBe(true)
  })

  it.each([
    ['', 'A cell is TASK/CHECKPOINT, sandbox/TASK, stored/CONTROLLER or rescue/SHIM/CHECKPOINT.'],
    ['RUNNING', 'A cell is TASK/CHECKPOINT, sandbox/TASK, stored/CONTROLLER or rescue/SHIM/CHECKPOINT.'],
    ['a/b/c', 'A cell is TASK/CHECKPOINT, sandbox/TASK, stored/CONTROLLER or rescue/SHIM/CHECKPOINT.'],
    ['RUNNING/GONE', 'There is no checkpoint GONE; there are UNREADABLE, BLANK, CREATED, RUNNING, EXITED.'],
    [
      'stored/X',
      'There is no controller X; there are NO_METADATA, READY, NOTREADY, OTHER, UNREACHABLE, NOT_FOUND.',
    ],
  ])('is not found by %j, and why is said', (address, why) => {
    expect(parseCell(address)).toMatchObject({ left: why })
  })
})

describe('an explanation', () => {
  it('of a cell tells the rule, its outcomes, the branch, and what safe does otherwise', () => {
    expect(text('RUNNING/EXITED')).toMatchInlineSnapshot(`
      "seen: task RUNNING, checkpoint EXITED

      safe: rule risen-watched
        A running task contradicts a checkpoint that says it exited: in doubt, and watched all the same.
        stands for the reference’s branch “case containerd.Running, case CONTAINER_EXITED: unexpected container state for running task”
        effect await-exit
        done, failed → unknown
        not found → pid 0

      reference: rule risen
        A running task contradicts a checkpoint that says it exited.
        stands for the reference’s branch “case containerd.Running, case CONTAINER_EXITED: unexpected container state for running task”
        effect none
        always → unknown

      What safe does otherwise, and why:
        unknown-watched: watches a live task in doubt, and does not kill it, because its exit is the proof that ends the doubt
        exited-pid: clears the pid of a container that exited, because the kernel gives the number to somebody else"
    `)
  })

  it('of a cell in which nothing differs says so', () => {
    expect(text('UNREACHABLE/RUNNING')).toContain('\nreference: the same')
    expect(text('UNREACHABLE/RUNNING')).not.toContain('otherwise')
  })

  it('tells the profile that was asked for first', () => {
    const [reference, safe] = [text('MISSING/RUNNING', 'reference'), text('MISSING/RUNNING', 'safe')]
    expect(reference.indexOf('rule lost\n')).toBeLessThan(reference.indexOf('rule lost-told'))
    expect(safe.indexOf('rule lost\n')).toBeGreaterThan(safe.indexOf('rule lost-told'))
  })

  it('of a container tells what becomes of it, what is done, and all its problems', () => {
    const row = exitLost({
      reason: 'Unknown',
      message: 'gone\u001b',
      problems: [problem('loss', 'It ran.'), problem('warning', 'Two.')],
    })
    const found = explainId(report({ containers: [row] }), row.id)
    expect(found === null ? '' : renderExplanation(found, plainPaint)).toMatchInlineSnapshot(`
      "container shop/front-1/web 4f1c0a9d2b7e8c35
      seen: task MISSING, checkpoint RUNNING

      here: CONTAINER_EXITED 255 Unknown
        message: gone\\x1b
        does write-checkpoint
        loss exit-lost: It ran.
        warning exit-lost: Two.

      safe: rule lost-told
        It ran, and its task is gone with its exit: that it is lost, and since when, is said.
        stands for the reference’s branch “notFound, case CONTAINER_RUNNING”
        effect none
        always → finishedAt = now, exit code 255, reason \`Unknown\`, pid 0, message = the span in which the exit must lie

      reference: rule lost
        It ran, and its task is gone with its exit.
        stands for the reference’s branch “notFound, case CONTAINER_RUNNING”
        effect none
        always → finishedAt = now, exit code 255, reason \`Unknown\`

      What safe does otherwise, and why:
        lost-exit: says in the message that an exit was lost, and in which span of time it lies, because 255 looks like an exit code of the program (asked for in moby #45788, cilium #48739)
        exited-pid: clears the pid of a container that exited, because the kernel gives the number to somebody else
        clock-behind: sets no time before one that is known to be earlier, because a clock that was set back would otherwise put the start before the creation"
    `)
  })

  it('of a container without metadata says that the table was not asked', () => {
    const row = container({
      name: null,
      rule: null,
      state: 'CONTAINER_UNKNOWN',
      problems: [
        { code: 'metadata-unreadable', severity: 'warning', message: 'Its metadata cannot be read.' },
      ],
    })
    const found = explainId(report({ containers: [row] }), row.id)
    expect(found).toMatchObject({ cell: null, rules: null, deviations: [{ id: 'metadata-unreadable' }] })
    expect(found === null ? '' : renderExplanation(found, plainPaint)).toContain(
      'Nothing is decided about it by the table.',
    )
  })

  it('of a sandbox reads the sandboxes’ own tables', () => {
    expect(explainId(report({ sandboxes: [sandbox()] }), sandbox().id)).toMatchObject({
      kind: 'sandbox',
      cell: 'RUNNING',
    })
  })

  it.each(PROFILES)('of a stored sandbox finds the cell of its rule (%s)', (profile) => {
    for (const seen of STORED_SEEN) {
      const row = sandbox({ origin: 'store', task: null, rule: STORED_TABLES[profile][seen] })
      const found = explainId(report({ sandboxes: [row] }, { profile }), row.id)
      expect(found?.rules?.[profile].rule).toBe(row.rule)
    }
  })

  it('of an id that the report does not hold is none', () => {
    expect(explainId(report(), 'x')).toBeNull()
  })
})
