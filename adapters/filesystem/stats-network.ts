import type { InterfaceUsage } from '../../ports/stats.js'

// An interface's name has no space and no colon: the kernel refuses them.
const LINE = /^\s*([^\s:]+):\s*(\d.*)$/

const RX_BYTES = 0
const RX_ERRORS = 2
const TX_BYTES = 8
const TX_ERRORS = 10

/** The interfaces of a `/proc/<pid>/net/dev`, without loopback. */
export const interfacesOf = (text: string): readonly InterfaceUsage[] =>
  text.split('\n').flatMap((line) => {
    const [, name = '', numbers = ''] = LINE.exec(line) ?? []
    if (name === '' || name === 'lo') return []
    const counts = numbers.trim().split(/\s+/)
    const count = (at: number): bigint => (/^\d{1,20}$/.test(counts[at] ?? '') ? BigInt(counts[at] ?? 0) : 0n)
    return [
      {
        name,
        rxBytes: count(RX_BYTES),
        rxErrors: count(RX_ERRORS),
        txBytes: count(TX_BYTES),
        txErrors: count(TX_ERRORS),
      },
    ]
  })
