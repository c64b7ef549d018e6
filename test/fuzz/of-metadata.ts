import { isDeepStrictEqual } from 'node:util'
import { type Either, isLeft, isRight } from 'fp-ts/lib/Either.js'
import { parseJson, printJson } from '../../core/json.js'
import {
  CONTAINER_METADATA,
  CONTAINER_METADATA_TYPE,
  containerMetadataOf,
  resourcesProblem,
  SANDBOX_METADATA,
  SANDBOX_METADATA_TYPE,
  STORED_SANDBOX_METADATA,
  sandboxMetadataOf,
  storedMetadataOf,
  UPDATED_RESOURCES,
} from '../../core/metadata.js'
import type { Extension } from '../../core/records.js'
import { JSON_TOKENS, textOf } from './of-json.js'
import { holds, type Target } from './target.js'

/** The CRI plugin’s records, in the extensions of container records and of stored sandboxes. */

type Read = (extensions: ReadonlyMap<string, Extension>) => Either<unknown, { readonly document: unknown }>

const KEYS = [
  '"Version":"v1",',
  '"Metadata":{',
  '"metadata":{',
  '"Config":{',
  '"labels":{"a":"b"},',
  '"annotations":{',
  '"image":{',
  '"mounts":[{',
  '"linux":{"security_context":{"namespace_options":{"pid":2,"network":2}}}',
  '"AdditionalIPs":["',
  '"attempt":',
]

const metadata = (name: string, decodes: string, key: string, typeUrl: string, read: Read): Target => ({
  name,
  decodes,
  tokens: [...JSON_TOKENS, ...KEYS],
  run: (bytes) => {
    const under = (value: string) => read(new Map([[key, { typeUrl, value }]]))
    const text = textOf(bytes)
    const first = under(text)
    const json = parseJson(text)
    if (isLeft(json)) {
      holds(isLeft(first), 'a record from what is no JSON')
      return
    }
    holds(isDeepStrictEqual(under(printJson(json.right)), first), 'printed anew, it reads as another record')
    if (isLeft(first)) return
    holds(isLeft(read(new Map([[key, { typeUrl: '', value: text }]]))), 'a record of another type is taken')
  },
})

export const OF_METADATA: readonly Target[] = [
  metadata(
    'container-metadata',
    'the metadata of a container',
    CONTAINER_METADATA,
    CONTAINER_METADATA_TYPE,
    containerMetadataOf,
  ),
  metadata(
    'sandbox-metadata',
    'the metadata of a sandbox, in its container record',
    SANDBOX_METADATA,
    SANDBOX_METADATA_TYPE,
    sandboxMetadataOf,
  ),
  metadata(
    'stored-metadata',
    'the metadata of a sandbox, in the sandbox store',
    STORED_SANDBOX_METADATA,
    SANDBOX_METADATA_TYPE,
    storedMetadataOf,
  ),
  {
    name: 'updated-resources',
    decodes: 'the resources of a stored sandbox',
    tokens: [...JSON_TOKENS, '"Resources":', '"Overhead":', '"cpu_quota":'],
    run: (bytes) => {
      const text = textOf(bytes)
      const problem = resourcesProblem(new Map([[UPDATED_RESOURCES, { typeUrl: '', value: text }]]))
      holds(problem !== null || isRight(parseJson(text)), 'resources from what is no JSON')
    },
  },
]
