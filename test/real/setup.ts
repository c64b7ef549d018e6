import { labAvailable } from '../lab/versions.js'

/** Says once, in plain sight, that nothing of this project runs here, and why. */
export const setup = (): void => {
  const lab = labAvailable()
  if (lab.ok) return
  if (process.env['CRI_RECOVER_REQUIRE_LAB'] === '1')
    throw new Error(`tests on a real containerd cannot run here: ${lab.why}`)
  process.stdout.write(`left out: all tests on a real containerd: ${lab.why}\n`)
}
