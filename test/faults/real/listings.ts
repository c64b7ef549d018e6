import { join } from 'node:path'
import { isLeft, left } from 'fp-ts/lib/Either.js'
import { expect } from 'vitest'
import { ContainersService } from '../../../adapters/containerd/gen/containerd/services/containers/v1/containers.js'
import { failure } from '../../../ports/failure.js'
import type { Ports } from '../../../ports/ports.js'
import { recover } from '../../../ports/recover.js'
import { forgetContainer, tasks } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { filesBelow } from '../../lab/snapshot.js'
import { onNode, optionsFor, recoverOn } from '../../real/node.js'
import { liesAbout, lying } from '../lies.js'
import { counted, orphanWords, rowWords, shown } from '../telling.js'
import { plantImage, plantRecords } from './plant.js'
import { end, onDisk, one, setUp } from './stage.js'

const MIB = 1 << 20

/** What a node has that may not be deleted, by its paths and ids. */
const look = async (lab: Lab) => ({
  root: Object.keys(await filesBelow(lab.criRoot)),
  state: Object.keys(await filesBelow(lab.criState)).filter((path) => !path.startsWith('cri-recover.lock')),
  tasks: (await tasks(lab)).map(({ id }) => id),
})

const RECORDS = 20

/** Asked for all records in one reply, containerd refuses. */
const expectTooMuch = (lab: Lab): Promise<void> =>
  expect(lab.connection.call(ContainersService.list, { filters: [] })).rejects.toThrow('RESOURCE_EXHAUSTED')

export const tooLarge = async (lab: Lab): Promise<string> => {
  const made = await setUp(lab, ['first', 'second'], ['rests'])
  const [first, second] = [one(made, 'first'), one(made, 'second')]
  const ids = Array.from({ length: RECORDS }, (_, n) => `padded-${n}`)
  await plantRecords(lab, one(made, 'rests'), ids, MIB)
  await expectTooMuch(lab)
  await end(lab, first, 7)
  const taken = await recoverOn(lab)
  const padded = taken.containers.filter(({ id }) => ids.includes(id)).map(rowWords)
  expect([taken.fatal, padded.length, await onDisk(lab, first)]).toEqual([null, RECORDS, 'EXITED 7'])
  for (const name of ['one', 'two', 'three']) await plantImage(lab, `lab.local/${name}:1`, 6 * MIB)
  await end(lab, second, 8)
  const before = await look(lab)
  const { fatal } = await recoverOn(lab)
  expect([fatal?.stage, fatal?.message.includes('out of room')]).toEqual(['images', true])
  expect([await onDisk(lab, second), await look(lab)]).toEqual(['RUNNING', before])
  return `${RECORDS} MiB of records: all listed, ${counted(padded)}, and beside them ${shown(taken, first.id)}; 18 MiB of images: fatal, out of room, nothing done`
}

const brokenOff = ({ containers, ...ports }: Ports): Ports => ({
  ...ports,
  containers: {
    ...containers,
    list: () => async () =>
      left(failure('Unavailable', 'list containers', 'containerd', 'it broke off', { unreached: 'broken' })),
  },
})

export const unlisted = async (lab: Lab): Promise<string> => {
  const made = await setUp(lab, ['runs'], ['rests', 'other', 'spare'])
  const [runs, rests, spare] = [one(made, 'runs'), one(made, 'rests'), one(made, 'spare')]
  const lies = liesAbout({ pod: runs.pod.id, runs: runs.id, rests: rests.id, spare: spare.id })
  const worse = Object.entries(lies).map(
    ([what, lie]) => [what, (ports: Ports) => lying(ports, lie)] as const,
  )
  const before = await look(lab)
  const saw: string[] = []
  for (const [what, worsen] of [...worse, ['broken off', brokenOff] as const]) {
    const answer = await onNode(lab, (ports) => recover(optionsFor(lab))(worsen(ports))())
    expect(await look(lab), what).toEqual(before)
    saw.push(`${what}: ${isLeft(answer) ? `${answer.left.tag}, nothing done` : orphanWords(answer.right)}`)
  }
  await forgetContainer(lab, spare)
  const honest = await recoverOn(lab)
  expect(Object.keys(await filesBelow(join(lab.criRoot, 'containers')))).not.toContain(spare.id)
  return `${saw.join('; ')}; once its record is gone: ${orphanWords(honest)}`
}
