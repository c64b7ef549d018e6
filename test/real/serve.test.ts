import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { withLab } from '../lab/lab.js'
import { listAll, untilState } from '../lab/listing.js'
import { createContainer, exitWith, runContainer, runPod, tell } from '../lab/pods.js'
import { until } from '../lab/wait.js'
import { describeOn } from './node.js'
import { withServe } from './serve-node.js'

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
        const listed = await listAll(served)
        console.log(listed, served.log())
        await exitWith(web, 7)
        await untilState(served, web.id, 'EXITED')
        console.log(await listAll(served), served.log())
      })
      console.log(await readFile(web.logFile ?? '', 'utf8'))
    })
  }, 60_000)
})
