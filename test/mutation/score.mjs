/** What Stryker's reports come to. */

const DEAD = new Set(['Killed', 'Timeout', 'Unloadable'])
const LIVE = new Set(['Survived', 'NoCoverage'])

/**
 * The mutants in the report on one module. Each mutant that is `static` is shown to all tests; where some did not come
 * to run, their file could not even be loaded. Stryker sees no test that failed, and says that the mutant lives.
 */
export const mutantsOf = (module, { files, testFiles }) => {
  const all = Object.values(testFiles).flatMap(({ tests }) => tests).length
  const statusOf = ({ status, static: shownToAll, testsCompleted }) =>
    status === 'Survived' && shownToAll && testsCompleted < all ? 'Unloadable' : status
  return Object.values(files).flatMap(({ mutants, source }) =>
    mutants.map((mutant) => ({ ...mutant, module, source, status: statusOf(mutant) })),
  )
}

const textAt = (source, { start, end }) =>
  source
    .split('\n')
    .slice(start.line - 1, end.line)
    .map((line, at, lines) =>
      line.slice(at === 0 ? start.column - 1 : 0, at === lines.length - 1 ? end.column - 1 : undefined),
    )
    .join('\n')

export const countsOf = (mutants) => {
  const killed = mutants.filter(({ status }) => DEAD.has(status)).length
  return { mutants: killed + mutants.filter(({ status }) => LIVE.has(status)).length, killed }
}

/** `why` is written by whoever looked at it, and is kept as long as the same mutant of the same text lives. */
export const survivorsOf = (mutants, known) =>
  mutants
    .filter(({ status }) => LIVE.has(status))
    .map(({ module, source, location, replacement }) => {
      const one = {
        at: `${module}.ts:${location.start.line}`,
        was: textAt(source, location),
        is: replacement,
      }
      const same = known.find(
        ({ at, was, is }) => at.split(':')[0] === `${module}.ts` && was === one.was && is === one.is,
      )
      return { ...one, why: same?.why ?? null }
    })

const percent = ({ mutants, killed }) => (mutants === 0 ? 100 : (killed / mutants) * 100)

const sumOf = (scores) => ({
  mutants: scores.reduce((sum, { mutants }) => sum + mutants, 0),
  killed: scores.reduce((sum, { killed }) => sum + killed, 0),
})

export const scoreOf = (scores) => percent(sumOf(Object.values(scores)))

const row = (name, counts) =>
  `| ${name} | ${counts.mutants} | ${counts.killed} | ${percent(counts).toFixed(1)} % |`

export const tableOf = (scores) =>
  [
    '# Mutants of core',
    '',
    'Measured by `npm run mutation`, which writes this page; `npm run mutation -- names` measures one module anew.',
    '`survivors.json` has each survivor, and why it lives.',
    '',
    '| module | mutants | killed | score |',
    '| --- | --- | --- | --- |',
    row('all of core', sumOf(Object.values(scores))),
    ...Object.entries(scores).map(([name, counts]) => row(name, counts)),
    '',
  ].join('\n')
