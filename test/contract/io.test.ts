import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, constants, existsSync, openSync, writeSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { Placed } from '../../adapters/fast-check/contract/files.js'
import { describeIo, type IoFixture } from '../../adapters/fast-check/contract/io.js'
import { describeLogs, type LoggedTask, type LogsFixture } from '../../adapters/fast-check/contract/logs.js'
import { logIo, oneShotIo } from '../../adapters/io/index.js'
import type { Io, LogIo } from '../../ports/io.js'
import { lookAt, place } from './placed.js'

const MAX_LINE = 1024
const NOW = 1_795_445_431_431_213_697n

const { O_NONBLOCK, O_RDWR } = constants

/** What is to be undone after a sentence, the last first. */
const undoing = () => {
  const steps: (() => unknown)[] = []
  return {
    later: (step: () => unknown) => void steps.push(step),
    undo: async () => {
      for (const step of steps.splice(0).reverse()) await step()
    },
  }
}

type Undoing = ReturnType<typeof undoing>

const open = new Set<Undoing>()
/** A sentence that hangs never comes to its own cleanup. */
afterEach(async () => {
  for (const { undo } of open) await undo()
  open.clear()
})

/** Long enough for whoever is well. */
const closed = async (io: LogIo): Promise<void> => {
  await io.close(AbortSignal.timeout(5_000))()
}

/** Holds a FIFO open, as a shim does, and says when it is let go of. */
const hold = (path: string, { later }: Undoing): (() => Promise<void>) => {
  const fd = openSync(path, O_RDWR | O_NONBLOCK)
  let held = true
  const letGo = async (): Promise<void> => {
    if (held) closeSync(fd)
    held = false
  }
  later(letGo)
  return letGo
}

/** As much as is written at once, whoever else writes. */
const PIPE_BUF = 4096

/** In one step: nobody has read it yet when this returns. */
const writeAtOnce = (path: string, text: string): void => {
  const fd = openSync(path, O_RDWR | O_NONBLOCK)
  try {
    writeSync(fd, text)
  } finally {
    closeSync(fd)
  }
}

/** Another process writes into a FIFO: it may have to wait for room. */
const writeAsRoomIs = (path: string, text: string, { later }: Undoing): Promise<void> => {
  const child: ChildProcess = spawn('sh', ['-c', 'exec cat > "$0"', path], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  later(() => child.kill('SIGKILL'))
  child.stdin?.end(text)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${path} was not written to: ${code}`)),
    )
  })
}

const fifosBelow = async (folder: string): Promise<readonly string[]> => {
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFIFO()).map(({ parentPath, name }) => join(parentPath, name))
}

/** A folder of a sentence's own, with an `Io` that knows its state folder. */
const fixtureOf = async <I extends Io>(
  files: readonly Placed[],
  ioOf: (state: string) => I,
): Promise<IoFixture<I> & { readonly top: string; readonly undoing: Undoing }> => {
  const todo = undoing()
  open.add(todo)
  const top = await mkdtemp(join(tmpdir(), 'cri-recover-contract-'))
  todo.later(() => rm(top, { recursive: true, force: true }))
  const state = join(top, 'state')
  await mkdir(state)
  for (const file of files) await place(top, file)
  return {
    io: ioOf(state),
    top,
    undoing: todo,
    state,
    look: (where, path) => lookAt(join(top, where, path)),
    fresh: (id) => fifosBelow(join(state, 'containers', id, 'io')),
    cleanup: todo.undo,
  }
}

const runIn =
  (top: string, todo: Undoing): LogsFixture['run'] =>
  async (id, given): Promise<LoggedTask> => {
    const own: readonly Placed[] = ['stdout', 'stderr'].map((stream) => ({
      in: 'root',
      path: `${id}/${stream}`,
      kind: 'fifo',
    }))
    if (given === undefined) for (const fifo of own) await place(top, fifo)
    const pipes = given ?? {
      stdoutPath: join(top, 'root', id, 'stdout'),
      stderrPath: join(top, 'root', id, 'stderr'),
    }
    const shim = given === undefined ? Object.values(pipes).map((path) => hold(path, todo)) : []
    const log = { root: join(top, 'pods'), path: join(top, 'pods', id, '0.log') }
    const old: string[] = []
    return {
      request: { id, tty: false, stdin: false, log, stdinPath: '', ...pipes },
      write: async (stream, text) => {
        const path = stream === 'stdout' ? pipes.stdoutPath : pipes.stderrPath
        if (Buffer.byteLength(text) <= PIPE_BUF) writeAtOnce(path, text)
        else await writeAsRoomIs(path, text, todo)
      },
      end: async () => {
        for (const letGo of shim) await letGo()
      },
      hold: async () => hold(pipes.stdoutPath, todo),
      rotate: async () => {
        const path = `${log.path}.${old.length}`
        await rename(log.path, path)
        old.push(path)
      },
      files: () => Promise.all([...old, log.path].filter(existsSync).map((path) => readFile(path, 'utf8'))),
    }
  }

const makeLogs = async (files: readonly Placed[]): Promise<LogsFixture> => {
  const logIoIn = (state: string) =>
    logIo({ state, maxLine: MAX_LINE, clock: { now: () => NOW }, warn: () => undefined })
  const { top, undoing: todo, ...fixture } = await fixtureOf(files, logIoIn)
  const successor = (): LogIo => {
    const next = logIoIn(fixture.state)
    todo.later(() => closed(next))
    return next
  }
  todo.later(() => closed(fixture.io))
  return { ...fixture, maxLine: MAX_LINE, run: runIn(top, todo), successor }
}

describeIo('one-shot', (files) => fixtureOf(files, () => oneShotIo), { create: false })
describeIo('FIFOs', makeLogs, { create: true })
describeLogs('FIFOs', makeLogs)
