import { beforeAll, describe, expect, it } from 'vitest'
import { ImageServiceService as Images } from '../../adapters/cri/gen/runtime/v1/services.js'
import { BUSYBOX_IMAGE } from '../lab/config.js'
import { type Lab, withLab } from '../lab/lab.js'
import { untilState } from '../lab/listing.js'
import { createContainer, exitWith, runContainer, runPod, stopPod } from '../lab/pods.js'
import { describeOn } from './node.js'
import {
  type Answers,
  askAll,
  brokenAt,
  type Difference,
  differences,
  imageSpec,
  leaves,
  questionsAbout,
  type Subjects,
} from './serve-cri.js'
import { withServe } from './serve-node.js'

const furnish = async (lab: Lab): Promise<Subjects> => {
  const web = await runPod(lab, 'web', { labels: { app: 'web', 'io.kubernetes.pod.name': 'web' } })
  const own = await runPod(lab, 'own', { hostNetwork: false, pid: 'pod' })
  const over = await runPod(lab, 'over')
  await stopPod(lab, over)
  const running = await runContainer(lab, web, 'running', undefined, { labels: { tier: 'front' } })
  const limited = await runContainer(lab, own, 'limited', undefined, { memory: 64n << 20n, tty: true })
  const created = await createContainer(lab, web, 'created', undefined, { stdin: true, attempt: 2 })
  const silent = await runContainer(lab, web, 'silent', undefined, { logPath: '' })
  const done = await runContainer(lab, web, 'done')
  const failed = await runContainer(lab, web, 'failed')
  await exitWith(done, 0)
  await exitWith(failed, 3)
  for (const { id } of [done, failed]) await untilState(lab, id, 'EXITED')
  const asked = { image: imageSpec(BUSYBOX_IMAGE), verbose: false }
  const { image } = await lab.connection.call(Images.imageStatus, asked)
  return {
    pods: [web, own, over],
    containers: [running, limited, created, silent, done, failed],
    imageId: image?.id ?? '',
  }
}

/** Where the two may differ, and why. Everything else is the same, field by field. */
const ALLOWED: readonly (readonly [field: RegExp, because: string])[] = []

const isAllowed = ({ asks, path }: Difference): boolean =>
  ALLOWED.some(([field]) => field.test(`${asks}: ${path}`))

describeOn(['2.1'], 'the CRI of a serve and containerd’s own, asked about the same pods', (line) => {
  let theirs: Answers
  let ours: Answers
  beforeAll(async () => {
    await withLab({ version: line }, async (lab) => {
      const questions = questionsAbout(await furnish(lab))
      theirs = await askAll(lab.address, questions)
      await lab.restart(false)
      ours = await withServe(lab, [], ({ socket }) => askAll(socket, questions))
    })
  }, 120_000)

  const all = (): readonly Difference[] =>
    [...theirs].flatMap(([asks, answer]) => differences(asks, answer, ours.get(asks)))

  it('answer the same, but for what is allowed to differ', () => {
    expect(all().filter((difference) => !isAllowed(difference))).toEqual([])
  })
  it('differ wherever it is allowed: what does not differ any more need not be allowed', () => {
    const idle = ALLOWED.filter(([field]) => !all().some(({ asks, path }) => field.test(`${asks}: ${path}`)))
    expect(idle).toEqual([])
  })
  it('would be told apart by any field that were wrong', () => {
    const unseen: string[] = []
    for (const [asks, answer] of ours)
      for (const path of leaves(answer)) {
        const broken = differences(asks, answer, brokenAt(answer, path))
        if (broken.length === 0) unseen.push(`${asks}: ${path.join('.')}`)
      }
    expect(unseen).toEqual([])
    expect(ours.size).toBeGreaterThan(60)
  })
  describe('print', () => {
    it('x', () => {
      const lines = all().map(
        (d) =>
          `${d.asks}: ${d.path}\n    theirs ${JSON.stringify(d.theirs)?.slice(0, 200)}\n    ours   ${JSON.stringify(d.ours)?.slice(0, 200)}`,
      )
      process.stdout.write(`${lines.length}\n${lines.join('\n')}\n`)
    })
  })
})
