export const modulesOf: (files: readonly string[]) => readonly string[]
export const testsOf: (module: string, files: readonly string[]) => string[]
