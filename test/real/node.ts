import type { Either } from 'fp-ts/lib/Either.js'
import { describe, it } from 'vitest'
import { answerOf } from '../../adapters/fast-check/contract/files.js'
import { options } from '../../adapters/fast-check/options.js'
import { live } from '../../adapters/live.js'
import type { Report } from '../../core/report.js'
import type { Failure } from '../../ports/failure.js'
import type { Options } from '../../ports/options.js'
import type { Ports, Program } from '../../ports/ports.js'
import { plan, recover } from '../../ports/recover.js'
import type { Lab } from '../lab/lab.js'
import { labAvailable } from '../lab/versions.js'

/** A real node, asked the way the command asks it: the same programs on the same ports. */

const IN_PATIENCE = 30_000

export const optionsFor = (lab: Lab, own: Partial<Options> = {}): Options =>
  options({
    concurrency: 32,
    timeoutMs: IN_PATIENCE,
    platform: { os: process.platform, architecture: process.arch === 'x64' ? 'amd64' : process.arch },
    source: { kind: 'containerd', address: lab.address, root: lab.criRoot, state: lab.criState },
    ...own,
  })

/** Lends the ports of the lab's node to `use`, and lets go of it afterwards. */
export const onNode = async <A>(lab: Lab, use: (ports: Ports) => Promise<A>): Promise<A> => {
  const { address, criRoot: root, criState: state } = lab
  const node = live({ address, namespace: 'k8s.io', root, state })
  try {
    return await use(node.ports)
  } finally {
    node.close()
  }
}

const run = (lab: Lab, program: Program<Report>): Promise<Either<Failure, Report>> =>
  onNode(lab, (ports) => program(ports)())

export const planOn = async (lab: Lab, own: Partial<Options> = {}): Promise<Report> =>
  answerOf(await run(lab, plan(optionsFor(lab, own))))

/** The refusal is an answer too. */
export const tryRecover = (lab: Lab, own: Partial<Options> = {}): Promise<Either<Failure, Report>> =>
  run(lab, recover(optionsFor(lab, own)))

export const recoverOn = async (lab: Lab, own: Partial<Options> = {}): Promise<Report> =>
  answerOf(await tryRecover(lab, own))

const whyNot = (line: string): string | null => {
  const lab = labAvailable()
  if (!lab.ok) return lab.why
  const found = lab.versions.some((version) => version.line === line)
  return found ? null : `containerd ${line} is not installed`
}

/**
 * Sentences about real containerds, one group for each release line. Where there is none the group is left out, and
 * its title says why; where CRI_RECOVER_REQUIRE_LAB is set, it fails instead.
 */
export const describeOn = (lines: readonly string[], title: string, body: (line: string) => void): void => {
  for (const line of lines) {
    const missing = whyNot(line)
    if (missing === null) describe(`${title}, containerd ${line}`, () => body(line))
    else if (process.env['CRI_RECOVER_REQUIRE_LAB'] === '1')
      it(`${title}, containerd ${line}`, () => {
        throw new Error(`CRI_RECOVER_REQUIRE_LAB is set, and ${missing}`)
      })
    else describe.skip(`${title}, containerd ${line} (left out: ${missing})`, () => body(line))
  }
}
