import { describe, expect } from 'vitest'
import { answerOf, calm, expectFailure } from './files.js'
import type { MakeIo } from './io.js'
import { finish, type It, itOf, type LogsFixture, told } from './logged.js'
import { describeAttach, describeRefusals } from './logs-attach.js'
import { describeDrain } from './logs-drain.js'
import { describeReopen } from './logs-reopen.js'

export type { LoggedTask, LogsFixture } from './logged.js'

const describeClose = (name: string, it_: It): void => {
  describe(`${name}: closing the logs`, () => {
    it_('writes what is in the pipes, and lets go of all of them', [], async (f, web) => {
      const db = await f.run('db')
      for (const task of [web, db]) {
        answerOf(await f.io.attach(task.request)())
        await task.write('stdout', 'one\nand half a')
      }
      answerOf(await f.io.close(calm)())
      for (const task of [web, db]) {
        expect(await told(task)).toEqual(['F one', 'P and half a'])
        expectFailure(await f.io.drain(task.request.id, calm)(), 'NotFound')
        expectFailure(await f.io.reopen(task.request.id)(), 'NotFound')
      }
    })
    it_('leaves what comes after it to a successor', [], async (f, web) => {
      answerOf(await f.io.attach(web.request)())
      await web.write('stdout', 'one\ntwo')
      answerOf(await f.io.close(calm)())
      await web.write('stdout', ' and a half\n')
      const next = f.successor()
      answerOf(await next.attach(web.request)())
      await web.end()
      answerOf(await next.drain('web', calm)())
      expect(await told(web)).toEqual(['F one', 'P two', 'F  and a half'])
    })
    it_('is done at once where nothing is attached', [], async (f) => {
      answerOf(await f.io.close(calm)())
    })
  })
}

const describeTotals = (name: string, it_: It): void => {
  describe(`${name}: what went through the logs`, () => {
    it_('is counted in bytes of content, and in lines of the logs', [], async (f, web) => {
      const nothing = { bytes: 0n, lines: 0n, writeErrors: 0n, lostBytes: 0n }
      expect(f.io.totals()).toEqual(nothing)
      answerOf(await f.io.attach(web.request)())
      await web.write('stdout', `ä\r\n\nb\n${'x'.repeat(f.maxLine + 1)}\n`)
      await web.write('stderr', 'no end')
      await finish(f, web)
      const bytes = 3n + BigInt(f.maxLine) + 1n + 6n
      expect(f.io.totals()).toEqual({ ...nothing, bytes, lines: 6n })
    })
  })
}

const describeFresh = (name: string, it_: It): void => {
  describe(`${name}: fresh IO that is attached to`, () => {
    it_('has kept what was written meanwhile', [], async (f) => {
      answerOf(await f.io.create({ id: 'new', tty: false, stdin: false, log: null })())
      const paths = await f.fresh('new')
      const pathOf = (stream: string): string => paths.find((path) => path.endsWith(stream)) ?? ''
      const pipes = { stdoutPath: pathOf('stdout'), stderrPath: pathOf('stderr') }
      const fresh = await f.run('new', pipes)
      await fresh.write('stdout', 'early\n')
      answerOf(await f.io.attach(fresh.request)())
      await finish(f, fresh)
      expect(await told(fresh)).toEqual(['F early'])
    })
  })
}

/** What every implementation of LogIo must satisfy, besides what it must as an Io. */
export const describeLogs = (name: string, make: MakeIo<LogsFixture>): void => {
  const it_ = itOf(make)
  describeFresh(name, it_)
  describeAttach(name, it_)
  describeRefusals(name, it_)
  describeDrain(name, it_)
  describeReopen(name, it_)
  describeClose(name, it_)
  describeTotals(name, it_)
}
