/** Every call of the ports that a simulated node answers, and whether it may change the node. */
export const CALLS = {
  'containers.list': false,
  'containers.detail': false,
  'tasks.list': false,
  'tasks.get': false,
  'tasks.watch': false,
  'tasks.kill': true,
  'tasks.delete': true,
  'sandboxes.list': false,
  'sandboxes.status': false,
  'sandboxes.watch': false,
  'sandboxes.forget': true,
  'images.list': false,
  'images.contentSize': false,
  'images.readContent': false,
  'images.unpacked': false,
  'introspection.version': false,
  'introspection.plugins': false,
  'checkpoints.read': false,
  'checkpoints.write': true,
  'checkpoints.setAside': true,
  'checkpoints.makeDirectory': true,
  'checkpoints.sweep': true,
  'directories.list': false,
  'directories.remove': true,
  'namespaces.status': false,
  'io.create': true,
  'io.obstacle': false,
  'io.attach': false,
  'io.drain': false,
  'io.reopen': true,
  'io.close': false,
  'lock.acquire': true,
  'shims.bundles': false,
  'shims.state': false,
  'shims.watch': false,
  'shims.oomKills': false,
  'events.subscribe': false,
  'snapshots.usage': false,
  'snapshots.folder': false,
  'stats.cgroup': false,
  'stats.network': false,
} as const

export type CallName = keyof typeof CALLS

/** `<port>.*`: any call of that port. */
export type CallPattern = CallName extends `${infer P}.${string}` ? `${P}.*` : never

/** What a fault may befall; `tasks.exit` is the answer of a wait that had begun. */
export type FaultCall = CallName | CallPattern | 'tasks.exit'

const NAMES = Object.keys(CALLS)

/** All of them, as a world file may name them. */
export const FAULT_CALLS: readonly string[] = [
  ...new Set([...NAMES, 'tasks.exit', ...NAMES.map((name) => `${name.split('.')[0]}.*`)]),
]

const CONTAINERD = /^(?:containers|tasks|sandboxes|images|introspection|events|snapshots)\./

/** Whether containerd answers this call, and not the file system. */
export const asksContainerd = (call: CallName): boolean => CONTAINERD.test(call)
