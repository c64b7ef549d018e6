import { execFileSync } from 'node:child_process'
import { closeSync, constants, existsSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { isRight } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { openForReading } from '../../../adapters/io/fifo.js'
import { fifoSource } from '../../../adapters/io/source.js'
import { folder, isRoot, mount, right, until } from '../filesystem/support.js'
import { fifo, linesOf, node, patient, written } from './support.js'

/** What a pipe holds, and what is read at once. */
const PIPE = 64 * 1024
const BUFFER = 64 * 1024
const LINE = `${'x'.repeat(63)}\n`

const canFreeze = isRoot && existsSync('/dev/loop-control')
const WHY_NOT = canFreeze ? '' : ' (skipped: a disk that freezes needs root and loop devices)'

/** A container's end of a pipe. */
const writingEnd = (path: string) => {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  let open = true
  const close = (): void => {
    if (open) closeSync(fd)
    open = false
  }
  until(close)
  let bytes = 0
  const fill = (most: number): boolean => {
    try {
      while (bytes < most) bytes += writeSync(fd, LINE)
      return true
    } catch {
      return false
    }
  }
  return {
    close,
    bytes: () => bytes,
    /** Writes lines until so many bytes are written; false: it was held up, and stayed so while everybody else went on. */
    write: async (most: number): Promise<boolean> => {
      for (let patience = 0; patience < 100; patience += 1) {
        const before = bytes
        if (fill(most)) return true
        if (bytes > before) patience = 0
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      return false
    },
  }
}

describe('back-pressure', () => {
  it('holds a writer up when nothing is taken, after one pipe and one buffer', async () => {
    const path = fifo(join(folder(), 'pipe'))
    const source = fifoSource(await openForReading(path), path)
    const end = writingEnd(path)
    expect(await end.write(10 * PIPE)).toBe(false)
    expect(end.bytes()).toBeGreaterThanOrEqual(PIPE)
    expect(end.bytes()).toBeLessThanOrEqual(PIPE + BUFFER)
    source.close()
    let taken = 0
    for await (const chunk of source.chunks) taken += isRight(chunk) ? chunk.right.length : 0
    expect(taken).toBe(end.bytes())
  })
  it.skipIf(!canFreeze)(
    `slows a container whose disk takes nothing, and loses nothing${WHY_NOT}`,
    async () => {
      const frozen = frozenDisk()
      const host = node()
      const log = { root: frozen.path, path: join(frozen.path, 'web', '0.log') }
      const task = host.task('web', { log })
      await right(host.io.attach(task.request))
      const end = writingEnd(task.stdout)
      expect(await end.write(100 * LINE.length)).toBe(true)
      frozen.freeze()
      expect(await end.write(100 * PIPE)).toBe(false)
      const heldUpAt = end.bytes()
      expect(heldUpAt).toBeLessThanOrEqual(100 * LINE.length + PIPE + BUFFER)
      frozen.thaw()
      expect(await end.write(heldUpAt + 10 * PIPE)).toBe(true)
      end.close()
      task.end()
      await right(host.io.drain('web', patient))
      expect(written(linesOf(log.path), 'stdout')).toBe(LINE.repeat(end.bytes() / LINE.length))
      expect(host.warnings).toEqual([])
    },
  )
})

/** A file system that can be told to take no write for a while. */
const frozenDisk = () => {
  const root = folder()
  const [image, path] = [join(root, 'image'), join(root, 'disk')]
  mkdirSync(path)
  execFileSync('mkfs.ext4', ['-q', image, '32M'])
  mount('-o', 'loop', image, path)
  let isFrozen = false
  const thaw = (): void => {
    if (isFrozen) execFileSync('fsfreeze', ['--unfreeze', path])
    isFrozen = false
  }
  until(thaw)
  return {
    path,
    thaw,
    freeze: (): void => {
      execFileSync('fsfreeze', ['--freeze', path])
      isFrozen = true
    },
  }
}
