import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cgroupOf, pidsIn } from '../lab/cgroups.js'
import { withLab } from '../lab/lab.js'
import { containerStatus, untilState } from '../lab/listing.js'
import { exitWith, runContainer, runPod, tell } from '../lab/pods.js'
import { findProcess } from '../lab/processes.js'
import { untilTrue } from '../lab/wait.js'
import { describeOn } from './node.js'
import { logLines, sizeOf, written } from './serve-logs.js'
import { withServe } from './serve-node.js'

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
        await tell(web, 'yes 0123456789abcde | head -c 64000; exit 5')
        await untilTrue('its program has ended', () =>
          pidsIn(cgroupOf(lab.dir)).every((pid) => findProcess(pid)?.program !== 'sh'),
        )
        process.kill(served.process.pid, 'SIGCONT')
        await untilState(served, web.id, 'EXITED')
        await untilTrue('its task is deleted', async () => !(await lab.ctr('task', 'ls')).includes(web.id))
        expect(written(logLines([web.logFile ?? '']), 'stdout')).toBe('0123456789abcde\n'.repeat(4000))
        expect(served.log()).not.toContain('log pipes')
      })
    })
  })

  it('is cut at the deadline, and that is said, where somebody who was left behind keeps its pipe open', async () => {
    await withLab({ version }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const web = await runContainer(lab, pod, 'web')
      await lab.restart(false)
      await withServe(lab, ['--drain-timeout', '1s'], async (served) => {
        const [shell = 0] = pidsIn(cgroupOf(lab.dir)).filter((pid) => findProcess(pid)?.program === 'sh')
        // Not killed with the container: it is in no cgroup of its.
        const child = await open(`/proc/${shell}/fd/1`, 'w')
        try {
          await tell(web, 'echo last words')
          await exitWith(web, 5)
          await untilState(served, web.id, 'EXITED')
          await untilTrue('its task is deleted', async () => !(await lab.ctr('task', 'ls')).includes(web.id))
          expect(written(logLines([web.logFile ?? '']), 'stdout')).toBe('last words\n')
          console.log(served.log())
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
        console.log(
          served.log(),
          await containerStatus(served, escaped.id),
          await containerStatus(served, linked.id),
        )
      })
      expect(files.map(sizeOf)).toEqual(before)
    })
  })
})
