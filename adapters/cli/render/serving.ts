import { stateOf } from '../../../core/status.js'
import type { Service } from '../../../ports/service.js'
import { counted } from './counted.js'

const WORDS = {
  CONTAINER_RUNNING: 'running',
  CONTAINER_CREATED: 'created',
  CONTAINER_EXITED: 'exited',
  CONTAINER_UNKNOWN: 'unknown',
} as const

/** What a first recovery came to, in a line: how many of what, in what time, and what took longest. */
export const recoveredLine = (service: Service): string => {
  const { containers, sandboxes, images } = service.node()
  const { recoveryMs, slowest } = service.counts()
  const states = [...containers.values()].map(({ status }) => stateOf(status))
  const byState = Object.entries(WORDS).flatMap(([state, word]) => {
    const count = states.filter((one) => one === state).length
    return count === 0 ? [] : [`${count} ${word}`]
  })
  const of = byState.length === 0 ? '' : ` (${byState.join(', ')})`
  const all = `${counted(containers.size, 'container')}${of}, ${counted(sandboxes.size, 'sandbox', 'sandboxes')}`
  const slow = slowest.map(({ id, ms }) => `${id} ${ms} ms`).join(', ')
  const took = `${counted(images.size, 'image')} in ${recoveryMs ?? 0} ms`
  return `recovered ${all} and ${took}${slow === '' ? '' : `; slowest: ${slow}`}`
}
