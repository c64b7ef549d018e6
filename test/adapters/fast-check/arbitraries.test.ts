import fc from 'fast-check'
import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { profile } from '../../../adapters/fast-check/arbitraries/answers.js'
import {
  checkpointText,
  hostileCheckpointText,
} from '../../../adapters/fast-check/arbitraries/checkpoints.js'
import {
  containerExtension,
  hostileExtension,
  sandboxExtension,
} from '../../../adapters/fast-check/arbitraries/metadata.js'
import { hostileId, id } from '../../../adapters/fast-check/arbitraries/names.js'
import { nodeSeen } from '../../../adapters/fast-check/arbitraries/observations.js'
import { WRITTEN } from '../../../adapters/fast-check/worlds.js'
import { decodeCheckpoint, encodeCheckpoint } from '../../../core/checkpoint.js'
import { isValidId } from '../../../core/ids.js'
import {
  CONTAINER_METADATA,
  containerMetadataOf,
  SANDBOX_METADATA,
  sandboxMetadataOf,
} from '../../../core/metadata.js'
import { planNode } from '../../../core/node-plan.js'
import { expectedRows } from '../../../core/node-report.js'
import type { Extension } from '../../../core/records.js'
import golden from '../../golden/load-container.json' with { type: 'json' }
import { RUNS } from '../../support/runs.js'

const runs = { numRuns: RUNS }

describe('arbitraries', () => {
  it('call valid what is valid, and hostile what is not', () => {
    fc.assert(fc.property(id, isValidId), runs)
    fc.assert(
      fc.property(hostileId, (name) => !isValidId(name)),
      runs,
    )
  })
  it('make checkpoints that can be read, and are written back as they were', () =>
    fc.assert(
      fc.property(checkpointText, (text) => {
        const read = decodeCheckpoint(text)
        expect(isRight(read) && encodeCheckpoint(read.right.status, read.right.document)).toBe(text)
      }),
      runs,
    ))
  it('make checkpoints that mostly cannot be read', () => {
    const bad = fc.sample(hostileCheckpointText, { numRuns: 300, seed: 1 }).map(decodeCheckpoint)
    expect(bad.filter(isLeft).length).toBeGreaterThan(200)
    expect(bad.some(isRight)).toBe(true)
  })
  it('make metadata that can be read, and some of no use', () => {
    const container = (value: Extension) => containerMetadataOf(new Map([[CONTAINER_METADATA, value]]))
    fc.assert(
      fc.property(containerExtension, (value) => isRight(container(value))),
      runs,
    )
    fc.assert(
      fc.property(sandboxExtension, (value) =>
        isRight(sandboxMetadataOf(new Map([[SANDBOX_METADATA, value]]))),
      ),
      runs,
    )
    const bad = fc.sample(hostileExtension, { numRuns: 300, seed: 1 }).map(container)
    expect(bad.filter(isLeft).length).toBeGreaterThan(200)
  })
  it('write checkpoints byte for byte as containerd does', () => {
    const { empty, garbage, v2, zero, CREATED, RUNNING, EXITED } = golden.checkpoints
    const theirs = { empty, garbage, v2, zero, CREATED, RUNNING, EXITED }
    for (const [name, { file }] of Object.entries(theirs))
      expect(Object.entries(WRITTEN)).toContainEqual([name, Buffer.from(file, 'base64').toString()])
  })
})

describe('the decision', () => {
  it('gives a plan and its rows for every node that can be seen, in both profiles (L1)', () =>
    fc.assert(
      fc.property(profile, nodeSeen, fc.boolean(), (by, seen, force) => {
        const plan = planNode(by, seen, force)
        expect(expectedRows(plan).containers).toHaveLength(plan.containers.length)
      }),
      runs,
    ))
})
