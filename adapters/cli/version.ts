import { createRequire } from 'node:module'

/** The version of this package, from its own package.json, wherever it is installed. */
export const version = (): string => {
  const manifest: unknown = createRequire(import.meta.url)('cri-recover/package.json')
  return typeof manifest === 'object' &&
    manifest !== null &&
    'version' in manifest &&
    typeof manifest.version === 'string'
    ? manifest.version
    : 'unknown'
}
