// A small runtime service that links recovery instead of running a command: it has a store and a log of its own, and
// is told what happens. It runs on a simulated node, so that it can be tried anywhere; `liveServe` of
// cri-recover/adapters/live has the same ports for a real one.
//
//     npm run build && node examples/3-linked-runtime.mjs
import { readFile } from 'node:fs/promises'
import { parseWorld, simulate } from 'cri-recover/adapters/memory'
import { stateOf } from 'cri-recover/core'
import { failure, serve } from 'cri-recover/ports'
import * as TE from 'fp-ts/lib/TaskEither.js'

const world = parseWorld(await readFile(new URL('worlds/power-loss.json', import.meta.url), 'utf8'))
if (world._tag === 'Left') throw new Error(world.left)
const piped = world.right.tasks.map((task) => ({ ...task, stdout: `/pipes/${task.id}` }))
const node = simulate({ ...world.right, tasks: piped })
const say = (line) => process.stdout.write(`${line}\n`)

// Its own store of checkpoints, in place of files: what a runtime would keep in its database.
const rows = new Map()
const noRow = (id) => failure('NotFound', `read the row of ${id}`, 'our database', 'no such row')
const checkpoints = {
  ...node.ports.checkpoints,
  // What was written before this store was used is taken over from the files.
  read: (id) =>
    rows.has(id) ? TE.right({ kind: 'text', text: rows.get(id) }) : node.ports.checkpoints.read(id),
  write: (id, text) => {
    rows.set(id, text)
    return TE.right(undefined)
  },
  setAside: (id, at) => (rows.has(id) ? TE.right(`${id}@${at}`) : TE.left(noRow(id))),
  makeDirectory: () => TE.right(undefined),
  sweep: () => TE.right(0),
}

// Its own log, in place of the CRI's files: who attaches would begin to read the task's pipes here.
const attached = new Set()
const io = {
  ...node.servePorts.io,
  attach: ({ id, stdoutPath }) => {
    attached.add(id)
    say(`log      ${id} from ${stdoutPath}`)
    return TE.right(undefined)
  },
  drain: (id) =>
    attached.delete(id) ? TE.right(undefined) : TE.left(failure('NotFound', `drain ${id}`, 'our log', '')),
  close: () => TE.right(undefined),
}

const { root, state } = world.right
const serving = serve({
  profile: 'safe',
  concurrency: 8,
  timeoutMs: 10_000,
  drainMs: 5_000,
  force: false,
  platform: { os: 'linux', architecture: 'amd64' },
  snapshotter: 'overlayfs',
  source: { kind: 'world', address: null, root, state },
  log: () => undefined,
})({ ...node.servePorts, checkpoints, io })

serving.service.subscribe(({ kind, id }) => say(`happened ${id} ${kind}`))
const report = await serving.ready
if (report._tag === 'Left') throw new Error(report.left.said)

for (const { id, status, watched } of serving.service.node().containers.values())
  say(`is       ${id} ${stateOf(status)}${watched ? ', watched' : ''}`)
say(`wrote    ${rows.size} checkpoints into a database of its own`)

// Somebody's container ends; the runtime hears of it, and its own store has it before the task is gone.
const [live] = [...serving.service.node().containers.values()].filter(({ watched }) => watched)
node.end(live.id, 7)
await node.pass(0n)
say(`is       ${live.id} ${stateOf(serving.service.node().containers.get(live.id).status)}`)

await serving.stop()
