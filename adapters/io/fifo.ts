import { execFile } from 'node:child_process'
import { close, constants, fstat, lstat, open, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { codeOf, said, Trouble } from './errors.js'

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants

const run = promisify(execFile)
const openFd = promisify(open)
const lstatOf = promisify(lstat)
const fstatOf: (fd: number) => Promise<Stats> = promisify(fstat)
export const closeFd = promisify(close)

/** Node has no name for mkfifo(3); the command has been the same since 1987. */
export const makeFifo = async (path: string): Promise<void> => {
  try {
    await run('mkfifo', ['-m', '0600', '--', path])
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new Trouble('Unavailable', 'this machine has no mkfifo')
    throw new Trouble('Denied', said(error).trim().split('\n').at(-1) ?? '')
  }
}

const refuse = (path: string): never => {
  throw new Trouble('Malformed', `${path} is no FIFO`)
}

/** A device does something when it is opened, and whatever is no FIFO may block: so it is looked at before. */
const openChecked = async (path: string, flags: number): Promise<number> => {
  if (path.includes('\0')) throw new Trouble('Malformed', 'the path of its pipe is none')
  const there = await lstatOf(path)
  if (!there.isFIFO()) refuse(path)
  const fd = await openFd(path, flags | O_NONBLOCK | O_NOFOLLOW)
  // It may have been another one by then.
  const opened = await fstatOf(fd)
  if (opened.isFIFO()) return fd
  await closeFd(fd)
  return refuse(path)
}

/** One that is missing is made anew, its folder is not (reference: fifo.OpenFifo). */
const openOrMake = async (path: string, flags: number): Promise<number> => {
  try {
    return await openChecked(path, flags)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    await lstatOf(dirname(path))
    await makeFifo(path)
    return openChecked(path, flags)
  }
}

/** Opens a FIFO for reading, whether or not anybody writes. */
export const openForReading = (path: string): Promise<number> => openOrMake(path, O_RDONLY)

/** Keeps a FIFO open from both ends: whoever reads it meets no end, and whoever writes it is not refused. */
export const holdOpen = (path: string): Promise<number> => openOrMake(path, O_RDWR)

/** All of them, or none. */
export const holdAllOpen = async (paths: readonly string[]): Promise<readonly number[]> => {
  const fds: number[] = []
  try {
    for (const path of paths) fds.push(await holdOpen(path))
    return fds
  } catch (error) {
    for (const fd of fds) await closeFd(fd)
    throw error
  }
}
