import type { Tests } from './titles.js'

/** Where each law is asked, and where something is broken on purpose so that it is seen to notice. */

interface Proof {
  readonly law: string
  readonly says: string
  readonly asked: Tests
  readonly broken: Tests
}

/** Every law by itself, over all rows and over random nodes, with adapters and reports that break it. */
const PREDICATES = {
  asked: [
    ['test/laws/suite.ts', '$id: $says'],
    ['test/laws/nodes.test.ts', 'every law holds'],
    ['test/space/space.test.ts', 'keeps every law in every state'],
  ],
  broken: [
    ['test/laws/defects.test.ts', 'catch $says ($law)'],
    ['test/laws/predicates.test.ts', 'sees $breach ($id)', 'is planted against, each of them'],
    ['test/laws/reference.test.ts', 'breaks $id: $says'],
  ],
} as const satisfies { readonly asked: Tests; readonly broken: Tests }

const predicate = (law: string, says: string): Proof => ({ law, says, ...PREDICATES })

export const PROOFS: readonly Proof[] = [
  {
    law: 'L1',
    says: 'every checkpoint × extension × task × error yields a value',
    asked: [
      [
        'test/adapters/fast-check/arbitraries.test.ts',
        'gives a plan and its rows for every node that can be seen',
      ],
      ['test/fuzz/fuzz.test.ts', 'gives a value or a typed error, and keeps its laws'],
    ],
    broken: [['test/fuzz/fuzz.test.ts', 'one that throws', 'one that forgets the cap on a length']],
  },
  {
    law: 'L2',
    says: 'clock and order of replies are inputs, and change nothing else',
    asked: [
      ['test/laws/schedules.test.ts', 'comes to the same whatever the order'],
      ['test/laws/nodes.test.ts', 'the order in which it lists itself'],
    ],
    broken: [['test/laws/schedules.test.ts', 'is seen to come to something else where the order matters']],
  },
  predicate('L3', 'recovering a second time, undisturbed, changes nothing'),
  predicate('L4', 'a life never goes backwards'),
  predicate('L5', 'what cannot be read is set aside before it is written over'),
  predicate('L6', 'an exit is on disk before its task is deleted, and the first one stands'),
  predicate('L7', 'every listed id is shown once'),
  predicate('L8', 'a name has one holder'),
  {
    law: 'L9',
    says: 'one item that hangs costs itself only',
    asked: [['test/ports/isolation.test.ts', 'in %s costs itself only']],
    broken: [['test/ports/isolation.test.ts', 'costs everybody where nobody keeps deadlines']],
  },
  {
    law: 'L10',
    says: 'killed before or after any effect, twice, it ends as without',
    asked: [
      ['test/crash/crash.test.ts', 'a recovery that dies, and dies again, ends as if it had not'],
      ['test/crash/power-node.test.ts', 'loses nothing that was on disk'],
      ['test/real/recover-crash.test.ts', 'comes, done again, to the same checkpoints'],
      ['test/space/space.test.ts', 'has no dead end'],
    ],
    broken: [
      ['test/crash/crash.test.ts', 'a recovery that is worse is caught'],
      ['test/crash/power-node.test.ts', 'a recovery that is worse is caught'],
      ['test/space/worse.test.ts', 'a recovery is caught'],
    ],
  },
  predicate('L11', 'silence is no exit, and what did not answer is not killed'),
  predicate('L12', 'every live task is watched, or reported as not'),
  predicate('L13', 'a directory goes only if it is nobody’s, and not too many go'),
  {
    law: 'L14',
    says: 'a reader sees the old or the new checkpoint, also after power loss',
    asked: [
      ['test/crash/power.test.ts', 'shows the old one or the new one'],
      ['test/real/recover-crash.test.ts', 'leaves each checkpoint as it was'],
    ],
    broken: [['test/crash/power.test.ts', 'is caught when the write leaves out']],
  },
  predicate('L15', 'what is not known survives'),
  predicate('L16', 'an exit has no pid, and times are in order'),
  predicate('L17', 'one effect, one write, and none where nothing changed'),
]
