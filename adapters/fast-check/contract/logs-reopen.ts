import { describe, expect } from 'vitest'
import { answerOf, expectFailure } from './files.js'
import { linesIn, ofStream, rejoined } from './log-lines.js'
import {
  finish,
  type It,
  type LoggedTask,
  type LogsFixture,
  linesOf,
  numbered,
  told,
  untilTold,
} from './logged.js'

export const describeReopen = (name: string, it_: It): void => {
  describe(`${name}: reopening a log`, () => {
    const rotate = async ({ io }: LogsFixture, web: LoggedTask): Promise<void> => {
      await web.rotate()
      answerOf(await io.reopen('web')())
    }
    const byFile = async (web: LoggedTask) => (await web.files()).map((text) => ofStream(linesIn(text)))

    it_('goes on in a new file, and splits no line between the two', [], async (f, web) => {
      answerOf(await f.io.attach(web.request)())
      await web.write('stdout', 'one\nha')
      await untilTold(web, 1)
      await rotate(f, web)
      await web.write('stdout', 'lf\ntwo\n')
      await finish(f, web)
      expect(await byFile(web)).toEqual([['F one'], ['F half', 'F two']])
    })
    it_('ends a line where its first part is', [], async (f, web) => {
      const full = 'x'.repeat(f.maxLine)
      answerOf(await f.io.attach(web.request)())
      await web.write('stdout', `${full}y`)
      await untilTold(web, 1)
      await rotate(f, web)
      await web.write('stdout', 'z\nnext\n')
      await finish(f, web)
      expect(await byFile(web)).toEqual([[`P ${full}`, 'F yz'], ['F next']])
    })
    it_('loses and doubles no line, however often', [], async (f, web) => {
      const [out, err] = [numbered(4_000), numbered(3_000)]
      answerOf(await f.io.attach(web.request)())
      const writing = Promise.all([web.write('stdout', out), web.write('stderr', err)])
      for (let n = 0; n < 20; n += 1) await rotate(f, web)
      await writing
      await rotate(f, web)
      await finish(f, web)
      const lines = await linesOf(web)
      expect(rejoined(lines, 'stdout') === out).toBe(true)
      expect(rejoined(lines, 'stderr') === err).toBe(true)
    })
    it_('goes on where it was, where nobody moved it', [], async (f, web) => {
      answerOf(await f.io.attach(web.request)())
      await web.write('stdout', 'one\n')
      await untilTold(web, 1)
      answerOf(await f.io.reopen('web')())
      await web.write('stdout', 'two\n')
      await finish(f, web)
      expect(await told(web)).toEqual(['F one', 'F two'])
    })
    it_('needs somebody who is attached', [], async (f, web) => {
      expectFailure(await f.io.reopen('web')(), 'NotFound')
      expectFailure(await f.io.reopen('nobody')(), 'NotFound')
      expect(await web.files()).toEqual([])
    })
  })
}
