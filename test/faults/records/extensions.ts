import type { Extension } from '../../../core/records.js'
import type { Life, Pods } from '../lives.js'

/** F12's records: what may be wrong with the extension in which the CRI keeps its metadata. */

/** An extension as it is spoiled; null: it is not there. */
type Spoil = (own: Extension) => Extension | null

export const SPOILT = {
  missing: () => null,
  type: (own) => ({ ...own, typeUrl: 'example.test/Metadata' }),
  garbage: (own) => ({ ...own, value: '\u0000{"Version":' }),
  empty: (own) => ({ ...own, value: '' }),
  version: (own) => ({ ...own, value: own.value.replace('"Version":"v1"', '"Version":"v2"') }),
  shape: (own) => ({ ...own, value: own.value.replace(/"SandboxID":"[^"]*"/, '"SandboxID":7') }),
} as const satisfies Readonly<Record<string, Spoil>>
export type SpoiltName = keyof typeof SPOILT
export const SPOILT_NAMES: readonly SpoiltName[] = ['missing', 'type', 'garbage', 'empty', 'version', 'shape']

/** Each spoilt one beside a task that runs and beside one that has ended; and a pod that is spoilt itself. */
export const SPOILT_PODS: Pods = {
  pod: {
    web: 'running',
    job: { ended: 7 },
    ...Object.fromEntries(
      SPOILT_NAMES.flatMap((name): (readonly [string, Life])[] => [
        [name, 'running'],
        [`${name}-ended`, { ended: 9 }],
      ]),
    ),
  },
  nobody: { child: 'running' },
}

/** The containers with what is done to each. */
export const TARGETS: readonly (readonly [name: string, spoil: SpoiltName])[] = SPOILT_NAMES.flatMap(
  (spoil) => [
    [spoil, spoil],
    [`${spoil}-ended`, spoil],
  ],
)
