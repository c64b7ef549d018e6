import { constants, open } from 'node:fs/promises'
import { join } from 'node:path'
import { isRight } from 'fp-ts/lib/Either.js'
import { parse } from 'fp-ts/lib/Json.js'
import * as t from 'io-ts'
import type { Shims } from '../../ports/shims.js'
import { type BundleOptions, bundlesPath } from './bundles.js'
import { cgroupPath, oomKillsIn } from './cgroups.js'
import { attempt, ifGone, Trouble } from './errors.js'
import { checkId, kindOf } from './paths.js'

/** An OCI spec of the CRI has some 10 KB. */
const LIMIT = 4 * 1024 * 1024

const Spec = t.type({ linux: t.type({ cgroupsPath: t.string }) })

const readSpec = async (path: string): Promise<string | null> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(
    ifGone(null),
  )
  if (file === null) return null
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw new Trouble('Denied', `a ${kindOf(stats)} stands in its place`)
    if (stats.size > LIMIT) throw new Trouble('Exhausted', `it is larger than ${LIMIT} bytes`)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** The kernel's count of kills for want of memory, of the cgroup that a bundle's spec names. */
export const oomKills =
  (options: BundleOptions): Shims['oomKills'] =>
  (id) =>
    attempt(`count the OOM kills of ${id}`, 'the cgroup file system', async () => {
      checkId(options.namespace)
      checkId(id)
      const text = await readSpec(join(bundlesPath(options), id, 'config.json'))
      const json = text === null ? null : parse(text)
      const spec = json === null || !isRight(json) ? null : Spec.decode(json.right)
      const path = spec === null || !isRight(spec) ? null : cgroupPath(spec.right.linux.cgroupsPath)
      return path === null ? null : oomKillsIn(path)
    })
