import type { Either } from 'fp-ts/lib/Either.js'
import * as E from 'fp-ts/lib/Either.js'
import { type ImageContent, type Needs, readConfig, readTarget } from '../core/images.js'
import type { ImageSeen } from '../core/observation.js'
import type { ImageRecord } from '../core/records.js'
import { describe, type Failure } from './failure.js'
import type { Options } from './options.js'
import type { Ports } from './ports.js'
import type { Signal } from './signal.js'

/** Larger than any manifest that a registry would take, small enough to hold a few side by side. */
const MAX_DOCUMENT = 4 * 1024 * 1024
/** An index may name an index; deeper is no image. */
const MAX_DEPTH = 3

type Asked = Pick<Ports, 'images' | 'timers'>
type Look = Either<Failure, ImageContent>

const missing = (why: string): ImageContent => ({ status: 'missing', id: null, why })

/** The manifest for this platform, through any indexes before it; the sizes of those count too. */
const findNeeds = async (
  ports: Asked,
  options: Options,
  digest: string,
  depth: number,
  signal: Signal,
): Promise<Either<Failure, Needs | string>> => {
  const text = await ports.images.readContent(digest, MAX_DOCUMENT, signal)()
  if (E.isLeft(text)) return text.left.tag === 'NotFound' ? E.right(`${digest} is not there`) : text
  const target = readTarget(text.right, options.platform)
  if (E.isLeft(target)) return E.right(`${digest} is ${target.left}`)
  if (target.right.kind === 'manifest') return E.right(target.right.needs)
  if (depth === MAX_DEPTH) return E.right('its indexes are nested too deep')
  for (const candidate of target.right.candidates) {
    const needs = await findNeeds(ports, options, candidate.digest, depth + 1, signal)
    if (E.isLeft(needs)) return needs
    if (typeof needs.right !== 'string')
      return E.right({ ...needs.right, size: needs.right.size + candidate.size })
  }
  const { os, architecture } = options.platform
  return E.right(`there is no manifest for ${os}/${architecture}`)
}

/** Which of the parts that an image needs are not in the content store. */
const findGaps = async (
  ports: Asked,
  needs: Needs,
  signal: Signal,
): Promise<Either<Failure, readonly string[]>> => {
  const gaps: string[] = []
  for (const digest of [needs.config, ...needs.layers]) {
    const size = await ports.images.contentSize(digest, signal)()
    if (E.isRight(size)) continue
    if (size.left.tag !== 'NotFound') return size
    gaps.push(digest)
  }
  return E.right(gaps)
}

const contentOf = async (
  ports: Asked,
  options: Options,
  image: ImageRecord,
  signal: Signal,
): Promise<Look> => {
  const needs = await findNeeds(ports, options, image.digest, 0, signal)
  if (E.isLeft(needs)) return needs
  if (typeof needs.right === 'string') return E.right(missing(needs.right))
  const gaps = await findGaps(ports, needs.right, signal)
  if (E.isLeft(gaps)) return gaps
  const id = needs.right.config
  if (gaps.right.length > 0) return E.right({ status: 'incomplete', id, missing: gaps.right })
  const config = await ports.images.readContent(id, MAX_DOCUMENT, signal)()
  if (E.isLeft(config)) return config
  const read = readConfig(config.right)
  if (E.isLeft(read)) return E.right(missing(`its config is ${read.left}`))
  const size = needs.right.size + (image.size > 0n ? image.size : 0n)
  return E.right({ status: 'complete', id, ...read.right, size })
}

/** What is there of one image. Its trouble is its own: a failure is told in its row (reference: CheckImages). */
export const observeImage = async (
  ports: Asked,
  options: Options,
  record: ImageRecord,
): Promise<ImageSeen> => {
  const look = ports.timers.within<ImageSeen>(
    options.timeoutMs,
    `look at image ${record.name}`,
    (signal) => async (): Promise<Either<Failure, ImageSeen>> => {
      const found = await contentOf(ports, options, record, signal)
      if (E.isLeft(found)) return found
      const content = found.right
      if (content.status !== 'complete') return E.right({ record, content, unpacked: false })
      const unpacked = await ports.images.unpacked(options.snapshotter, content.diffIds, signal)()
      return E.isLeft(unpacked) ? unpacked : E.right({ record, content, unpacked: unpacked.right })
    },
  )
  const seen = await look()
  return E.isRight(seen) ? seen.right : { record, content: missing(describe(seen.left)), unpacked: false }
}
