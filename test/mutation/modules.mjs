/** Tests that are named after something else than the module that they are of. */
const OTHERS = {
  go: ['with-source'],
  'node-plan': ['node-listing', 'node-names'],
  'sandbox-plan': ['sandbox-outcomes', 'sandbox-problems'],
}

/** Types alone, and the door. */
const WITHOUT_CODE = new Set(['index', 'performed'])

export const modulesOf = (files) =>
  files.map((name) => name.replace(/\.ts$/, '')).filter((name) => !WITHOUT_CODE.has(name))

/**
 * `names.test.ts` and `names-more.test.ts` are of `names`, unless there is a module `names-more`: its tests kill the
 * mutants of both.
 */
export const testsOf = (module, files) => {
  const named = [module, ...(OTHERS[module] ?? [])]
  return files
    .filter((file) => named.some((name) => file === `${name}.test.ts` || file.startsWith(`${name}-`)))
    .map((file) => `test/core/${file}`)
}
