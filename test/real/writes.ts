import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Operation } from '../crash/operations.js'
import { type Name, situation } from '../crash/recorded.js'
import { run } from '../lab/run.js'

/** The system calls by which the file system's adapter changes a disk, recorded below strace. */

/** Whatever could change files, or make a change durable: what is not understood is refused, not passed over. */
const CALLS = [
  'openat,creat,close,dup,mkdir,mkdirat,link,linkat,symlink,symlinkat,rename,renameat,renameat2,unlink,unlinkat,rmdir',
  'write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,sync,syncfs,sync_file_range,msync,fchmod,chmod,fchmodat',
  'fchown,chown,ftruncate,truncate,fallocate,copy_file_range,sendfile,splice,ioctl,utimensat,fsetxattr,mknod,mknodat',
].join(',')

/** One process, one call of the port; the id is always `web`. */
const DRIVER = `
  const [index, roots, call, ...given] = JSON.parse(process.argv[1])
  const { filesystem } = await import(index)
  const { checkpoints } = filesystem(roots)
  const args = call === 'setAside' ? given.map(BigInt) : given
  await checkpoints[call]('web', ...args)()
`

const INDEX = new URL('../../dist/adapters/filesystem/index.js', import.meta.url).href

interface SystemCall {
  readonly name: string
  /** Its arguments as strace prints them, and what follows */
  readonly rest: string
  readonly strings: readonly string[]
  /** What it returned; -1: it failed, and changed nothing */
  readonly returned: string
}

const LINE = /^(\w+)\((.*)\) += (-?\d+.*)$/
/** As `-xx` prints every string, which leaves nothing to be unescaped. */
const STRING = /"((?:\\x[0-9a-f]{2})*)"/g

const textIn = (hex: string): string => Buffer.from(hex.replaceAll('\\x', ''), 'hex').toString()

/** A call during which another thread's came is told in two halves. */
const linesOf = (trace: string): readonly string[] => {
  const begun = new Map<string, string>()
  return trace.split('\n').flatMap((line) => {
    const [, thread = '', told = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (told.endsWith(' <unfinished ...>')) {
      begun.set(thread, told.slice(0, -' <unfinished ...>'.length))
      return []
    }
    return [told.replace(/^<\.\.\. \w+ resumed>/, () => begun.get(thread) ?? '')]
  })
}

const callsIn = (trace: string): readonly SystemCall[] =>
  linesOf(trace).flatMap((line) => {
    const [, name = '', rest = '', returned = ''] = LINE.exec(line) ?? []
    const strings = [...rest.matchAll(STRING)].map(([, hex = '']) => textIn(hex))
    return name === '' || returned.startsWith('-1') ? [] : [{ name, rest, strings, returned }]
  })

/** The name that a new file happens to get is of no interest. */
const plain = (path: string): string => path.replace(/\.tmp-status\d+$/, '.tmp-status1')

const modeIn = (rest: string): number => Number.parseInt(/\b0[0-7]+$/.exec(rest)?.[0] ?? '', 8)

/** What each descriptor was opened at, for names are reached by `/proc/self/fd/N/name`. */
const descriptors = () => {
  const opened = new Map<string, string>()
  const directories = new Set<string>()
  const resolve = (path: string): string =>
    path.replace(/^\/proc\/self\/fd\/(\d+)/, (_, fd: string) => opened.get(fd) ?? '')
  return {
    resolve,
    isDirectory: (place: string): boolean => directories.has(place),
    note: ({ name, rest, strings: [path = ''], returned }: SystemCall): void => {
      if (name === 'close') opened.delete(Number.parseInt(rest, 10).toString())
      if (name !== 'openat') return
      opened.set(Number.parseInt(returned, 10).toString(), resolve(path))
      if (rest.includes('O_DIRECTORY')) directories.add(resolve(path))
    },
    /** The file that a call is about: its first path, or where its descriptor was opened. */
    placeOf: ({ name, rest, strings: [path = ''] }: SystemCall): string => {
      const fd = /^\d+/.exec(rest)?.[0]
      return fd === undefined || name === 'openat' ? resolve(path) : (opened.get(fd) ?? '')
    },
  }
}

const operationOf = (
  { name, rest, strings: [text = ''] }: SystemCall,
  at: { readonly path: string; readonly to: string; readonly isDirectory: boolean },
): Operation | null => {
  const { path, to } = at
  const mode = modeIn(rest)
  switch (name) {
    case 'openat':
      if (!/O_CREAT|O_TRUNC/.test(rest)) return null
      if (rest.includes('O_EXCL')) return { op: 'create', path, mode }
      break
    case 'close':
      return null
    case 'write':
      return { op: 'write', path, text }
    case 'fchmod':
      return { op: 'chmod', path, mode }
    case 'fsync':
      return { op: at.isDirectory ? 'sync-directory' : 'sync', path }
    case 'rename':
    case 'link':
      return { op: name, path, to }
    case 'unlink':
    case 'mkdir':
    case 'rmdir':
      return { op: name, path }
  }
  throw new Error(`not understood: ${name}(${rest})`)
}

/** Reads a trace as what it asks of the files below `base`. */
const operationsIn = (trace: string, base: string): readonly Operation[] => {
  const { note, placeOf, resolve, isDirectory } = descriptors()
  const below = (place: string): string | null => {
    const path = place === '' ? '..' : relative(base, place)
    return path.startsWith('..') ? null : plain(path)
  }
  return callsIn(trace).flatMap((call) => {
    const place = placeOf(call)
    note(call)
    const path = below(place)
    if (path === null) return []
    const to = below(resolve(call.strings[1] ?? '')) ?? ''
    return operationOf(call, { path, to, isDirectory: isDirectory(place) }) ?? []
  })
}

/** What the adapter of `dist/` asks of the disk in this situation. */
export const record = async (name: Name): Promise<readonly Operation[]> => {
  const { call, files, links = {} } = situation(name)
  const top = mkdtempSync(join(tmpdir(), 'cri-recover-writes-'))
  try {
    const base = join(top, 'containers')
    mkdirSync(base)
    for (const [path, text] of Object.entries(files))
      if (text === null) mkdirSync(join(base, path))
      else writeFileSync(join(base, path), text)
    for (const [path, to] of Object.entries(links)) linkSync(join(base, path), join(base, to))
    const trace = join(top, 'trace')
    const given = JSON.stringify([INDEX, { root: top, state: top }, ...call])
    const driver = [process.execPath, '--input-type=module', '-e', DRIVER, given]
    await run('strace', ['-f', '-xx', '-s', '4096', '-e', `trace=${CALLS}`, '-o', trace, ...driver], {
      env: { UV_THREADPOOL_SIZE: '1' },
    })
    return operationsIn(readFileSync(trace, 'utf8'), base)
  } finally {
    rmSync(top, { recursive: true, force: true })
  }
}
