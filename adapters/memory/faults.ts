import type { FaultCall } from './calls.js'
import type { Fault } from './world.js'

/** A fault as it is written down: only what befalls which call must be said. */
export type FaultSpec = Partial<Fault> & {
  readonly call: FaultCall
  readonly answer: Fault['answer']
}

export interface Faults {
  /** Adds a fault; the result removes it again. */
  readonly add: (spec: FaultSpec) => () => void
  readonly clear: () => void
  /** The faults as they are now, those that are used up left out. */
  readonly left: () => readonly Fault[]
  /** What befalls this call, counting it. */
  readonly take: (call: string, id: string | null) => Fault | null
  /** What would befall it, not counting. */
  readonly peek: (call: string, id: string | null) => Fault | null
}

interface Counted {
  readonly fault: Fault
  seen: number
}

const fits = (f: Fault, call: string, id: string | null): boolean =>
  (f.id === null || f.id === id) &&
  (f.call === call || (f.call.endsWith('.*') && call.startsWith(f.call.slice(0, -1))))

const isDue = ({ fault, seen }: Counted): boolean =>
  seen + 1 >= fault.from && (fault.times === null || seen + 1 < fault.from + fault.times)

const rest = ({ fault, seen }: Counted): Fault => ({
  ...fault,
  from: Math.max(1, fault.from - seen),
  times: fault.times === null ? null : Math.max(0, fault.times - Math.max(0, seen + 1 - fault.from)),
})

/** The faults of a node; each counts the calls that it fits. */
export const faultsOf = (given: readonly Fault[]): Faults => {
  let counted: readonly Counted[] = given.map((fault) => ({ fault, seen: 0 }))
  return {
    add: (spec) => {
      const fault: Fault = {
        id: null,
        said: 'a fault of the simulation',
        unreached: null,
        when: 'before',
        from: 1,
        times: null,
        ...spec,
      }
      const entry: Counted = { fault, seen: 0 }
      counted = [...counted, entry]
      return () => {
        counted = counted.filter((other) => other !== entry)
      }
    },
    clear: () => {
      counted = []
    },
    left: () => counted.map(rest).filter((f) => f.times !== 0),
    take: (call, id) => {
      const fitting = counted.filter((c) => fits(c.fault, call, id))
      const due = fitting.find(isDue)?.fault ?? null
      for (const c of fitting) c.seen += 1
      return due
    },
    peek: (call, id) => counted.find((c) => fits(c.fault, call, id) && isDue(c))?.fault ?? null,
  }
}
