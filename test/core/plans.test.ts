import { describe, expect, it } from 'vitest'
import { AMENDMENTS } from '../../core/amendments.js'
import { outcomesOf, PLANS, type Rule } from '../../core/plans.js'

/** Effect, then what becomes of the status where it is done, where its object is not found, where it fails. */
const REFERENCE: readonly (readonly [Rule, string, string, string, string])[] = [
  ['unreachable', 'none', 'doubt', 'doubt', 'doubt'],
  ['fresh-io', 'create-io', '', 'doubt', 'doubt'],
  ['lost', 'none', 'lose', 'lose', 'lose'],
  ['settled', 'none', '', '', ''],
  ['undo-start', 'delete-task', '', '', 'doubt'],
  ['half-made', 'delete-task', 'doubt', 'doubt', 'doubt'],
  ['risen', 'none', 'doubt', 'doubt', 'doubt'],
  ['still-running', 'await-exit', '', 'lose', 'doubt'],
  ['started-unseen', 'await-exit', 'start', 'start lose', 'start doubt'],
  ['ended', 'delete-task', 'exit', 'exit', 'doubt'],
  ['not-understood', 'none', 'doubt', 'doubt', 'doubt'],
]
const SAFE: readonly (readonly [Rule, string, string, string, string, string])[] = [
  ['lost-told', 'none', 'lose-telling', 'lose-telling', 'lose-telling', 'lost-exit exited-pid clock-behind'],
  ['settled-exit', 'none', 'clear-pid', 'clear-pid', 'clear-pid', 'exited-pid'],
  ['half-made-watched', 'await-exit', 'doubt', 'doubt', 'doubt', 'unknown-watched'],
  ['risen-watched', 'await-exit', 'doubt', 'clear-pid', 'doubt', 'unknown-watched exited-pid'],
  ['running-watched', 'await-exit', '', 'lose-telling', 'doubt', 'lost-exit exited-pid clock-behind'],
  [
    'running-learnt',
    'await-exit',
    'start-sanely',
    'start-sanely lose-telling',
    'start-sanely doubt',
    'lost-exit exited-pid clock-behind',
  ],
  [
    'running-believed',
    'await-exit',
    'believe start-sanely',
    'believe start-sanely lose-telling',
    'believe start-sanely doubt',
    'truth-learnt lost-exit exited-pid clock-behind',
  ],
  [
    'ended-learnt',
    'delete-task',
    'exit-sanely name-oom',
    'exit-sanely name-oom',
    'exit-sanely name-oom doubt',
    'no-exit-time exited-pid first-exit clock-behind oom-named',
  ],
  ['ended-recorded', 'delete-task', 'clear-pid', 'clear-pid', 'clear-pid doubt', 'first-exit exited-pid'],
  [
    'ended-believed',
    'delete-task',
    'believe exit-sanely name-oom',
    'believe exit-sanely name-oom',
    'believe exit-sanely name-oom doubt',
    'truth-learnt no-exit-time clock-behind oom-named',
  ],
  ['in-doubt-watched', 'await-exit', 'doubt', 'doubt', 'doubt', 'unknown-watched'],
]

const lineOf = (rule: Rule): readonly string[] => {
  const { effect, outcomes } = PLANS[rule]
  return [rule, effect, outcomes.done.join(' '), outcomes.not_found.join(' '), outcomes.failed.join(' ')]
}

describe('a plan of the reference', () => {
  it.each(REFERENCE)('is what recovery.md says: %s', (...line) => {
    expect(lineOf(line[0])).toEqual(line)
    expect(PLANS[line[0]].deviations).toEqual([])
  })
})

describe('a plan of safe', () => {
  it.each(SAFE)('keeps the laws: %s', (...line) => {
    const [rule, , , , , deviations] = line
    expect([...lineOf(rule), PLANS[rule].deviations.join(' ')]).toEqual(line)
    expect(deviations).not.toBe('')
  })
})

describe('the plans', () => {
  it('are these, and no others', () => {
    expect(Object.keys(PLANS)).toEqual([...REFERENCE, ...SAFE].map(([rule]) => rule))
  })
  it.each(Object.entries(PLANS))(
    'say why, and for which branch of the reference they stand: %s',
    (_rule, plan) => {
      expect(plan.why).toMatch(/^(?:[A-Z]|containerd).*\.$/)
      expect(plan.reference).toMatch(/^(?:case|default|failed|notFound)/)
    },
  )
  it.each(Object.entries(PLANS))(
    'have an ending for each way in which their effect can end: %s',
    (_rule, plan) => {
      expect(outcomesOf(plan)).toEqual(plan.effect === 'none' ? ['done'] : ['done', 'not_found', 'failed'])
    },
  )
  it('make amendments that all say what they do', () => {
    for (const { text } of Object.values(AMENDMENTS)) expect(text).toMatch(/^[a-z]/)
  })
})
