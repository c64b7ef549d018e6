import type { Extension } from '../../core/records.js'
import type { Any } from './gen/google/protobuf/any.js'

/** The blobs of a record, read as text. */
export const extensions = (blobs: ReadonlyMap<string, Any>): ReadonlyMap<string, Extension> =>
  new Map([...blobs].map(([key, { typeUrl, value }]) => [key, { typeUrl, value: value.toString('utf8') }]))
