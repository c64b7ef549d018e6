import { readFileSync } from 'node:fs'
import { run } from './run.js'

export interface Mount {
  readonly point: string
  readonly type: string
}

const plainPath = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

export const allMounts = (): readonly Mount[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ')
      return { point: plainPath(before.split(' ')[4] ?? ''), type: after.split(' ')[0] ?? '' }
    })

export const mountsBelow = (dir: string): readonly string[] =>
  allMounts()
    .map(({ point }) => point)
    .filter((point) => point.startsWith(`${dir}/`))

/** Later mounts may lie upon earlier ones, so they go in reverse. */
export const unmountBelow = async (dir: string): Promise<void> => {
  const points = mountsBelow(dir)
  if (points.length > 0) await run('umount', ['--lazy', ...points.toReversed()])
}
