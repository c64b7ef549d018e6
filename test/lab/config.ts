import { join } from 'node:path'
import type { Version } from './versions.js'

export const PAUSE_IMAGE = 'lab.local/pause:1'
export const BUSYBOX_IMAGE = 'lab.local/busybox:1'

/** Everything of a lab is below its one folder, so that its cleanup can be complete. */
export interface Layout {
  readonly dir: string
  readonly address: string
  readonly root: string
  readonly state: string
  /** The CRI plugin's own folders; the same in 1.x and 2.x. */
  readonly criRoot: string
  readonly criState: string
  readonly logs: string
}

export const layoutOf = (dir: string): Layout => ({
  dir,
  address: join(dir, 'c.sock'),
  root: join(dir, 'root'),
  state: join(dir, 'state'),
  criRoot: join(dir, 'root/io.containerd.grpc.v1.cri'),
  criState: join(dir, 'state/io.containerd.grpc.v1.cri'),
  logs: join(dir, 'logs'),
})

const runc = (plugin: string, dir: string): string => `
[plugins."${plugin}".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."${plugin}".containerd.runtimes.runc.options]
  Root = "${dir}/runc"
`

const cni = (plugin: string, dir: string, programs: string): string => `
[plugins."${plugin}".cni]
  ${programs}
  conf_dir = "${dir}/cni"
`

// Setting a score below one's own needs CAP_SYS_RESOURCE, which a sandboxed root often lacks.
const runtime = `
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
`

const major1 = (dir: string): string => `
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
${runtime}${runc('io.containerd.grpc.v1.cri', dir)}${cni('io.containerd.grpc.v1.cri', dir, 'bin_dir = "/usr/lib/cni"')}`

// NRI would open a socket that all containerds of a machine share.
const major2 = (dir: string): string => `
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "${PAUSE_IMAGE}"
[plugins."io.containerd.nri.v1.nri"]
  disable = true
[plugins."io.containerd.cri.v1.runtime"]
${runtime}${runc('io.containerd.cri.v1.runtime', dir)}${cni('io.containerd.cri.v1.runtime', dir, 'bin_dirs = ["/usr/lib/cni"]')}`

/** Without its CRI plugin containerd leaves the CRI's containers to whoever else recovers them. */
export const containerdConfig = (
  { major }: Version,
  { dir, address, root, state }: Layout,
  cri: boolean,
): string => `
version = ${major === 1 ? 2 : 3}
root = "${root}"
state = "${state}"
disabled_plugins = [${cri ? '' : '"io.containerd.grpc.v1.cri"'}]
[grpc]
  address = "${address}"
[ttrpc]
  address = "${address}.ttrpc"
[plugins."io.containerd.internal.v1.opt"]
  path = "${dir}/opt"
${major === 1 ? major1(dir) : major2(dir)}`

/** A pair of interfaces for each pod; the state of its addresses stays below the lab's folder. */
export const cniConfig = (dir: string, subnet: string): string =>
  JSON.stringify({
    cniVersion: '0.4.0',
    name: 'lab',
    plugins: [{ type: 'ptp', ipam: { type: 'host-local', subnet, dataDir: join(dir, 'addresses') } }],
  })
