// A part of `npm run gen`: what reflection hands out, beside the code that comes from the same protos.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'

const set = execFileSync('buf', ['build', '--as-file-descriptor-set', '--exclude-source-info', '-o', '-'], {
  cwd: import.meta.dirname,
})
writeFileSync(
  new URL('gen/descriptor-set.ts', import.meta.url),
  `/** The CRI's own descriptions, as reflection hands them out: a FileDescriptorSet in base64. */
export const DESCRIPTOR_SET =
  '${set.toString('base64')}'
`,
)
