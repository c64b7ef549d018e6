import { describe, expect, it } from 'vitest'
import { interfacesOf } from '../../../adapters/filesystem/stats-network.js'

const HEAD = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`

describe('the interfaces of a process', () => {
  it('are told by their names and counts', () => {
    const text = `${HEAD}    lo:    3193      29    0    0    0     0          0         0     3193      29    0    0    0     0       0          0
  eth0: 313209339    7353    5    1    2     3          4         0   571410    4713    6    7    8     9       0          0
`
    expect(interfacesOf(text)).toEqual([
      { name: 'eth0', rxBytes: 313209339n, rxErrors: 5n, txBytes: 571410n, txErrors: 6n },
    ])
  })
  it('keep names that contain what is no letter', () => {
    const numbers = Array.from({ length: 16 }, (_, at) => at).join(' ')
    expect(interfacesOf(`${HEAD}eth0.5@if:${numbers}\n`)).toEqual([
      { name: 'eth0.5@if', rxBytes: 0n, rxErrors: 2n, txBytes: 8n, txErrors: 10n },
    ])
  })
  it('count nothing in what is cut off', () => {
    expect(interfacesOf(`${HEAD}eth0: 18446744073709551615 2`)).toEqual([
      { name: 'eth0', rxBytes: 18446744073709551615n, rxErrors: 0n, txBytes: 0n, txErrors: 0n },
    ])
  })
  it('are none in an empty text', () => {
    expect(interfacesOf('')).toEqual([])
    expect(interfacesOf(HEAD)).toEqual([])
  })
})
