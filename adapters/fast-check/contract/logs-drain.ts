import { describe, expect } from 'vitest'
import { newSwitch } from '../../../ports/signal.js'
import { answerOf, calm, expectFailure, givenUp } from './files.js'
import { rejoined } from './log-lines.js'
import { finish, type It, linesOf, numbered, told, untilTold } from './logged.js'

export const describeDrain = (name: string, it_: It): void => {
  describe(`${name}: draining`, () => {
    it_('finds nothing where nothing is attached, or not any more', [], async (f, web) => {
      expectFailure(await f.io.drain('web', calm)(), 'NotFound')
      answerOf(await f.io.attach(web.request)())
      await finish(f, web)
      expectFailure(await f.io.drain('web', calm)(), 'NotFound')
      expectFailure(await f.io.reopen('web')(), 'NotFound')
    })
    it_('waits for the end of a task that still runs, and takes its last words', [], async (f, web) => {
      answerOf(await f.io.attach(web.request)())
      let over = false
      const draining = f.io
        .drain('web', calm)()
        .finally(() => {
          over = true
        })
      await web.write('stdout', 'last words\n')
      await untilTold(web, 1)
      expect(over).toBe(false)
      await web.end()
      answerOf(await draining)
      expect(await told(web)).toEqual(['F last words'])
    })
    it_('loses nothing of much', [], async (f, web) => {
      const [out, err] = [numbered(4_000), numbered(3_000)]
      answerOf(await f.io.attach(web.request)())
      await Promise.all([web.write('stdout', out), web.write('stderr', err)])
      await finish(f, web)
      const lines = await linesOf(web)
      expect(rejoined(lines, 'stdout') === out).toBe(true)
      expect(rejoined(lines, 'stderr') === err).toBe(true)
    })
    const DEADLINES: readonly (readonly [string, boolean])[] = [
      ['passes', false],
      ['has passed', true],
    ]
    for (const [when, atOnce] of DEADLINES)
      it_(
        `writes what is in the pipes when its deadline ${when}, and lets go of them`,
        [],
        async (f, web) => {
          answerOf(await f.io.attach(web.request)())
          await web.hold()
          await web.end()
          await web.write('stdout', 'last words\nand half a')
          const { signal, off } = newSwitch()
          const draining = f.io.drain('web', atOnce ? givenUp : signal)()
          off()
          expectFailure(await draining, 'TimedOut')
          expect(await told(web)).toEqual(['F last words', 'P and half a'])
          expectFailure(await f.io.drain('web', calm)(), 'NotFound')
          expectFailure(await f.io.reopen('web')(), 'NotFound')
        },
      )
    it_('leaves what comes after its deadline to who attaches next', [], async (f, web) => {
      answerOf(await f.io.attach(web.request)())
      const letGo = await web.hold()
      await web.end()
      expectFailure(await f.io.drain('web', givenUp)(), 'TimedOut')
      await web.write('stdout', 'late\n')
      expect(await told(web)).toEqual([])
      answerOf(await f.io.attach(web.request)())
      await letGo()
      answerOf(await f.io.drain('web', calm)())
      expect(await told(web)).toEqual(['F late'])
    })
    it_('is over once whoever held the pipes lets go', [], async (f, web) => {
      answerOf(await f.io.attach(web.request)())
      const letGo = await web.hold()
      await web.end()
      const draining = f.io.drain('web', calm)()
      await web.write('stdout', 'a child’s\n')
      await letGo()
      answerOf(await draining)
      expect(await told(web)).toEqual(['F a child’s'])
    })
    it_('may be waited for by two', [], async (f, web) => {
      answerOf(await f.io.attach(web.request)())
      const drain = f.io.drain('web', calm)
      const both = [drain(), drain()]
      await web.write('stdout', 'a\n')
      await web.end()
      for (const reply of await Promise.all(both)) answerOf(reply)
      expect(await told(web)).toEqual(['F a'])
    })
    it_('is of one container, and leaves the others alone', [], async (f, web) => {
      const db = await f.run('db')
      for (const { request } of [web, db]) answerOf(await f.io.attach(request)())
      await finish(f, web)
      await db.write('stdout', 'still here\n')
      await finish(f, db)
      expect(await told(db)).toEqual(['F still here'])
    })
  })
}
