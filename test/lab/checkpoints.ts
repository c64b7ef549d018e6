import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Layout } from './config.js'

/** A container's status file: what the CRI plugin reads back after a restart. */
export const checkpointPath = ({ criRoot }: Layout, id: string): string =>
  join(criRoot, 'containers', id, 'status')

export const readCheckpoint = (layout: Layout, id: string): Promise<string> =>
  readFile(checkpointPath(layout, id), 'utf8')

/** Written in place, as only a crash or a stranger would. */
export const writeCheckpoint = (layout: Layout, id: string, content: string | Uint8Array): Promise<void> =>
  writeFile(checkpointPath(layout, id), content, { mode: 0o600 })

const SCALAR = '(?:-?\\d+|"(?:[^"\\\\]|\\\\.)*"|true|false|null)'

/**
 * Sets one field to a JSON text, adding it where it is not. Done on the text, because its times are beyond
 * what a JavaScript number holds.
 */
export const setField = (text: string, field: string, json: string): string => {
  const pattern = new RegExp(`("${field}"\\s*:\\s*)${SCALAR}`)
  if (pattern.test(text)) return text.replace(pattern, (_, key: string) => `${key}${json}`)
  return text.replace(/}\s*$/, `,"${field}":${json}}`)
}

export const fieldOf = (text: string, field: string): string | undefined =>
  new RegExp(`"${field}"\\s*:\\s*(${SCALAR})`).exec(text)?.[1]

const edit = async (layout: Layout, id: string, change: (text: string) => string): Promise<void> =>
  writeCheckpoint(layout, id, change(await readCheckpoint(layout, id)))

const set =
  (fields: Readonly<Record<string, bigint | string>>) =>
  (text: string): string =>
    Object.entries(fields).reduce(
      (edited, [field, value]) =>
        setField(edited, field, typeof value === 'bigint' ? `${value}` : JSON.stringify(value)),
      text,
    )

const created = (text: string): bigint => BigInt(fieldOf(text, 'CreatedAt') ?? '0')

export const checkpoint = {
  missing: (layout: Layout, id: string) => rm(checkpointPath(layout, id)),
  empty: (layout: Layout, id: string) => writeCheckpoint(layout, id, ''),
  /** As a torn write leaves it. */
  cut: (layout: Layout, id: string, bytes: number) => edit(layout, id, (text) => text.slice(0, bytes)),
  garbage: (layout: Layout, id: string) => writeCheckpoint(layout, id, Buffer.from([0, 255, 123, 254, 10])),
  futureVersion: (layout: Layout, id: string) => edit(layout, id, set({ Version: 'v2' })),
  zeroTimes: (layout: Layout, id: string) =>
    edit(layout, id, set({ CreatedAt: 0n, StartedAt: 0n, FinishedAt: 0n })),
  unknownField: (layout: Layout, id: string, field = 'FromTheFuture', json = '{"Deep":[9007199254740993]}') =>
    edit(layout, id, (text) => setField(text, field, json)),
  created: (layout: Layout, id: string) =>
    edit(layout, id, set({ Pid: 0n, StartedAt: 0n, FinishedAt: 0n, ExitCode: 0n, Reason: '', Message: '' })),
  running: (layout: Layout, id: string, pid: bigint) =>
    edit(layout, id, (text) =>
      set({ Pid: pid, StartedAt: created(text) + 1n, FinishedAt: 0n, ExitCode: 0n, Reason: '', Message: '' })(
        text,
      ),
    ),
  exited: (layout: Layout, id: string, code: bigint, reason = code === 0n ? 'Completed' : 'Error') =>
    edit(layout, id, (text) =>
      set({
        Pid: 0n,
        StartedAt: created(text) + 1n,
        FinishedAt: created(text) + 2n,
        ExitCode: code,
        Reason: reason,
      })(text),
    ),
} as const
