import Ajv from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderJson, renderNdjson } from '../../adapters/cli/render/json.js'
import { plainPaint } from '../../adapters/cli/render/paint.js'
import { renderReport } from '../../adapters/cli/render/report.js'
import schema from '../../adapters/cli/schemas/report.schema.json' with { type: 'json' }
import { report } from '../../adapters/fast-check/arbitraries/answers.js'
import { RUNS } from '../support/runs.js'

/** Whatever names, reasons and messages a node has, what is shown of it is text of ours. */

const OBEYED = /[^\P{Cc}\n]|[\p{Bidi_Control}\u2028\u2029]/u
const ajv = new Ajv.Ajv({ strict: true, allowUnionTypes: true })
const valid = ajv.compile(schema)

describe('a report of any node', () => {
  it('shows nothing that a terminal obeys', () =>
    fc.assert(
      fc.property(report, (made) => {
        for (const all of [false, true])
          expect(renderReport(made, { all, paint: plainPaint })).not.toMatch(OBEYED)
        expect(renderJson(made)).not.toMatch(OBEYED)
        expect(renderNdjson(made)).not.toMatch(OBEYED)
      }),
      { numRuns: RUNS / 10 },
    ))
  it('is JSON of the published form', () =>
    fc.assert(
      fc.property(report, (made) => {
        expect(valid(JSON.parse(renderJson(made))), JSON.stringify(valid.errors)).toBe(true)
      }),
      { numRuns: RUNS / 2 },
    ))
})
