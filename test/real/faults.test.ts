import { it } from 'vitest'
import { FAULTS } from '../faults/all.js'
import { LINES } from '../faults/fault.js'
import { compare } from '../faults/seen.js'
import { withLab } from '../lab/lab.js'
import { describeOn } from './node.js'

for (const line of LINES)
  describeOn([line], 'a fault', () => {
    for (const { id, says, expected, real } of FAULTS)
      if (!('cannot' in real))
        it(`${id}, ${says}: ${expected}`, async () => {
          const { deadlineMs = 100_000 } = real
          await compare(id, line, await withLab({ version: line, deadlineMs }, real.run))
        })
  })
