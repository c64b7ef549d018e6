import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import { withLab } from '../lab/lab.js'
import { containerStatus, listAll, untilState } from '../lab/listing.js'
import { createContainer, exitWith, runContainer, runPod, tell } from '../lab/pods.js'
import { describeOn } from './node.js'
import { startServe, withServe } from './serve-node.js'

const contentOf = async (file: string | undefined): Promise<readonly string[]> =>
  (await readFile(file ?? '', 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ').slice(1).join(' '))

describeOn(['2.1', '1.7', '1.6'], 'a serve', (version) => {
  it('recovers, pipes logs, takes exits down, and answers CRI', async () => {
    await withLab({ version }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const web = await runContainer(lab, pod, 'web')
      await createContainer(lab, pod, 'idle')
      await tell(web, 'echo before')
      await lab.restart(false)
      await tell(web, 'echo meanwhile')
      await withServe(lab, [], async (served) => {
        await tell(web, 'echo after')
        const { pods, containers } = await listAll(served)
        expect(pods).toMatchObject([{ id: pod.id, state: 'READY' }])
        expect(containers).toMatchObject([
          { name: 'idle', state: 'CREATED', startedAt: 0n },
          { id: web.id, name: 'web', state: 'RUNNING', finishedAt: 0n },
        ])
        await exitWith(web, 7)
        await untilState(served, web.id, 'EXITED')
        expect(await containerStatus(served, web.id)).toMatchObject({ exitCode: 7, reason: 'Error' })
        // Its task goes last: by then its log is whole.
        await untilTrue('its task is deleted', async () => !(await lab.ctr('tasks', 'ls')).includes(web.id))
      })
      expect(await contentOf(web.logFile)).toEqual([
        'stdout F before',
        'stdout F meanwhile',
        'stdout F after',
      ])
    })
  }, 60_000)

  it('ends by SIGTERM with 0, and lets nobody in beside it', async () => {
    await withLab({ version }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const web = await runContainer(lab, pod, 'web')
      const beside = startServe(lab)
      expect(await beside.ended).toBe(1)
      expect(beside.log()).toContain('CRI plugin is live')
      await lab.restart(false)
      const first = startServe(lab)
      await first.ready()
      const second = startServe(lab, ['--listen', `${lab.dir}/serve/other.sock`])
      expect(await second.ended).toBe(1)
      expect(second.log()).toContain('another recovery is under way')
      expect(await first.stop()).toBe(0)
      expect(await lab.ctr('tasks', 'ls')).toContain(web.id)
    })
  }, 60_000)
})
