/** Why a shim gave no answer, before it is put into the ports' words. */
export type Trouble =
  /** Its socket could not be connected to: the system call's error. */
  | { readonly kind: 'unreached'; readonly code: string; readonly said: string }
  /** The connection was lost under the question. */
  | { readonly kind: 'broken'; readonly said: string }
  /** What came is not an answer. */
  | { readonly kind: 'garbage'; readonly said: string }
  /** It answered with a status of gRPC's other than success. */
  | { readonly kind: 'status'; readonly code: number; readonly said: string }
  /** The caller's signal. */
  | { readonly kind: 'given-up' }

/** The other side looked at the question, and does not know the service that it is for. */
export const UNIMPLEMENTED = 12

export const GIVEN_UP: Trouble = { kind: 'given-up' }

export const broken = (said: string): Trouble => ({ kind: 'broken', said })

export const garbage = (said: string): Trouble => ({ kind: 'garbage', said })
