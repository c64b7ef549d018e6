import { describe, expect } from 'vitest'
import { answerOf, calm, expectFailure, type Placed } from './files.js'
import { NO_IDS } from './io.js'
import { finish, type It, type LoggedTask, type LogsFixture, linesOf, told } from './logged.js'

export const describeAttach = (name: string, it_: It): void => {
  describe(`${name}: attaching`, () => {
    it_('puts what both streams say into the log, line by line', [], async (f, web) => {
      answerOf(await f.io.attach(web.request)())
      await web.write('stdout', 'one\ntwo\n')
      await web.write('stderr', 'three\n')
      await finish(f, web)
      expect(await told(web, 'stdout')).toEqual(['F one', 'F two'])
      expect(await told(web, 'stderr')).toEqual(['F three'])
    })
    it_('takes a return before the end of a line away, and nothing else', [], async (f, web) => {
      answerOf(await f.io.attach(web.request)())
      await web.write('stdout', 'tick\r\n\n\r\na\rb\n ä€😀\t\n')
      await finish(f, web)
      expect(await told(web)).toEqual(['F tick', 'F ', 'F ', 'F a\rb', 'F  ä€😀\t'])
    })
    it_('tags as a part what is longer than a line may be, and what has no end', [], async (f, web) => {
      const full = 'x'.repeat(f.maxLine)
      answerOf(await f.io.attach(web.request)())
      await web.write('stdout', `${full}\n${full}yz\nno end`)
      await finish(f, web)
      expect(await told(web)).toEqual([`F ${full}`, `P ${full}`, 'F yz', 'P no end'])
    })
    it_('finds in the pipe what was written while nobody read', [], async (f, web) => {
      await web.write('stdout', 'early\n')
      answerOf(await f.io.attach(web.request)())
      await finish(f, web)
      expect(await told(web)).toEqual(['F early'])
    })
    it_('changes nothing where it is attached already', [], async (f, web) => {
      const attach = f.io.attach(web.request)
      for (const reply of await Promise.all([attach(), attach()])) answerOf(reply)
      answerOf(await f.io.attach({ ...web.request, log: null })())
      await web.write('stdout', 'once\n')
      await finish(f, web)
      expect(await told(web)).toEqual(['F once'])
    })
    it_('throws away what has no log, and counts none of it', [], async (f, web) => {
      answerOf(await f.io.attach({ ...web.request, log: null })())
      await web.write('stdout', 'one\n')
      answerOf(await f.io.reopen('web')())
      await finish(f, web)
      expect(await linesOf(web)).toEqual([])
      expect(f.io.totals()).toMatchObject({ bytes: 0n, lines: 0n })
    })
    it_(
      'leaves the second output alone where there is a terminal',
      [{ in: 'state', path: 'odd', text: '' }],
      async (f, web) => {
        answerOf(await f.io.attach({ ...web.request, tty: true, stderrPath: `${f.state}/odd` })())
        await web.write('stdout', 'a\r\n')
        await finish(f, web)
        expect(await told(web)).toEqual(['F a'])
      },
    )
    it_('passes over a stream that there is not', [], async (f, web) => {
      answerOf(await f.io.attach({ ...web.request, stderrPath: '' })())
      await web.write('stdout', 'a\n')
      await finish(f, web)
      expect(await told(web)).toEqual(['F a'])
    })
    const UNUSED: readonly Placed[] = [{ in: 'state', path: 'pipes/nobody', kind: 'fifo' }]
    for (const pipe of ['nobody', 'missing'])
      it_(`does not wait for who writes: the pipe is ${pipe}’s`, UNUSED, async (f, web) => {
        answerOf(await f.io.attach({ ...web.request, stdoutPath: `${f.state}/pipes/${pipe}` })())
        await web.write('stderr', 'a\n')
        await finish(f, web)
        expect(await told(web, 'stderr')).toEqual(['F a'])
      })
    it_('makes a pipe that is missing anew', UNUSED, async (f) => {
      const pipes = { stdoutPath: `${f.state}/pipes/missing`, stderrPath: '' }
      const db = await f.run('db', pipes)
      answerOf(await f.io.attach(db.request)())
      await db.write('stdout', 'a\n')
      await finish(f, db)
      expect(await told(db)).toEqual(['F a'])
    })
    it_('does not make the folder of a pipe', [], async (f, web) => {
      const stdoutPath = `${f.state}/gone/stdout`
      expectFailure(await f.io.attach({ ...web.request, stdoutPath })(), 'NotFound')
      expect(await f.look('state', 'gone')).toBeNull()
      expectFailure(await f.io.drain('web', calm)(), 'NotFound')
    })
  })
}

export const describeRefusals = (name: string, it_: It): void => {
  describe(`${name}: attaching is refused`, () => {
    /** Nothing is attached, and what waits in the other pipe is still there for the next one. */
    const isRefused = async (f: LogsFixture, web: LoggedTask, stderrPath: string): Promise<void> => {
      await web.write('stdout', 'waiting\n')
      expectFailure(await f.io.attach({ ...web.request, stderrPath })(), 'Malformed')
      expectFailure(await f.io.drain('web', calm)(), 'NotFound')
      answerOf(await f.io.attach(web.request)())
      await finish(f, web)
      expect(await told(web)).toEqual(['F waiting'])
    }
    for (const kind of ['file', 'directory', 'symlink'] as const)
      it_(
        `where a ${kind} stands in a pipe’s place, and nothing is lost by it`,
        [
          { in: 'state', path: 'odd', kind, to: 'a-pipe' },
          { in: 'state', path: 'a-pipe', kind: 'fifo' },
        ],
        (f, web) => isRefused(f, web, `${f.state}/odd`),
      )
    for (const path of ['relative/path', 'file:///tmp/log', 'binary:///bin/logger?x=y', 'npipe://x'])
      it_(`where a stream is of a kind that is not known: ${path}`, [], (f, web) => isRefused(f, web, path))
    it_('where its log is not below the log’s root', [], async (f, web) => {
      const root = web.request.log?.root ?? ''
      expect(root).not.toBe('')
      for (const path of [root, `${root}-of-others/0.log`, `${root}/../0.log`, 'web/0.log', `${root}/a\0b`]) {
        expectFailure(await f.io.attach({ ...web.request, log: { root, path } })(), 'Denied')
        expectFailure(await f.io.drain('web', calm)(), 'NotFound')
      }
    })
    it_('where its id is none', [], async (f, web) => {
      for (const id of NO_IDS) expectFailure(await f.io.attach({ ...web.request, id })(), 'Malformed')
    })
  })
}
