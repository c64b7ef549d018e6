import { afterAll, beforeAll, expect, it } from 'vitest'
import { fieldOf } from '../lab/checkpoints.js'
import { withLab } from '../lab/lab.js'
import { describeOn } from './node.js'
import { inTimes, type Look, startless, statesOf } from './recover-crash-look.js'
import { ALIVE, ENDED, NAMES, type Name } from './recover-crash-node.js'
import { type Crash, type Crashes, crashEverywhere, ORDERS } from './recover-crashes.js'
import { kindsOf } from './strace.js'

const CALLS = [
  'bind',
  'fchmod',
  'fsync',
  'link',
  'mkdir',
  'openat',
  'rename',
  'rmdir',
  'unlink',
  'write',
  'writev',
]
const READS = ['Get', 'Info', 'List', 'ListStream', 'Plugins', 'Read', 'Stat', 'Version', 'Wait']

describeOn(['2.1', '1.7', '1.6'], 'a recovery that is killed where it changes something', (line) => {
  let story: Crashes
  beforeAll(async () => {
    story = await withLab({ version: line, deadlineMs: 280_000 }, crashEverywhere)
  })
  afterAll(() => {
    process.stdout.write(`containerd ${line}: killed ${story.crashes.length} times\n`)
  })
  const each = (check: (crash: Crash, death: string) => void): void => {
    for (const crash of story.crashes) check(crash, JSON.stringify(crash.death))
  }
  const sometimes = (what: (killed: Look) => boolean): void =>
    expect(story.crashes.some(({ killed }) => what(killed))).toBe(true)
  const oldText = (name: Name) => startless(name, story.before.texts.get(name) ?? null)
  const newText = (name: Name, { times }: Crash) =>
    inTimes(name, story.unharmed.after.texts.get(name) ?? null, times)
  const textOf = (name: Name, look: Look) => startless(name, look.texts.get(name) ?? null)

  /**
   * To undo a start takes two steps. Whoever comes between them finds a task that was killed, and says so. A deletion
   * that was broken off may still come to its end: so it counts what the recovery found, and not what was seen before.
   */
  const betweenSteps = ({ report }: Crash): boolean =>
    report.containers.some(({ id, task }) => story.names.get(id) === 'starting' && task === 'STOPPED')
  const asUnharmed = (crash: Crash): readonly Name[] =>
    NAMES.filter((name) => name !== 'starting' || !betweenSteps(crash))

  it('dies at every call and every request by which it does', () => {
    expect(kindsOf(story.deaths)).toEqual([...CALLS, ...ORDERS].toSorted())
    const sent = story.deaths.flatMap((death) => (death.at === 'call' ? (death.order?.method ?? []) : []))
    const arrived = story.deaths.flatMap((death) =>
      death.at === 'arrival' && death.fate === 'on' ? death.name : [],
    )
    expect(sent.toSorted()).toEqual(arrived.toSorted())
    expect(story.crashes.filter(({ hit }) => !hit).map(({ death }) => death)).toEqual([])
    const others = story.methods.filter((method) => !ORDERS.includes(method))
    expect(others.filter((method) => !READS.includes(method.split('/').at(-1) ?? ''))).toEqual([])
  })

  it('leaves each checkpoint as it was, or as it was to be', () => {
    each((crash, death) => {
      for (const name of NAMES)
        expect([oldText(name), newText(name, crash)], `${name}, ${death}`).toContain(
          textOf(name, crash.killed),
        )
    })
    for (const name of [...ENDED, 'homeless'] as const)
      expect(story.unharmed.after.texts.get(name), name).not.toEqual(story.before.texts.get(name))
  })

  it('loses no exit: the task that knows it is there, or it is on disk', () => {
    each((crash, death) => {
      for (const name of ENDED)
        if (crash.killed.tasks.get(name)?.status !== 'stopped')
          expect(textOf(name, crash.killed), `${name}, ${death}`).toBe(newText(name, crash))
    })
    for (const name of ENDED) {
      sometimes(({ tasks }) => !tasks.has(name))
      sometimes((killed) => killed.tasks.has(name) && fieldOf(textOf(name, killed) ?? '', 'Pid') === '0')
    }
  })

  it('loses nothing of what it could not read', () => {
    each(({ killed, again }, death) => {
      expect(killed.unreadable, death).not.toEqual([])
      expect(again.unreadable, death).toEqual([expect.stringMatching(/^status\.unreadable-\d+$/)])
    })
    sometimes(({ unreadable }) => unreadable.length === 2)
  })

  it('hurts nobody who lives, and takes no directory away from whoever is listed', () => {
    each(({ killed, again }, death) => {
      for (const look of [killed, again])
        for (const name of ALIVE)
          expect(look.tasks.get(name), `${name}, ${death}`).toEqual(story.before.tasks.get(name))
      expect(killed.housed, death).toEqual(expect.arrayContaining([...story.before.housed]))
      expect(again.housed, death).toEqual(NAMES)
    })
    sometimes(({ housed, texts }) => housed.includes('homeless') && texts.get('homeless') === null)
  })

  it('comes, done again, to the same checkpoints, byte for byte', () => {
    each((crash, death) => {
      for (const name of asUnharmed(crash))
        expect(textOf(name, crash.again), `${name}, ${death}`).toBe(newText(name, crash))
    })
  })

  it('says, done again, the same of each container', () => {
    const { names, unharmed } = story
    const expected = statesOf(unharmed.report, names, unharmed.times)
    each((crash, death) => {
      const same = (row: { readonly name: Name | undefined }): boolean =>
        row.name !== undefined && asUnharmed(crash).includes(row.name)
      const found = statesOf(crash.report, names, crash.times)
      expect(found.filter(same), death).toEqual(expected.filter(same))
      expect(found).toHaveLength(expected.length)
    })
  })

  it('but that a task which was killed to undo its start, and not deleted, has exited with 137', () => {
    const between = story.crashes.filter(betweenSteps)
    expect(between).not.toEqual([])
    for (const { killed, again } of between) {
      expect(killed.tasks.get('starting')?.status).toBe('stopped')
      const text = textOf('starting', again) ?? ''
      expect(fieldOf(text, 'ExitCode')).toBe('137')
      expect(fieldOf(text, 'FinishedAt')).not.toBe('0')
    }
  })

  it('leaves, done again, the same tasks, and nothing that is to be cleared away', () => {
    each(({ again }, death) => {
      expect(again.tasks, death).toEqual(story.unharmed.after.tasks)
      expect(again.left, death).toEqual([])
    })
    expect(story.unharmed.after.left).toEqual([])
    for (const part of ['/.tmp-status', 'containers/orphan', 'cri-recover.lock/'])
      sometimes(({ left }) => left.some((path) => path.includes(part)))
  })
})
