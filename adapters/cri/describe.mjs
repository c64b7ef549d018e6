// A part of `npm run gen`: what reflection hands out, beside the code that comes from the same protos.
import { execFileSync } from 'node:child_process'

const set = execFileSync('buf', ['build', '--as-file-descriptor-set', '--exclude-source-info', '-o', '-'])
process.stdout.write(`/** The CRI's own descriptions, as reflection hands them out: a FileDescriptorSet in base64. */
export const DESCRIPTOR_SET =
  '${set.toString('base64')}'
`)
