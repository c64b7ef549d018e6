// Plans a node that stands in a file, on the same program that runs on a real one.
//
//     npm run build && node examples/2-plan-a-world.mjs
import { readFile } from 'node:fs/promises'
import { parseWorld, simulate } from 'cri-recover/adapters/memory'
import { plan } from 'cri-recover/ports'

const world = parseWorld(await readFile(new URL('worlds/power-loss.json', import.meta.url), 'utf8'))
if (world._tag === 'Left') throw new Error(world.left)

const { root, state } = world.right
const report = await plan({
  profile: 'safe',
  concurrency: 8,
  timeoutMs: 10_000,
  force: false,
  platform: { os: 'linux', architecture: 'amd64' },
  snapshotter: 'overlayfs',
  source: { kind: 'world', address: null, root, state },
})(simulate(world.right).ports)()
if (report._tag === 'Left') throw new Error(report.left.said)

for (const { id, state, problems } of report.right.containers)
  for (const { severity, message } of problems)
    if (severity === 'loss') process.stdout.write(`${id}: ${state}: ${message}\n`)
