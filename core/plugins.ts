import type { PluginRecord } from './records.js'

/** Whether containerd's own CRI plugin is up: it and a recovery of ours must not work on one node at once. */
export const isCriLive = (plugins: readonly PluginRecord[]): boolean =>
  plugins.some(({ type, id, error }) => type === 'io.containerd.grpc.v1' && id === 'cri' && error === null)
