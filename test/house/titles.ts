import { readFileSync } from 'node:fs'

/** Tests by their file, and how their titles begin or go on: a list that others lean on must not rot. */
export type Tests = readonly (readonly [file: string, ...titles: readonly string[]])[]

/** Those that are not there. */
export const missingOf = (tests: Tests): readonly string[] =>
  tests.flatMap(([file, ...titles]) => {
    const text = readFileSync(file, 'utf8')
    return titles.filter((title) => !text.includes(title)).map((title) => `${file}: ${title}`)
  })
