import type { Tests } from './titles.js'

/** What this program is attacked with, and the tests that do so. */

interface Attack {
  readonly by: string
  readonly tests: Tests
}

export const ATTACKS: readonly Attack[] = [
  {
    by: 'an id that leads elsewhere',
    tests: [
      ['test/core/ids.test.ts', 'is always one step of a path, which it does not leave'],
      ['test/ports/traversal.test.ts', 'is shown, and leads to no file'],
      ['adapters/fast-check/contract/checkpoints.ts', 'refuses an id that is none, whatever is asked'],
      ['adapters/fast-check/contract/directories.ts', 'takes nothing for a name that is none'],
      ['adapters/fast-check/contract/io.ts', 'belongs to an identifier, and to nothing else'],
      ['test/adapters/filesystem/oom.test.ts', 'are not looked for below %j in %j'],
    ],
  },
  {
    by: 'metadata that says another id',
    tests: [['test/ports/traversal.test.ts', 'is written down under its own id']],
  },
  {
    by: 'a link that is swapped in during a removal',
    tests: [
      [
        'test/adapters/filesystem/directories.test.ts',
        'never leaves the tree, whoever swaps a directory for a link meanwhile',
        'does not go back to another directory when the one it is in is moved away',
      ],
    ],
  },
  {
    by: 'a mount inside an orphan',
    tests: [
      [
        'test/adapters/filesystem/directories.test.ts',
        'refuses a directory with a mount inside, and removes nothing',
        'refuses a mount point, and a mount on a file inside',
        'does not enter a mount that appears after it began',
      ],
      ['adapters/fast-check/contract/directories.ts', 'removes nothing of what something is mounted in'],
      [
        'test/real/recover.test.ts',
        'are kept where something is mounted in them, or where they are links themselves',
      ],
    ],
  },
  {
    by: 'a link in the place of a checkpoint or of its directory',
    tests: [
      [
        'adapters/fast-check/contract/checkpoints.ts',
        'follows no link in place of the directory',
        'writes in the place of a ',
      ],
    ],
  },
  {
    by: 'a log path that is or goes through a link, or leads elsewhere',
    tests: [
      [
        'test/adapters/io/logs.test.ts',
        'is refused where %s, and nothing is written elsewhere',
        'is refused where it is %s',
        'that finds a link in the log’s place writes nothing where that leads',
        'is refused where it is a device, unopened',
      ],
    ],
  },
  {
    by: 'a FIFO’s path that is a device or a regular file',
    tests: [
      [
        'test/adapters/io/pipes.test.ts',
        'are refused where one is %s, and other containers go on',
        'are refused where one is a device, unopened',
      ],
      ['test/adapters/io/fresh.test.ts', 'leaves alone what somebody else put there'],
      ['test/adapters/filesystem/checkpoints.test.ts', 'does not wait for a FIFO, however many there are'],
    ],
  },
  {
    by: 'whoever else can get at a socket, or put his in its place',
    tests: [
      ['test/adapters/cri/server.test.ts', 'stands on the disk, for its owner and group only'],
      ['test/adapters/metrics/server.test.ts', 'listens on a socket that its owner and group alone can open'],
      [
        'test/adapters/filesystem/socket.test.ts',
        'is in a folder of its own, which is made for its owner and group only',
        'is no folder that others can write to, for they could put theirs in its place',
        'is no folder of somebody else, who could do so as well',
        'is not taken from somebody who listens',
      ],
    ],
  },
  {
    by: 'what a terminal obeys, in names, reasons and messages',
    tests: [
      ['test/cli/visible.test.ts', 'never holds what a terminal obeys, whatever it was'],
      ['test/cli/report.test.ts', 'lets nothing from outside break a line or colour one'],
      ['test/cli/hostile.test.ts', 'is shown harmless by: %s'],
    ],
  },
  {
    by: 'keys of a prototype',
    tests: [
      ['test/core/json.test.ts', 'may have a key __proto__, which is a key like any other'],
      ['test/adapters/memory/world.test.ts', 'codec and schema refuse the same keys'],
    ],
  },
  {
    by: 'input that is huge or deep',
    tests: [
      ['test/core/json.test.ts', 'is refused beyond it, however deep, and never thrown'],
      ['adapters/fast-check/contract/checkpoints.ts', 'does not read what is larger'],
      ['test/adapters/filesystem/oom.test.ts', 'are not looked for in a spec that is too large'],
      ['test/adapters/filesystem/bundles.test.ts', 'is read from a regular %s of a sane size only'],
      [
        'test/adapters/filesystem/directories.test.ts',
        'goes down 1 200 levels with a handful of descriptors',
      ],
      ['test/adapters/ttrpc/frames.test.ts', 'claim a length for nothing: memory is held for what came'],
    ],
  },
]
