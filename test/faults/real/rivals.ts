import { expect } from 'vitest'
import { answerOf } from '../../../adapters/fast-check/contract/files.js'
import type { Ports } from '../../../ports/ports.js'
import { recover } from '../../../ports/recover.js'
import type { Lab } from '../../lab/lab.js'
import type { Finished } from '../../lab/run.js'
import { takeSnapshot } from '../../lab/snapshot.js'
import { onNode, optionsFor } from '../../real/node.js'
import { withoutLock } from '../../real/recover-story.js'
import { shown } from '../telling.js'
import { end, onDisk, one, recoverBelow, reportOf, setUp } from './stage.js'

/** In the middle of one recovery: it has looked, and has not begun to act. */
const inTheMiddle = (ports: Ports, other: () => Promise<void>): Ports => {
  const list: Ports['tasks']['list'] = (signal) => async () => {
    await other()
    return ports.tasks.list(signal)()
  }
  return { ...ports, tasks: { ...ports.tasks, list } }
}

export const atOnce = async (lab: Lab): Promise<string> => {
  const ended = one(await setUp(lab, ['ended', 'runs']), 'ended')
  await end(lab, ended, 7)
  const before = withoutLock(await takeSnapshot(lab))
  const seconds: Finished[] = []
  const second = async (): Promise<void> => {
    seconds.push(await recoverBelow(lab, []))
    expect(withoutLock(await takeSnapshot(lab))).toEqual(before)
  }
  const first = await onNode(lab, async (ports) =>
    answerOf(await recover(optionsFor(lab))(inTheMiddle(ports, second))()),
  )
  expect(seconds.map(({ code, stdout }) => [code, stdout])).toEqual([[1, '']])
  expect(seconds[0]?.stderr).toContain('another recovery is under way')
  expect(await onDisk(lab, ended)).toBe('EXITED 7')
  const third = reportOf(await recoverBelow(lab, []))
  return `the second: exit code 1, another recovery is under way, nothing changed; the first: ${shown(first, ended.id)}; one after it: ${shown(third, ended.id)}`
}
