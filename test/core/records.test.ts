import { describe, expect, it } from 'vitest'
import { BASES } from '../../core/records.js'

describe('the directories that are named after containers or sandboxes', () => {
  it('are four, those of the sandboxes first', () => {
    expect(BASES).toEqual([
      { of: 'root', kind: 'sandboxes' },
      { of: 'state', kind: 'sandboxes' },
      { of: 'root', kind: 'containers' },
      { of: 'state', kind: 'containers' },
    ])
  })
})
