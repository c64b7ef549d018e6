import { AMENDMENTS } from '../../../core/amendments.js'
import { DEVIATIONS } from '../../../core/deviations.js'
import { plansOf, profilesOf, SECTIONS, type Section, type Shown } from './views.js'

const section = (of: Section, shown: Shown): unknown => ({
  axes: Object.fromEntries(of.axes.map(({ name, words }) => [name, words])),
  cells: of.cells.map((cell) => ({
    ...Object.fromEntries(of.axes.map(({ name }, at) => [name, cell.seen[at]])),
    rules: Object.fromEntries(profilesOf(shown).map((profile) => [profile, cell.rules[profile].rule])),
    deviations: shown === 'reference' ? [] : cell.deviations,
  })),
  plans: Object.fromEntries(
    plansOf(of, shown).map(({ rule, outcomes, ...plan }) => [
      rule,
      { ...plan, outcomes: Object.fromEntries(outcomes.map(({ outcome, names }) => [outcome, names])) },
    ]),
  ),
})

/** The whole machine as one JSON object. */
export const tableJson = (shown: Shown): string =>
  JSON.stringify(
    {
      version: 1,
      profiles: profilesOf(shown),
      ...Object.fromEntries(SECTIONS.map((of) => [of.name, section(of, shown)])),
      amendments: Object.fromEntries(Object.entries(AMENDMENTS).map(([name, { text }]) => [name, text])),
      deviations: shown === 'reference' ? {} : DEVIATIONS,
    },
    null,
    2,
  )
