import { type Command, Option } from '@commander-js/extra-typings'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import { type IdMiss, resolveId } from '../../../core/id-index.js'
import type { Report } from '../../../core/report.js'
import { type Conclude, EXIT, type Told } from '../exit.js'
import { parseCell } from '../explain/cell.js'
import { type Explanation, explainCell, explainId } from '../explain/explanation.js'
import { renderExplanation } from '../explain/render.js'
import type { Host } from '../host.js'
import { type NodeOptions, nodeCommand } from '../node-options.js'
import { jsonText } from '../render/json.js'
import { paintFor } from '../render/paint.js'
import type { Trouble } from '../trouble.js'
import { orRefuse } from '../values.js'
import { onNode } from './node.js'
import { colours } from './report.js'

/** The same node again. */
const again = ({ world, address }: NodeOptions): string =>
  world === undefined ? ` --address ${address}` : ` --world ${world}`

const missed = (id: string, miss: IdMiss, options: NodeOptions): Trouble => {
  if (miss.kind === 'none')
    return {
      message: `no container and no sandbox has an id that begins with ${JSON.stringify(id)}`,
      next: `cri-recover plan --all${again(options)}`,
    }
  const { matches, count } = miss
  const some = `${matches.join(', ')}${count > matches.length ? ', …' : ''}`
  return {
    message: `${count} ids begin with ${JSON.stringify(id)}: ${some}`,
    next: `cri-recover explain ${matches[0] ?? ''}${again(options)}`,
  }
}

const find = (report: Report, id: string, options: NodeOptions): Either<Trouble, Explanation> => {
  const ids = [...report.containers, ...report.sandboxes].map((row) => row.id)
  const whole = resolveId(ids, id)
  if (isLeft(whole)) return left(missed(id, whole.left, options))
  const explanation = explainId(report, whole.right)
  return explanation === null ? left(missed(id, { kind: 'none' }, options)) : right(explanation)
}

const tell = (explanation: Explanation, options: NodeOptions, host: Host): Told => {
  const text =
    options.output === 'table'
      ? renderExplanation(explanation, paintFor(colours(host, options)))
      : jsonText(explanation, options.output === 'json' ? 2 : undefined)
  return { text, code: EXIT.done }
}

const onId = async (id: string, options: NodeOptions, host: Host): Promise<Either<Trouble, Told>> => {
  const { plan } = await import('../../../ports/recover.js')
  const report = await onNode('explain', options, false, host, plan)
  if (isLeft(report)) return report
  const explanation = find(report.right, id, options)
  return isLeft(explanation) ? explanation : right(tell(explanation.right, options, host))
}

export const addExplain = (program: Command, host: Host, conclude: Conclude): void => {
  nodeCommand(program, 'explain')
    .description('Why one container or sandbox is decided as it is, or what one cell of the tables says.')
    .argument('[id]', 'the id of a container or sandbox, or a beginning of it that fits no other')
    .addOption(
      new Option(
        '--cell <cell>',
        'without a node: TASK/CHECKPOINT, sandbox/TASK, stored/CONTROLLER or rescue/SHIM/CHECKPOINT',
      ).argParser(orRefuse(parseCell)),
    )
    .action(async (id, options, command) => {
      if (options.cell !== undefined && id === undefined)
        return conclude(right(tell(explainCell(options.cell, options.profile), options, host)))
      if (id === undefined || options.cell !== undefined)
        return command.error('name an id, or a cell with --cell, and not both')
      conclude(await onId(id, options, host))
    })
}
