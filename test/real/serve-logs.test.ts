import { rename } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { RuntimeServiceService as Cri } from '../../adapters/cri/gen/runtime/v1/services.js'
import { untilState } from '../lab/listing.js'
import { tell } from '../lab/pods.js'
import { describeOn } from './node.js'
import {
  logLines,
  numbered,
  ROUND,
  rounds,
  roundsOn,
  sizeOf,
  stopRounds,
  untilBlocked,
  untilLonger,
  WIDTH,
  withWriter,
} from './serve-logs.js'
import { startServe, withServe } from './serve-node.js'

const MIB = 1024 * 1024

/**
 * What a SIGKILL of serve can take along: the chunk that was read and not yet written, which is one buffer of 64 KiB
 * (source.ts reads the next one only when this one is in the log), and the beginning of a line that waited for its
 * end. What is in the pipe stays there: the shim holds the FIFO open from both ends. Around that, one line is cut at
 * each side: one whose end was in the buffer, or was being written, and one whose beginning was.
 */
const BUFFER = 64 * 1024
const MOST_LOST = Math.ceil(BUFFER / WIDTH) + 1

describeOn(['2.1'], 'the log of a container under serve', (version) => {
  it('holds every line once and in order, apart from what was in flight at two SIGKILLs', async () => {
    await withWriter(version, async (lab, writer) => {
      await tell(writer, `${rounds(2)}; exit 3`)
      for (const filled of [10 * MIB, 100 * MIB]) {
        const served = startServe(lab)
        await untilLonger(writer.logFile, filled)
        await served.kill()
      }
      const atKill = sizeOf(writer.logFile)
      await withServe(lab, [], async (served) => {
        await untilState(served, writer.id, 'EXITED')
      })
      expect(sizeOf(writer.logFile)).toBeGreaterThan(atKill)
      const { whole, gaps, cut } = numbered(logLines([writer.logFile]))
      const lost = gaps.reduce((sum, gap) => sum + gap, 0)
      expect(whole + lost).toBe(2 * ROUND)
      expect(gaps.length).toBeLessThanOrEqual(2)
      for (const gap of gaps) expect(gap).toBeLessThanOrEqual(MOST_LOST)
      expect(cut.length).toBeLessThanOrEqual(4)
    })
  })

  it('is rotated a hundred times under load, and loses and doubles no line', async () => {
    await withWriter(version, async (lab, writer) => {
      const log = writer.logFile
      const files: string[] = []
      await withServe(lab, [], async (served) => {
        await tell(writer, `${roundsOn}; exit 0`)
        for (let n = 0; n < 100; n += 1) {
          await untilLonger(log, 0)
          const old = `${log}.${n}`
          await rename(log, old)
          files.push(old)
          await served.connection.call(Cri.reopenContainerLog, { containerId: writer.id })
        }
        await stopRounds(writer)
        await untilState(served, writer.id, 'EXITED')
      })
      const { whole, gaps, cut } = numbered(logLines([...files, log]))
      expect({ rest: whole % ROUND, gaps, cut }).toEqual({ rest: 0, gaps: [], cut: [] })
    })
  })

  it('has everything that a container wrote while nobody read, and blocked on', async () => {
    await withWriter(version, async (lab, writer) => {
      await tell(writer, `${rounds(1)}; exit 0`)
      await untilBlocked(lab, 'cat')
      await withServe(lab, [], async (served) => {
        await untilState(served, writer.id, 'EXITED')
      })
      expect(numbered(logLines([writer.logFile]))).toMatchObject({ whole: ROUND, gaps: [], cut: [] })
    })
  })

  it('loses nothing to a serve that is told to end in the middle of the stream, and followed by another', async () => {
    await withWriter(version, async (lab, writer) => {
      await tell(writer, `${roundsOn}; exit 0`)
      for (let n = 0; n < 3; n += 1) {
        const served = startServe(lab)
        await served.ready()
        await untilLonger(writer.logFile, sizeOf(writer.logFile) + 5 * MIB)
        expect(await served.stop()).toBe(0)
      }
      await stopRounds(writer)
      await withServe(lab, [], async (served) => {
        await untilState(served, writer.id, 'EXITED')
      })
      const { whole, gaps, cut } = numbered(logLines([writer.logFile]))
      expect({ rest: whole % ROUND, gaps, cut }).toEqual({ rest: 0, gaps: [], cut: [] })
    })
  })
})
