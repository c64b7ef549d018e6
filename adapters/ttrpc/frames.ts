/** ttrpc's framing: ten bytes of header, then the data. Nothing here knows of sockets. */

const HEADER = 10
const FIRST_ROOM = 4096

/** The most that one message may hold; ttrpc has no way to agree on another limit. */
export const MAX_DATA = 4 * 1024 * 1024

export const REQUEST = 1
export const RESPONSE = 2
export const DATA = 3

/** In the flags of a frame: its sender will send nothing more on this stream. */
export const REMOTE_CLOSED = 1
/** In the flags of a request: messages follow it. */
export const REMOTE_OPEN = 2
/** In the flags of `DATA`: not even an empty message, which has no bytes either. */
export const NO_DATA = 4

/** What a frame carries: how a stream begins, how it ends, and what is sent in between. */
export type FrameType = typeof REQUEST | typeof RESPONSE | typeof DATA

export interface Frame {
  /** Odd where the client began it */
  readonly stream: number
  readonly type: FrameType
  readonly flags: number
  readonly data: Buffer
}

/** What came out of the bytes so far; after an error nothing more will. */
export interface Decoded {
  readonly frames: readonly Frame[]
  /** Null as long as the bytes are ttrpc. */
  readonly error: string | null
}

export interface FrameDecoder {
  /** Takes the next bytes, however they were cut, and gives the frames that they complete. */
  readonly push: (bytes: Uint8Array) => Decoded
}

type Header = Omit<Frame, 'data'> & { readonly length: number }

const isType = (type: number): type is FrameType => type === REQUEST || type === RESPONSE || type === DATA

/** A header, or why these ten bytes are none. Told at once: whoever speaks something else may never send the rest. */
const header = (bytes: Buffer): Header | string => {
  const length = bytes.readUInt32BE(0)
  const stream = bytes.readUInt32BE(4)
  const type = bytes.readUInt8(8)
  if (length > MAX_DATA) return `a message of ${length} bytes, where ${MAX_DATA} are allowed`
  if (!isType(type)) return `a message of the unknown type ${type}`
  return { length, stream, type, flags: bytes.readUInt8(9) }
}

/**
 * The bytes of one frame. Throws where the data is larger than a message may be: what is sent is for the caller to
 * keep small.
 */
export const encodeFrame = ({ stream, type, flags, data }: Frame): Buffer => {
  if (data.length > MAX_DATA) throw new RangeError(`a message of ${data.length} bytes`)
  const head = Buffer.alloc(HEADER)
  head.writeUInt32BE(data.length, 0)
  head.writeUInt32BE(stream, 4)
  head.writeUInt8(type, 8)
  head.writeUInt8(flags, 9)
  return Buffer.concat([head, data])
}

/** Holds at most twice what has come of one frame, whatever length the frame claims to have. */
export const frameDecoder = (): FrameDecoder => {
  let held = Buffer.alloc(FIRST_ROOM)
  let count = 0
  let current: Header | null = null
  let error: string | null = null

  const wanted = (): number => (current === null ? HEADER : current.length)

  /** Takes of `bytes` what the part under way still lacks, and says how much that was. */
  const take = (bytes: Uint8Array): number => {
    const taken = Math.min(wanted() - count, bytes.length)
    if (count + taken > held.length) {
      const larger = Buffer.alloc(Math.min(MAX_DATA, Math.max(count + taken, 2 * held.length)))
      held.copy(larger, 0, 0, count)
      held = larger
    }
    held.set(bytes.subarray(0, taken), count)
    count += taken
    return taken
  }

  const push = (bytes: Uint8Array): Decoded => {
    const frames: Frame[] = []
    let rest = bytes
    while (error === null) {
      rest = rest.subarray(take(rest))
      if (count < wanted()) break
      if (current === null) {
        const read = header(held)
        if (typeof read === 'string') error = read
        else current = read
      } else {
        const { stream, type, flags } = current
        frames.push({ stream, type, flags, data: Buffer.from(held.subarray(0, count)) })
        current = null
        if (held.length > FIRST_ROOM) held = Buffer.alloc(FIRST_ROOM)
      }
      count = 0
    }
    return { frames, error }
  }

  return { push }
}
