// The whole decision about one container: look a cell up, and settle it for each way its effect can end.
//
//     npm run build && node examples/1-one-cell.mjs
import { BLANK_STATUS, decide, outcomesOf, settle, stateOf } from 'cri-recover/core'

// The checkpoint says that the container runs; its task has stopped with exit status 7.
const before = { ...BLANK_STATUS, pid: 4711, createdAt: 1_000n, startedAt: 2_000n }
const facts = {
  now: 9_000n,
  recordedAt: 1_000n,
  pid: 4711,
  exitStatus: 7,
  exitedAt: 5_000n,
  oomKilled: false,
}

for (const profile of ['reference', 'safe']) {
  const { rule, plan } = decide(profile, 'STOPPED', 'RUNNING')
  for (const outcome of outcomesOf(plan)) {
    const { status } = settle(plan, outcome, before, facts)
    process.stdout.write(
      `${profile}: ${rule}, ${plan.effect} ${outcome}: ${stateOf(status)}, exit code ${status.exitCode}, pid ${status.pid}\n`,
    )
  }
}
