import { readFileSync } from 'node:fs'
import Ajv from 'ajv'
import { isLeft } from 'fp-ts/lib/Either.js'
import { beforeAll, describe, expect, it } from 'vitest'
import schema from '../../adapters/cli/schemas/report.schema.json' with { type: 'json' }
import { options } from '../../adapters/fast-check/options.js'
import { parseWorld, simulate, type World } from '../../adapters/memory/index.js'
import worldSchema from '../../adapters/memory/world.schema.json' with { type: 'json' }
import { PLANS } from '../../core/plans.js'
import { type PROBLEMS, type Report, reportJson } from '../../core/report.js'
import { SANDBOX_PLANS } from '../../core/sandbox.js'
import { TASKS_SEEN } from '../../core/seen.js'
import { PROFILES, type Profile } from '../../core/transitions.js'
import { plan, recover } from '../../ports/recover.js'

const ajv = new Ajv.Ajv({ strict: true, allowUnionTypes: true })
const fits = ajv.compile(schema)

const FILE = 'examples/worlds/power-loss.json'
const text = readFileSync(FILE, 'utf8')

const world = (): World => {
  const parsed = parseWorld(text)
  if (isLeft(parsed)) throw new Error(parsed.left)
  return parsed.right
}

const run = async (program: typeof plan, profile: Profile): Promise<Report> => {
  const report = await program(options({ profile }))(simulate(world()).ports)()
  if (isLeft(report)) throw new Error(report.left.said)
  return report.right
}

const reports = new Map<string, Report>()
beforeAll(async () => {
  for (const profile of PROFILES) {
    reports.set(`plan ${profile}`, await run(plan, profile))
    reports.set(`recover ${profile}`, await run(recover, profile))
  }
})

const rulesOf = (report: Report | undefined): readonly (string | null)[] =>
  [...(report?.containers ?? []), ...(report?.sandboxes ?? [])].map(({ rule }) => rule)

describe('the world of a power loss', () => {
  it('fits the schema of worlds', () => {
    expect(new Ajv.Ajv({ strict: true, allowUnionTypes: true }).validate(worldSchema, JSON.parse(text))).toBe(
      true,
    )
  })

  it('shows every rule at least once', () => {
    const shown = new Set(PROFILES.flatMap((profile) => rulesOf(reports.get(`plan ${profile}`))))
    const rules = [...Object.keys(PLANS), ...Object.keys(SANDBOX_PLANS)]
    expect(rules.filter((rule) => ![...shown].includes(rule))).toEqual([])
  })

  it('shows every task and every checkpoint that can be seen', () => {
    const seen = reports.get('plan safe')?.containers ?? []
    expect(TASKS_SEEN.filter((task) => !seen.some((row) => row.task === task))).toEqual([])
    expect(new Set(seen.map(({ checkpoint }) => checkpoint)).size).toBe(5)
  })

  it.each([
    'checkpoint-unreadable',
    'directory-missing',
    'exit-lost',
    'image-incomplete',
    'image-not-unpacked',
    'log-lost',
    'metadata-unreadable',
    'name-conflict',
    'netns-lost',
    'record-kept',
    'start-time-lost',
    'state-unknown',
  ] as const satisfies readonly (keyof typeof PROBLEMS)[])('has something of %s', (code) => {
    expect(reports.get('plan safe')?.summary.problems).toHaveProperty(code)
  })

  it('is fatal to the reference, for a name is taken twice, and to safe it is not', () => {
    expect(reports.get('plan reference')?.fatal).toMatchObject({ stage: 'containers' })
    expect(reports.get('plan safe')?.fatal).toBeNull()
  })

  it('has something to remove, and something that stays in spite of its place', () => {
    expect(reports.get('plan safe')?.summary.orphans).toEqual({ keep: 1, remove: 4 })
  })
})

/** Every object of a report that the schema describes, with the way to it. */
const paths = (value: unknown, at: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) => [[...at, key], ...paths(inner, [...at, key])])

const without = (value: unknown, [key = '', ...rest]: readonly string[]): unknown => {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([k, inner]): [string, unknown][] =>
    k !== key ? [[k, inner]] : rest.length === 0 ? [] : [[k, without(inner, rest)]],
  )
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)
}

describe('the schema of reports', () => {
  it.each(['plan safe', 'plan reference', 'recover safe', 'recover reference'])('is fitted by %s', (name) => {
    const report = reports.get(name)
    expect(report === undefined ? '' : fits(JSON.parse(reportJson(report)))).toBe(true)
    expect(fits.errors).toBeNull()
  })

  it('wants every key of the report, however deep', () => {
    const report = reports.get('recover safe')
    const whole: unknown = report === undefined ? null : JSON.parse(reportJson(report))
    // Not a key of the form: an index, or what is counted.
    const keys = paths(whole).filter(
      (path) => !/^\d+$/.test(path.at(-1) ?? '') && !(path[0] === 'summary' && path.length === 3),
    )
    expect(keys.length).toBeGreaterThan(500)
    expect(fits(whole)).toBe(true)
    for (const path of keys)
      expect([path.join('.'), fits(without(whole, path))]).toEqual([path.join('.'), false])
  })

  it('admits what is added', () => {
    const report = reports.get('plan safe')
    const more = { ...JSON.parse(report === undefined ? '{}' : reportJson(report)), added: 1 }
    expect(fits(more)).toBe(true)
  })

  it.each([
    ['a time as a number', { createdAt: 1 }],
    ['a state that is none', { state: 'RUNNING' }],
    ['an exit code beyond 32 bits', { exitCode: 4294967296 }],
    ['a task that is none', { task: 'GONE' }],
  ])('refuses %s', (_what, own) => {
    const report = reports.get('plan safe')
    const json = JSON.parse(report === undefined ? '{}' : reportJson(report))
    expect(fits(json)).toBe(true)
    expect(fits({ ...json, containers: [{ ...json.containers[0], ...own }] })).toBe(false)
  })
})
