import { Client, credentials, Metadata, type StatusObject, status } from '@grpc/grpc-js'
import { MAX_DATA } from './frames.js'
import { broken, type Trouble } from './trouble.js'

const OPTIONS = {
  // Go's servers refuse the empty authority that a unix socket would have.
  'grpc.default_authority': 'localhost',
  'grpc.max_receive_message_length': MAX_DATA,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': 0,
}

/** For one call: a connection of its own. */
export const grpcClient = (socket: string): Client =>
  new Client(`unix://${socket}`, credentials.createInsecure(), OPTIONS)

/** Why a call failed, by the status that it ended with. */
export const troubleOf = ({ code, details }: Pick<StatusObject, 'code' | 'details'>): Trouble =>
  code === status.UNAVAILABLE ? broken(details) : { kind: 'status', code, said: details }

export const metadataOf = (pairs: ReadonlyMap<string, string>): Metadata => {
  const made = new Metadata()
  for (const [key, value] of pairs) made.set(key, value)
  return made
}

/** Messages go over the wire as they are given. */
export const same = (bytes: Buffer): Buffer => bytes
