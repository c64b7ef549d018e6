import { resolve } from 'node:path'
import { Client, credentials, Metadata } from '@grpc/grpc-js'

/** Where a containerd listens, and whose containers are meant. */
export interface Address {
  /** The unix socket, as a path or as `unix://` and a path. A relative one starts at the working directory. */
  readonly socket: string
  /** containerd's namespace; the CRI plugin keeps everything in `k8s.io`. */
  readonly namespace: string
}

/** One connection, made when it is first needed and made again when it breaks. */
export interface Channel {
  readonly client: Client
  /** The socket's absolute path. */
  readonly socket: string
  readonly namespace: string
  /** Fresh for each call: grpc-js adds to what it is given. */
  readonly metadata: () => Metadata
  readonly closed: () => boolean
  /** Has `cut` called when the channel is closed; returns the way to take that back. */
  readonly whenClosed: (cut: () => void) => () => void
  /** Ends every call under way. Calls that begin later fail. Closing twice is fine. */
  readonly close: () => void
}

const MIB = 1024 * 1024

const OPTIONS = {
  // Go's servers refuse the empty authority that a unix socket would have.
  'grpc.default_authority': 'localhost',
  // containerd sends up to 16 MiB a message unless told otherwise: leaves room for one that was told, and still
  // bounds what a broken server can make us hold.
  'grpc.max_receive_message_length': 64 * MIB,
  // By default a lost containerd is looked for every second at first and every two minutes in the end. A socket
  // on this machine may be asked more often.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  // Two channels to one socket are two connections: closing or losing the one is nothing to the other.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': 0,
}

/** Opens a channel. Never fails by itself: whether anyone listens shows with the first call. */
export const openChannel = ({ socket, namespace }: Address): Channel => {
  const path = resolve(socket.replace(/^unix:(\/\/)?/, ''))
  const client = new Client(`unix://${path}`, credentials.createInsecure(), OPTIONS)
  const cuts = new Set<() => void>()
  let closed = false

  return {
    client,
    socket: path,
    namespace,
    metadata: () => {
      const metadata = new Metadata()
      metadata.set('containerd-namespace', namespace)
      return metadata
    },
    closed: () => closed,
    whenClosed: (cut) => {
      cuts.add(cut)
      return () => cuts.delete(cut)
    },
    close: () => {
      closed = true
      for (const cut of [...cuts]) cut()
      client.close()
    },
  }
}
