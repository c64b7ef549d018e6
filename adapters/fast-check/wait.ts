import { setTimeout as delay } from 'node:timers/promises'

export const DEADLINE_MS = 30_000

/** Asks again until there is an answer. The last error is part of the complaint, not a reason to stop asking. */
export const until = async <A>(
  what: string,
  probe: () => Promise<A | undefined> | A | undefined,
  deadlineMs: number = DEADLINE_MS,
): Promise<A> => {
  const end = performance.now() + deadlineMs
  let pause = 5
  let last: unknown
  for (;;) {
    try {
      const answer = await probe()
      if (answer !== undefined) return answer
      last = undefined
    } catch (error) {
      last = error
    }
    if (performance.now() > end) {
      throw new Error(`not within ${deadlineMs} ms: ${what}`, last === undefined ? {} : { cause: last })
    }
    await delay(pause)
    pause = Math.min(pause * 2, 100)
  }
}

/** `until` for a yes-or-no question. */
export const untilTrue = async (
  what: string,
  probe: () => Promise<boolean> | boolean,
  deadlineMs?: number,
): Promise<void> => {
  await until(what, async () => ((await probe()) ? true : undefined), deadlineMs)
}
