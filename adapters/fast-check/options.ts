import type { Options } from '../../ports/options.js'

/** Options of a run that a test does not care about. */
export const options = (own: Partial<Options> = {}): Options => ({
  profile: 'safe',
  concurrency: 4,
  timeoutMs: 10_000,
  force: false,
  platform: { os: 'linux', architecture: 'amd64' },
  snapshotter: 'overlayfs',
  source: { kind: 'world', address: null, root: '/root', state: '/state' },
  ...own,
})
