// A broken adapter, and how the laws find out: a table with a column for each field loses the fields that it does not
// know, and a column of floating point rounds a time. fast-check shrinks the node to a small one that shows it.
//
//     npm run build && node examples/5-catch-a-broken-adapter.mjs
import { answersAsFiles, lawful } from 'cri-recover/testing'
import fc from 'fast-check'
import { tableOfCheckpoints } from './adapters/table.mjs'

const COLUMNS = ['Version', 'Pid', 'CreatedAt', 'StartedAt', 'FinishedAt', 'ExitCode', 'Reason', 'Message']

// JSON.parse makes a number of 64 bits into one of 53; what has no column is not kept.
const throughColumns = (text) => {
  try {
    const row = JSON.parse(text)
    return JSON.stringify(Object.fromEntries(COLUMNS.map((name) => [name, row[name]])))
  } catch {
    return text
  }
}
const brokenTable = (files = null) => {
  const table = tableOfCheckpoints(files)
  return { ...table, write: (id, text) => table.write(id, throughColumns(text)) }
}

const say = (title, { failed, numShrinks, seed, counterexamplePath, counterexample, errorInstance }) => {
  if (!failed) throw new Error(`${title}: not caught`)
  process.stdout.write(`${title}: ${errorInstance.message}\non ${fc.stringify(counterexample[0])}\n`)
  process.stdout.write(
    `shrunk ${numShrinks} times; again: { seed: ${seed}, path: '${counterexamplePath}' }\n\n`,
  )
}

const make = async () => ({ checkpoints: brokenTable(), cleanup: async () => undefined })
say('the contract', await fc.check(answersAsFiles(make), { seed: 1 }))

const wire = ({ ports }) => ({ ...ports, checkpoints: brokenTable(ports.checkpoints) })
say('the laws', await fc.check(lawful({ wire }), { seed: 1 }))
