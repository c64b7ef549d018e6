import { beforeAll, expect, it } from 'vitest'
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

interface Allowance {
  readonly field: RegExp
  readonly because: string
}

/** Where the two differ, and why. Everything else is the same, field by field. */
const DIFFERS: readonly Allowance[] = [
  { field: /^version: answer\.runtime(Name|Version)$/, because: 'it says who answers' },
  { field: /^status: answer\.status\.conditions\.1\./, because: 'no networks are set up through it' },
  { field: /^status: answer\.status\.conditions\.2$/, because: 'only containerd knows its deprecations' },
  { field: /^status: answer\.(runtimeHandlers\.\d|features)$/, because: 'nothing is started through it' },
  {
    field: /^status of (container|pod) .*: answer\.info\.cri-recover$/,
    because: 'what only a recovery knows',
  },
  { field: /^status of no pod: details$/, because: 'it names the pod' },
  { field: /^reopening the log of one that has exited: details$/, because: 'it names the container' },
  { field: /^list (one|an) image.*: answer\.images\.[^.]+$/, because: 'containerd passes over the filter' },
  { field: /^file systems of images: .*\.timestamp$/, because: 'measured at another time' },
  { field: /^statistics of .*\.writableLayer\./, because: 'containerd measures these every 10 s only' },
  { field: /^statistics of .*\.swap$/, because: 'containerd 2.1 tells none' },
  { field: /^statistics of .*\.timestamp$/, because: 'measured at another time' },
]

/** Where they may: what is measured twice need not be the same, and need not be another. */
const MAY_DIFFER: readonly Allowance[] = [
  { field: /^file systems of images: .*\.(usedBytes|inodesUsed)\.value$/, because: 'measured later' },
  { field: /^statistics of .*\.(cpu|memory|process|network)\..*\.value$/, because: 'measured later' },
]

const fits = ({ asks, path }: Difference, { field }: Allowance): boolean => field.test(`${asks}: ${path}`)

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
    const allowed = [...DIFFERS, ...MAY_DIFFER]
    expect(all().filter((difference) => !allowed.some((one) => fits(difference, one)))).toEqual([])
  })
  it('differ wherever that was said', () => {
    expect(DIFFERS.filter((one) => !all().some((difference) => fits(difference, one)))).toEqual([])
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
})
