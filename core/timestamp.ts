const INT64_MAX = 2n ** 63n - 1n

/** protobuf's `google.protobuf.Timestamp`. */
export interface Timestamp {
  readonly seconds: bigint
  readonly nanos: number
}

/**
 * ns since 1970, as an int64 holds them. Null where there is no time, or one that an int64 does not hold: Go's zero
 * time, the year 1, is sent like any other and means none.
 */
export const nanoseconds = (time: Timestamp | undefined): bigint | null => {
  if (time === undefined) return null
  const ns = time.seconds * 1_000_000_000n + BigInt(time.nanos)
  return ns > INT64_MAX || ns < -INT64_MAX ? null : ns
}
