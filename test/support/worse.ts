import type { Ports } from '../../ports/ports.js'

/** Ports that make a program worse than the one that ships, for who must notice it. */

/** Does something else first, each time that a checkpoint is to be written. */
export const beforeWrite =
  (first: (ports: Ports, id: string, text: string) => Promise<unknown>) =>
  (ports: Ports): Ports => ({
    ...ports,
    checkpoints: {
      ...ports.checkpoints,
      write: (id, text) => async () => {
        await first(ports, id, text)
        return ports.checkpoints.write(id, text)()
      },
    },
  })

/** The second checkpoint that is read is taken for missing, whosesoever it is. */
export const unfair = (ports: Ports): Ports => {
  let read = 0
  return {
    ...ports,
    checkpoints: {
      ...ports.checkpoints,
      read: (id) => async () => {
        const answer = await ports.checkpoints.read(id)()
        read += 1
        return read === 2 ? ports.checkpoints.read('nobody')() : answer
      },
    },
  }
}
