/** Calendar dates of nanosecond times, by arithmetic: no clock, no time zone, no rounding of an int64. */

const SECOND = 1_000_000_000n
const DAY = 86_400n

const floorDiv = (a: bigint, b: bigint): bigint => (a >= 0n ? a / b : -((-a + b - 1n) / b))
const pad = (value: bigint, width: number): string => String(value).padStart(width, '0')

/** Days since 1970 to year, month, day of the Gregorian calendar; years are counted from March so that a leap day is last. */
const civil = (days: bigint): readonly [bigint, bigint, bigint] => {
  const shifted = days + 719_468n
  const era = floorDiv(shifted, 146_097n)
  const dayOfEra = shifted - era * 146_097n
  const yearOfEra = (dayOfEra - dayOfEra / 1_460n + dayOfEra / 36_524n - dayOfEra / 146_096n) / 365n
  const dayOfYear = dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n)
  const monthFromMarch = (5n * dayOfYear + 2n) / 153n
  const month = monthFromMarch < 10n ? monthFromMarch + 3n : monthFromMarch - 9n
  const day = dayOfYear - (153n * monthFromMarch + 2n) / 5n + 1n
  return [yearOfEra + era * 400n + (month <= 2n ? 1n : 0n), month, day]
}

/**
 * RFC 3339 in UTC as Go prints it: the fraction without trailing zeros.
 *
 * @param ns - ns since 1970, any int64
 * @example
 * rfc3339(1_500_000_000n) // '1970-01-01T00:00:01.5Z'
 */
export const rfc3339 = (ns: bigint): string => {
  const seconds = floorDiv(ns, SECOND)
  const fraction = ns - seconds * SECOND
  const days = floorDiv(seconds, DAY)
  const second = seconds - days * DAY
  const [year, month, day] = civil(days)
  const clock = [second / 3_600n, (second / 60n) % 60n, second % 60n].map((part) => pad(part, 2)).join(':')
  const tail = fraction === 0n ? '' : `.${pad(fraction, 9).replace(/0+$/, '')}`
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock}${tail}Z`
}
