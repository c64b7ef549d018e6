import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import { cgroupOf, pidsIn } from '../lab/cgroups.js'
import { type Lab, withLab } from '../lab/lab.js'
import { containerStatus, untilState } from '../lab/listing.js'
import { exitWith, type LabContainer, runContainer, runPod, tell } from '../lab/pods.js'
import { findProcess } from '../lab/processes.js'
import { describeOn } from './node.js'
import { logLines, sizeOf, written } from './serve-logs.js'
import { withServe } from './serve-node.js'

/** The FIFO of its standard output. */
const fifoOf = async ({ criState }: Lab, { id }: LabContainer): Promise<string> => {
  const io = join(criState, 'containers', id, 'io')
  const [folder = ''] = await readdir(io)
  return join(io, folder, `${id}-stdout`)
}

const LIMIT = 16 * 1024

describeOn(['2.1'], 'what a container writes under serve', (version) => {
  it('is in its log byte for byte: both streams, a terminal, long lines, a line without an end', async () => {
    await withLab({ version }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const web = await runContainer(lab, pod, 'web')
      const tty = await runContainer(lab, pod, 'tty', undefined, { tty: true })
      const mute = await runContainer(lab, pod, 'mute', undefined, { logPath: '' })
      await lab.restart(false)
      await withServe(lab, [], async (served) => {
        const long = `awk 'BEGIN{for(i=0;i<5000;i++) printf "%08d", i; print ""}'`
        await tell(
          web,
          `echo out; echo err >&2; ${long}; ${long} >&2; printf 'cr\\r\\n'; printf 'no end'; exit 0`,
        )
        await tell(tty, `echo out; echo err >&2; ${long}; printf 'no end'; exit 0`)
        await tell(mute, 'yes | head -c 1000000; : > /ctl/done; exit 0')
        for (const { id } of [web, tty, mute]) await untilState(served, id, 'EXITED')
      })
      const longLine = `${Array.from({ length: 5000 }, (_, n) => String(n).padStart(8, '0')).join('')}\n`
      const webLines = [...logLines([web.logFile ?? ''])]
      expect(written(webLines, 'stdout')).toBe(`out\n${longLine}cr\nno end`)
      expect(written(webLines, 'stderr')).toBe(`err\n${longLine}`)
      const parts = webLines.filter(({ stream, content }) => stream === 'stdout' && content.length > 100)
      expect(parts.map(({ partial, content }) => [partial, content.length])).toEqual([
        [true, LIMIT],
        [true, LIMIT],
        [false, 40_000 - 2 * LIMIT],
      ])
      const ttyLines = [...logLines([tty.logFile ?? ''])]
      expect(written(ttyLines, 'stdout')).toBe(`out\nerr\n${longLine}no end`)
      expect(written(ttyLines, 'stderr')).toBe('')
      expect(existsSync(join(mute.orders, '../done'))).toBe(true)
      expect((await readdir(pod.config.logDirectory)).sort()).toEqual(['tty', 'web'])
    })
  })

  it('is all in its log before its task is deleted, though it ended with its pipe full', async () => {
    await withLab({ version }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const web = await runContainer(lab, pod, 'web')
      await lab.restart(false)
      await withServe(lab, [], async (served) => {
        process.kill(served.process.pid, 'SIGSTOP')
        await tell(web, 'yes 0123456789abcde | head -c 100000; exit 5')
        await untilTrue('its program has ended', () =>
          pidsIn(cgroupOf(lab.dir)).every((pid) => findProcess(pid)?.program !== 'sh'),
        )
        process.kill(served.process.pid, 'SIGCONT')
        await untilState(served, web.id, 'EXITED')
        await untilTrue('its task is deleted', async () => !(await lab.ctr('task', 'ls')).includes(web.id))
        expect(written(logLines([web.logFile ?? '']), 'stdout')).toBe('0123456789abcde\n'.repeat(6250))
        expect(served.log()).not.toContain('log pipes')
      })
    })
  })

  it('is in its log where it ended with its pipes full while no serve ran', async () => {
    await withLab({ version }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const [full, empty] = [await runContainer(lab, pod, 'full'), await runContainer(lab, pod, 'empty')]
      await lab.restart(false)
      await tell(full, 'yes 0123456789abcde | head -c 100000; exit 5')
      await exitWith(empty, 6)
      await untilTrue('both have ended', async () => {
        const tasks = await lab.ctr('task', 'ls')
        return [full, empty].every(({ id }) => new RegExp(`${id}.*STOPPED`).test(tasks))
      })
      await withServe(lab, [], async (served) => {
        for (const { id } of [full, empty]) await untilState(served, id, 'EXITED')
        await untilTrue(
          'their tasks are deleted',
          async () => !(await lab.ctr('task', 'ls')).includes('STOPPED'),
        )
        expect(written(logLines([full.logFile ?? '']), 'stdout')).toBe('0123456789abcde\n'.repeat(6250))
        // Nobody writes the pipes of the other one any more: that is their end, and no deadline has to cut it.
        expect(served.log()).not.toContain('log pipes')
      })
    })
  })

  it('is cut at the deadline, and that is said, where somebody who was left behind keeps its pipe open', async () => {
    await withLab({ version }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const web = await runContainer(lab, pod, 'web')
      await lab.restart(false)
      await withServe(lab, ['--drain-timeout', '500ms'], async (served) => {
        // As a process would that is in none of its cgroups: it is not killed with the container.
        const child = await open(await fifoOf(lab, web), 'w')
        try {
          await tell(web, 'echo last words')
          await exitWith(web, 5)
          await untilState(served, web.id, 'EXITED')
          await untilTrue('its task is deleted', async () => !(await lab.ctr('task', 'ls')).includes(web.id))
          expect(written(logLines([web.logFile ?? '']), 'stdout')).toBe('last words\n')
          await untilTrue('it says so', () => served.log().includes('lines that were still in its log pipes'))
        } finally {
          await child.close()
        }
      })
    })
  })

  it('goes nowhere but below the log folder of its pod, whatever its log path says', async () => {
    await withLab({ version }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const logs = pod.config.logDirectory
      const elsewhere = join(lab.dir, 'elsewhere')
      await mkdir(elsewhere)
      await mkdir(logs, { recursive: true })
      await symlink(elsewhere, join(logs, 'link'))
      const escaped = await runContainer(lab, pod, 'escaped', undefined, { logPath: '../../escape' })
      const linked = await runContainer(lab, pod, 'linked', undefined, { logPath: 'link/0.log' })
      const web = await runContainer(lab, pod, 'web')
      await lab.restart(false)
      const files = [join(lab.dir, 'escape'), join(elsewhere, '0.log')]
      const before = files.map(sizeOf)
      await withServe(lab, [], async (served) => {
        for (const container of [escaped, linked, web]) await tell(container, 'echo here')
        await untilTrue(
          'the third has its log',
          async () => (await readFile(web.logFile ?? '', 'utf8')) !== '',
        )
        for (const { id } of [escaped, linked])
          expect((await containerStatus(served, id)).state).toBe('RUNNING')
        expect(served.log().match(/what it writes reaches no log/g)).toHaveLength(2)
      })
      expect(files.map(sizeOf)).toEqual(before)
    })
  })
})
