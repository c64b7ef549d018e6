import { type Either, isLeft, right } from 'fp-ts/lib/Either.js'
import { list, pointer, struct, text, uint32 } from './go.js'
import { parseJson } from './json.js'

/** What the CRI's answers need of a container's OCI spec. None of it changes while the container is there. */
export interface SpecFacts {
  /** null: the spec names no process */
  readonly user: {
    readonly uid: number
    readonly gid: number
    readonly additionalGids: readonly number[]
  } | null
  /** A path, or systemd's `slice:prefix:name`; empty where there is none */
  readonly cgroupsPath: string
}

const spec = struct({
  process: pointer(struct({ user: struct({ uid: uint32, gid: uint32, additionalGids: list(uint32) }) })),
  linux: pointer(struct({ cgroupsPath: text })),
})

/** Reads a spec. The left side says what is wrong with it. */
export const specFacts = (json: string): Either<string, SpecFacts> => {
  const parsed = parseJson(json)
  if (isLeft(parsed)) return parsed
  const read = spec.read(parsed.right, spec.zero, 'spec')
  if (isLeft(read)) return read
  return right({
    user: read.right.process?.user ?? null,
    cgroupsPath: read.right.linux?.cgroupsPath ?? '',
  })
}

/** systemd's way of writing a cgroup's place holds colons. */
export const isSystemdPath = (cgroupsPath: string): boolean => cgroupsPath.includes(':')
