import { asText } from '../../adapters/fast-check/laws/case.js'
import type { World } from '../../adapters/memory/index.js'
import { applyAll, look } from './disk.js'
import { afterPowerCut } from './power-cut.js'
import { storedOf, withStored } from './reboot.js'
import { filled, NEW, operationsOf, writeOver } from './recorded.js'

/**
 * The worlds that a write of this text may leave which does not come to its end: the temporary file empty, half, full,
 * or of zeros; and the new checkpoint in place, with its temporary name or without.
 */
export const tornIn = (world: World, text: string): readonly World[] => {
  const { disk, bodies } = storedOf(world)
  if (look(disk).get('web') !== 'directory') return []
  const asked = filled(operationsOf(writeOver(look(disk).get('web/status'))), { [NEW]: text })
  const left = asked.flatMap((_, at) => afterPowerCut(applyAll(disk, asked.slice(0, at + 1))))
  const found = new Map(left.map((one) => [asText([...look(one)]), withStored(world, { disk: one, bodies })]))
  // Nothing done yet is no torn write.
  found.delete(asText([...look(disk)]))
  return [...found.values()]
}
