import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { link } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { lock } from '../../../adapters/filesystem/lock.js'
import { compiled } from './compiled.js'
import { folder, isRoot, left, mount, openBelow, ROOT, right, roots, until } from './support.js'

vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof import('node:fs/promises')>()
  return { ...real, link: vi.fn(real.link) }
})

interface Holder {
  readonly child: ChildProcess
  readonly lines: AsyncIterator<string>
  readonly ended: Promise<unknown>
}

/** Starts a process that runs `body` with a lock at hand. */
const start = (made: { root: string; state: string }, body: string): Holder => {
  const script = join(folder(), 'holder.mjs')
  writeFileSync(
    script,
    `import { filesystem } from ${JSON.stringify(compiled())}
     import fs from 'node:fs'
     const { lock } = filesystem(${JSON.stringify(made)})
     ${body}`,
  )
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  until(() => child.kill('SIGKILL'))
  if (child.stdout === null) throw new Error('no output to read')
  return {
    child,
    ended: once(child, 'exit'),
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
  }
}

const HOLD = 'console.log((await lock.acquire()())._tag); setInterval(() => {}, 1000)'

describe('the lock', () => {
  it('is held by one at a time, and the second is told by whom', async () => {
    const made = roots()
    const first = await right(lock(made).acquire())
    expect(await left(lock(made).acquire())).toMatchObject({
      tag: 'AlreadyExists',
      said: `held by process ${process.pid}`,
      mayHaveHappened: false,
    })
    await first.release()
    await first.release()
    const second = await right(lock(made).acquire())
    expect(await left(lock(made).acquire())).toMatchObject({ tag: 'AlreadyExists' })
    await second.release()
    expect(openBelow(made.state)).toBe(0)
  })

  it('leaves one file behind, however often it is taken', async () => {
    const made = roots()
    for (let n = 0; n < 5; n++) await (await right(lock(made).acquire())).release()
    expect(readdirSync(join(made.state, 'cri-recover.lock'))).toEqual(['5'])
  })

  it('of another root is another lock', async () => {
    const first = await right(lock(roots()).acquire())
    const second = await right(lock(roots()).acquire())
    await first.release()
    await second.release()
  })

  it('names another process, and is free when that is killed', async () => {
    const made = roots()
    const { child, lines, ended } = start(made, HOLD)
    expect((await lines.next()).value).toBe('Right')
    expect(await left(lock(made).acquire())).toMatchObject({ said: `held by process ${child.pid}` })
    child.kill('SIGKILL')
    await ended
    await (await right(lock(made).acquire())).release()
  })

  it('is held by one that never stops talking, who is not listened to', async () => {
    const made = roots()
    mkdirSync(join(made.state, 'cri-recover.lock'), { mode: 0o700 })
    const talker = createServer((caller) => {
      caller.on('error', () => undefined)
      const talk = setInterval(() => caller.write('1'.repeat(1000)), 100)
      caller.on('close', () => clearInterval(talk))
    })
    until(() => talker.close())
    await once(talker.listen(join(made.state, 'cri-recover.lock', '1')), 'listening')
    expect(await left(lock(made).acquire())).toMatchObject({
      tag: 'AlreadyExists',
      said: 'held by a process that does not answer',
    })
  })

  it('stays with a process that is stopped', async () => {
    const made = roots()
    const { child, lines } = start(made, HOLD)
    await lines.next()
    child.kill('SIGSTOP')
    expect(await left(lock(made).acquire())).toMatchObject({
      tag: 'AlreadyExists',
      said: 'held by a process that does not answer',
    })
  })

  it('does not keep its holder from ending', async () => {
    const { ended } = start(roots(), 'await lock.acquire()()')
    expect(await Promise.race([ended, sleep(5000, 'still there', { ref: false })])).toEqual([0, null])
  })

  it('is taken over by one of many who find its holder dead', async () => {
    const made = roots()
    const board = folder()
    // In the lock, each looks for another's mark, leaves its own for a moment, and takes it away.
    const body = `
      const board = ${JSON.stringify(board)}, mark = board + '/in-' + process.pid
      const inside = () => fs.readdirSync(board).filter((name) => name.startsWith('in-'))
      while (!fs.existsSync(board + '/start')) await new Promise((go) => setTimeout(go, 1))
      let taken = 0
      for (const end = Date.now() + 2000; Date.now() < end; ) {
        const answer = await lock.acquire()()
        if (answer._tag === 'Left') {
          if (answer.left.tag !== 'AlreadyExists') fs.writeFileSync(board + '/broken', JSON.stringify(answer.left))
          continue
        }
        taken++
        fs.writeFileSync(mark, '')
        if (inside().length > 1) fs.writeFileSync(board + '/broken', inside().join(' '))
        await new Promise(setImmediate)
        if (inside().length > 1) fs.writeFileSync(board + '/broken', inside().join(' '))
        fs.unlinkSync(mark)
        await answer.right.release()
      }
      console.log(taken)`
    const all = Array.from({ length: 5 }, () => start(made, body))
    await sleep(500)
    writeFileSync(join(board, 'start'), '')
    const counts = await Promise.all(all.map(async ({ lines }) => Number((await lines.next()).value)))
    const broken = join(board, 'broken')
    expect(existsSync(broken) ? readFileSync(broken, 'utf8') : '').toBe('')
    expect(counts.filter((count) => count > 5).length).toBeGreaterThan(1)
  }, 20_000)

  it('is not taken under a number that had its day while the taker slept', async () => {
    const made = roots()
    await (await right(lock(made).acquire())).release()
    const original = vi.mocked(link).getMockImplementation()
    if (original === undefined) throw new Error('nothing to call')
    let holder: { release: () => Promise<void> } | undefined
    vi.mocked(link).mockImplementationOnce(async (from, to) => {
      // It has seen number 1 dead and is about to take 2. Meanwhile 2 comes and goes, and 3 is held.
      await (await right(lock(made).acquire())).release()
      holder = await right(lock(made).acquire())
      await original(from, to)
    })
    expect(await left(lock(made).acquire())).toMatchObject({
      tag: 'AlreadyExists',
      said: `held by process ${process.pid}`,
    })
    expect(readdirSync(join(made.state, 'cri-recover.lock'))).toEqual(['3'])
    await holder?.release()
  })

  it('passes over what else lies in its folder', async () => {
    const made = roots()
    mkdirSync(join(made.state, 'cri-recover.lock'))
    for (const name of ['7', '08', 'x', '-9']) writeFileSync(join(made.state, 'cri-recover.lock', name), '')
    const { release } = await right(lock(made).acquire())
    expect(await left(lock(made).acquire())).toMatchObject({ tag: 'AlreadyExists' })
    expect(readdirSync(join(made.state, 'cri-recover.lock'))).toEqual(['8'])
    await release()
  })

  it('does not follow a link in place of its folder', async () => {
    const made = roots()
    const elsewhere = folder()
    symlinkSync(elsewhere, join(made.state, 'cri-recover.lock'))
    expect(await left(lock(made).acquire())).toMatchObject({ tag: 'Denied' })
    expect(readdirSync(elsewhere)).toEqual([])
  })

  it('makes a missing state folder, and no missing root', async () => {
    const made = roots()
    rmSync(made.state, { recursive: true })
    await (await right(lock(made).acquire())).release()
    expect(await left(lock({ ...made, state: `${made.state}/a/b` }).acquire())).toMatchObject({
      tag: 'NotFound',
    })
    rmSync(made.root, { recursive: true })
    expect(await left(lock(made).acquire())).toMatchObject({ tag: 'NotFound' })
    expect(existsSync(made.root)).toBe(false)
  })

  it.skipIf(!isRoot)(`can be taken while the disk of the root is full${ROOT}`, async () => {
    const made = roots()
    mount('-t', 'tmpfs', '-o', 'size=4k,nr_inodes=2', 'none', made.root)
    mkdirSync(join(made.root, 'containers'))
    expect(() => writeFileSync(join(made.root, 'containers', 'x'), '')).toThrow('ENOSPC')
    await (await right(lock(made).acquire())).release()
  })
})
