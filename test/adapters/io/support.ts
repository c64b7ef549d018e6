import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type LogIoOptions, logIo } from '../../../adapters/io/index.js'
import type { AttachRequest, LogIo, LogPlace } from '../../../ports/io.js'
import { newSwitch } from '../../../ports/signal.js'
import { folder, isRoot, mount, right, until } from '../filesystem/support.js'

/** What a log holds of one of its lines. */
export interface Line {
  readonly time: string
  readonly stream: string
  readonly tag: string
  readonly content: string
}

/** Nobody gives up. */
export const patient = newSwitch().signal

/** Somebody gave up before it began. */
export const gaveUp = (() => {
  const { signal, off } = newSwitch()
  off()
  return signal
})()

/** How many descriptors of this process lead into this test's folders. */
export const openDescriptors = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return /\/cri-recover-.*(?<! \(deleted\))$/.test(readlinkSync(`/proc/self/fd/${fd}`))
    } catch {
      return false
    }
  }).length

export const fifo = (path: string): string => {
  execFileSync('mkfifo', ['-m', '0600', '--', path])
  return path
}

/** Holds a FIFO open as a shim does; until it is let go of, or the test ends. */
export const hold = (path: string): (() => void) => {
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  let held = true
  const letGo = (): void => {
    if (held) closeSync(fd)
    held = false
  }
  until(letGo)
  return letGo
}

const children = new Set<ChildProcess>()

/** A process that writes a file's content into a FIFO; resolves with how it ended. */
export const writer = (content: Uint8Array | string, path: string): Promise<number | null> => {
  const source = join(folder(), 'content')
  writeFileSync(source, content)
  const child = spawn('sh', ['-c', 'exec cat -- "$0" > "$1"', source, path], { stdio: 'ignore' })
  children.add(child)
  until(() => child.kill('SIGKILL'))
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      children.delete(child)
      resolve(code)
    })
  })
}

export const linesOf = (path: string): readonly Line[] => {
  const text = readFileSync(path, 'latin1')
  if (text !== '' && !text.endsWith('\n')) throw new Error(`the log is torn: ${text.slice(-200)}`)
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [whole, time = '', stream = '', tag = '', content = ''] =
        /^(\S+) (stdout|stderr) ([FP]) (.*)$/s.exec(line) ?? []
      if (whole === undefined) throw new Error(`no line of a log: ${JSON.stringify(line.slice(0, 200))}`)
      return { time, stream, tag, content }
    })
}

/** What a stream's lines hold together, as it was written. */
export const written = (lines: readonly Line[], stream: string): string =>
  lines
    .filter((line) => line.stream === stream)
    .map(({ tag, content }) => content + (tag === 'F' ? '\n' : ''))
    .join('')

/** `F content` of each line: the log without its times. */
export const told = (path: string): readonly string[] =>
  linesOf(path).map(({ tag, content }) => `${tag} ${content}`)

/** A node with folders of its own, whose logs are piped by the code under test, and let go of after the test. */
export const node = (options: Partial<LogIoOptions> = {}) => {
  const root = folder()
  const pipes = folder()
  const warnings: string[] = []
  const io: LogIo = logIo({
    state: join(root, 'state'),
    maxLine: 16 * 1024,
    clock: { now: process.hrtime.bigint },
    warn: (message) => warnings.push(message),
    ...options,
  })
  const place: LogPlace = { root: join(root, 'pods'), path: join(root, 'pods', 'web', '0.log') }
  /** The task of a container, whose pipes are held open by its shim */
  const task = (id: string, more: Partial<AttachRequest> = {}) => {
    const stdoutPath = fifo(join(pipes, `${id}-stdout`))
    const stderrPath = fifo(join(pipes, `${id}-stderr`))
    const shim = [hold(stdoutPath), hold(stderrPath)]
    const log = { root: place.root, path: join(place.root, id, '0.log') }
    const request: AttachRequest = {
      ...{ id, tty: false, stdin: false, log, stdinPath: '', stdoutPath, stderrPath },
      ...more,
    }
    return {
      request,
      log: log.path,
      stdout: stdoutPath,
      stderr: stderrPath,
      /** The shim lets go of the pipes, and they come to their end. */
      end: () => {
        for (const letGo of shim) letGo()
      },
    }
  }
  return { io, root, pipes, place, warnings, task }
}

export type Node = ReturnType<typeof node>
export type Task = ReturnType<Node['task']>

/** All that a task writes to its streams, from its beginning to its end. */
export const runOnce = async (
  { io }: Node,
  { request, end, stdout, stderr }: Task,
  writes: { readonly stdout?: Uint8Array | string; readonly stderr?: Uint8Array | string },
): Promise<void> => {
  await right(io.attach(request))
  await Promise.all([
    ...(writes.stdout === undefined ? [] : [writer(writes.stdout, stdout)]),
    ...(writes.stderr === undefined ? [] : [writer(writes.stderr, stderr)]),
  ])
  end()
  await right(io.drain(request.id, patient))
}

/** A disk can be made where this is empty. */
export const NO_DISK =
  isRoot && existsSync('/dev/loop-control') && existsSync('/usr/sbin/mkfs.ext4')
    ? ''
    : ' (skipped: only root with loop devices and mkfs.ext4 can make a disk)'

/** A disk of its own, mounted until the test ends. */
export const disk = () => {
  const [root, image] = [folder(), join(folder(), 'image')]
  writeFileSync(image, '')
  truncateSync(image, 32 * 1024 * 1024)
  execFileSync('mkfs.ext4', ['-q', '-F', image])
  mount('-o', 'loop', image, root)
  /** Makes it stand still until the result is called. It goes on by itself when this process ends. */
  const freeze = async (): Promise<() => Promise<void>> => {
    const script = 'exec 3<"$0"; fsfreeze -f "$0" && echo frozen; read -r _; fsfreeze -u /proc/self/fd/3'
    const child = spawn('sh', ['-c', script, root], { stdio: ['pipe', 'pipe', 'ignore'] })
    const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
    until(() => child.stdin.end())
    if (String(await new Promise((resolve) => child.stdout.once('data', resolve))) !== 'frozen\n')
      throw new Error('it cannot be frozen')
    return () => {
      child.stdin.end()
      return ended
    }
  }
  return { root, freeze }
}
