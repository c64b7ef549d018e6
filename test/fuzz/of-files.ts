import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { isRight } from 'fp-ts/lib/Either.js'
import { bundles, filesystem, oomKills } from '../../adapters/filesystem/index.js'
import { readCheckpoint } from '../../core/checkpoint.js'
import { checkAnswer } from './answers.js'
import { JSON_TOKENS, textOf } from './of-json.js'
import { holds, type Target } from './target.js'

/** Files that containerd and its shims left, read from where they stand. */

const ID = 'web'
let folder: string | null = null

const place = (...path: readonly string[]): string => {
  folder ??= mkdtempSync(join(tmpdir(), 'cri-recover-fuzz-'))
  const all = join(folder, ...path)
  mkdirSync(all, { recursive: true })
  return all
}
const close = async (): Promise<void> => {
  if (folder !== null) rmSync(folder, { recursive: true })
  folder = null
}

const bundle = (): { readonly at: string; readonly options: { state: string; namespace: string } } => {
  const state = place()
  return {
    at: place('io.containerd.runtime.v2.task', 'k8s.io', ID),
    options: { state, namespace: 'k8s.io' },
  }
}

export const OF_FILES: readonly Target[] = [
  {
    name: 'status-file',
    decodes: 'a status file, from where it stands',
    tokens: JSON_TOKENS,
    run: async (bytes) => {
      const root = place()
      writeFileSync(join(place('containers', ID), 'status'), bytes)
      const file = await filesystem({ root, state: root }).checkpoints.read(ID)()
      holds(isRight(file) && file.right.kind === 'text', 'a file of this size is a text')
      if (isRight(file) && file.right.kind === 'text') {
        holds(file.right.text === textOf(bytes), 'another text')
        holds(
          isDeepStrictEqual(readCheckpoint(file.right), readCheckpoint(file.right)),
          'read twice, it differs',
        )
      }
    },
    close,
  },
  {
    name: 'bundle',
    decodes: 'where a shim listens, as its bundle says',
    tokens: [
      ...JSON_TOKENS,
      '"version":3',
      '"address":"unix:///',
      '"protocol":"ttrpc"',
      'unix://',
      '@',
      '\0',
    ],
    run: async (bytes) => {
      const { at, options } = bundle()
      // By its first byte, for both may be there and one of them counts.
      const name = (bytes[0] ?? 0) % 2 === 0 ? 'bootstrap.json' : 'address'
      rmSync(join(at, 'bootstrap.json'), { force: true })
      writeFileSync(join(at, name), bytes.subarray(1))
      const all = await bundles(options)()()
      checkAnswer(all)
      if (isRight(all))
        for (const { address } of all.right)
          holds(
            typeof address === 'string' ? address !== '' : /^(?:\/|\0.)/s.test(address.socket),
            'neither an address nor why not',
          )
    },
    close,
  },
  {
    name: 'bundle-spec',
    decodes: 'the OCI spec in a bundle, for the cgroup that it names',
    tokens: [...JSON_TOKENS, '"linux":{"cgroupsPath":"', '/..', ':', '.slice:cri-containerd:'],
    run: async (bytes) => {
      const { at, options } = bundle()
      writeFileSync(join(at, 'config.json'), bytes)
      checkAnswer(await oomKills(options)(ID)())
    },
    close,
  },
]
