import { isDeepStrictEqual } from 'node:util'
import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import { decodeCheckpoint, encodeCheckpoint } from '../../core/checkpoint.js'
import { resourcesOf } from '../../core/cri-resources.js'
import { specFacts } from '../../core/cri-spec.js'
import { foldKey } from '../../core/go.js'
import { readConfig, readTarget } from '../../core/images.js'
import { type JsonObject, parseJson, printJson } from '../../core/json.js'
import { Breach, holds, type Target } from './target.js'

/** JSON in Go's encoding, and what is read from it. */

export const JSON_TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\u0000',
  '\\ud800',
  '\\"',
  'null',
  'true',
  '1e400',
  '{"":',
  '[[',
  '"__proto__":',
  '{}',
  '[]',
  '\xef\xbb\xbf',
  '\xed\xa0\x80',
]

// As the checkpoints' port reads a file, and as a record's blob is read: bytes that are no UTF-8 are replaced.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
export const textOf = (bytes: Uint8Array): string => utf8.decode(bytes)

/** Printed, a character is at most six, and what checkpoints always have comes on top. */
const TIMES = 6
const BESIDES = 400

const acceptedByNode = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const json = (text: string): void => {
  const read = parseJson(text)
  const deep = isLeft(read) && read.left.startsWith('nested deeper')
  holds(deep || isRight(read) === acceptedByNode(text), `JSON for one parser only: ${read._tag}`)
  if (isLeft(read)) return
  const printed = printJson(read.right)
  holds(printed.length <= TIMES * text.length, 'printed, it is longer than six times what was read')
  holds(isDeepStrictEqual(parseJson(printed), read), 'what is printed reads as something else')
}

const OWN = new Set(
  ['Version', 'Pid', 'CreatedAt', 'StartedAt', 'FinishedAt', 'ExitCode', 'Reason', 'Message'].map(foldKey),
)
const notOurs = ({ entries }: JsonObject) => entries.filter(([key]) => !OWN.has(foldKey(key)))

const checkpoint = (text: string): void => {
  const read = decodeCheckpoint(text)
  if (isLeft(read)) {
    holds(read.left.detail !== '', 'refused without a word')
    return
  }
  const { status, document } = read.right
  resourcesOf(document)
  const written = encodeCheckpoint(status, document)
  holds(written.length <= TIMES * text.length + BESIDES, 'written, it is longer than six times what was read')
  const again = decodeCheckpoint(written)
  if (isLeft(again)) throw new Breach(`what was written cannot be read: ${again.left.detail}`)
  holds(isDeepStrictEqual(again.right.status, status), 'what was written reads as another status')
  holds(
    isDeepStrictEqual(notOurs(again.right.document), notOurs(document)),
    'what is not known did not survive (L15)',
  )
  holds(encodeCheckpoint(status, again.right.document) === written, 'written twice, it changes')
}

const image = (text: string): void => {
  const target = readTarget(text, { os: 'linux', architecture: 'amd64' })
  if (isRight(target) && target.right.kind === 'manifest')
    holds(target.right.needs.size >= 0n, 'a size below 0')
  readConfig(text)
}

const spec = (text: string): void => {
  const facts = specFacts(text)
  if (isRight(facts) && facts.right.user !== null)
    for (const id of [facts.right.user.uid, facts.right.user.gid, ...facts.right.user.additionalGids])
      holds(Number.isInteger(id) && id >= 0 && id < 2 ** 32, 'a user that is no uint32')
}

const target = (
  name: string,
  decodes: string,
  run: (text: string) => void,
  keys: readonly string[] = [],
): Target => ({
  name,
  decodes,
  tokens: [...JSON_TOKENS, ...keys.map((key) => `"${key}":`)],
  run: (bytes) => run(textOf(bytes)),
})

export const OF_JSON: readonly Target[] = [
  target('json', 'any JSON, number by number and key by key', json),
  target('checkpoint', 'a container’s status file', checkpoint, [
    'Version":"v1","',
    'pid',
    'CreatedAt',
    'ExitCode',
    'Reason',
    'Resources',
    'linux',
    'unified',
    'hugepage_limits',
  ]),
  target('spec', 'the OCI spec in a container record', spec, [
    'process',
    'user',
    'additionalGids',
    'cgroupsPath',
  ]),
  target('image', 'an image’s index, manifest and config', image, [
    'manifests',
    'platform',
    'config',
    'layers',
    'digest',
    'rootfs',
    'diff_ids',
    'User',
  ]),
]
