/** What Stryker's reports come to. */

const DEAD = new Set(['Killed', 'Timeout'])
const LIVE = new Set(['Survived', 'NoCoverage'])

const textAt = (source, { start, end }) =>
  source
    .split('\n')
    .slice(start.line - 1, end.line)
    .map((line, at, lines) =>
      line.slice(at === 0 ? start.column - 1 : 0, at === lines.length - 1 ? end.column - 1 : undefined),
    )
    .join('\n')

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

const percent = (killed, all) => (all === 0 ? 100 : (killed / all) * 100)

const countsOf = (mutants) => ({
  killed: mutants.filter(({ status }) => DEAD.has(status)).length,
  all: mutants.filter(({ status }) => DEAD.has(status) || LIVE.has(status)).length,
})

export const tableOf = (mutants) => {
  const row = (name, of) => {
    const { killed, all } = countsOf(of)
    return `| ${name} | ${all} | ${killed} | ${percent(killed, all).toFixed(1)} % |`
  }
  const modules = [...new Set(mutants.map(({ module }) => module))]
  const { killed, all } = countsOf(mutants)
  return {
    score: percent(killed, all),
    text: [
      '# Mutants of core',
      '',
      'Measured by `npm run mutation`, which writes this page; `survivors.json` says of each survivor why it lives.',
      '',
      '| module | mutants | killed | score |',
      '| --- | --- | --- | --- |',
      row('all of core', mutants),
      ...modules.map((module) =>
        row(
          module,
          mutants.filter((mutant) => mutant.module === module),
        ),
      ),
      '',
    ].join('\n'),
  }
}
