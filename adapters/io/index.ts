import { right } from 'fp-ts/lib/TaskEither.js'
import type { Io } from '../../ports/io.js'
import { pipesObstacle } from './pipes.js'

export type { OpenStream } from './attachment.js'
export { type LogIoOptions, logIo } from './log-io.js'
export type { ByteSource } from './source.js'

/**
 * IO for those who do not stay. Fresh FIFOs are of use only while somebody holds them open, and whoever recovers once
 * leaves: the container is as it was, and whoever starts it makes its IO then.
 */
export const oneShotIo: Io = { create: () => right(undefined), obstacle: pipesObstacle }
