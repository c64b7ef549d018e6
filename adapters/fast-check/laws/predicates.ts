import { ofEach, ofEachRun } from './case.js'
import type { Evidence } from './evidence.js'
import { fixpoint } from './fixpoint.js'
import { lossless, monotone, noDoubtWritten, sane, setAside } from './of-checkpoints.js'
import { deletion, namesHeldOnce, nothingHidden } from './of-nodes.js'
import { bounded, exitsFirst, exitsTrue, noExitUnproven, noHarmUnasked, watched } from './of-tasks.js'

/** A law of laws.md, told by what a recovery left behind: each sentence is a breach; none, and it holds. */
export interface Law {
  readonly id: string
  readonly says: string
  /** In both profiles: it is about order and durability, and changes no state */
  readonly both: boolean
  readonly breaches: (evidence: Evidence) => readonly string[]
}

const law = (id: string, says: string, both: boolean, breaches: Law['breaches']): Law => ({
  id,
  says,
  both,
  breaches,
})

export const LAWS: readonly Law[] = [
  law('L3', 'recovering a second time, undisturbed, changes nothing', false, fixpoint),
  law('L4', 'a life never goes backwards, and no time on record changes', false, ofEach(monotone)),
  law('L5', 'what cannot be read is set aside before it is written over', true, ofEach(setAside)),
  law('L5 doubt', 'doubt is never written down', false, ofEach(noDoubtWritten)),
  law('L6', 'an exit is on disk before its task is deleted', true, ofEach(exitsFirst)),
  law('L6 truth', 'the first exit on record stands, and a lost one is 255', false, ofEach(exitsTrue)),
  law('L7', 'every listed id is shown once', false, ofEachRun(nothingHidden)),
  law('L8', 'a name has one holder', false, ofEachRun(namesHeldOnce)),
  law('L11', 'silence is no exit', true, ofEach(noExitUnproven)),
  law('L11 harm', 'what did not answer is not killed', true, ofEach(noHarmUnasked)),
  law('L12', 'every live task is watched, or reported as not', false, ofEach(watched)),
  law('L13', 'a directory goes only if it is nobody’s, and not too many go', true, ofEachRun(deletion)),
  law('L15', 'what is not known survives', true, ofEach(lossless)),
  law('L16', 'an exit has no pid, and times are in order', false, ofEach(sane)),
  law('L17', 'one effect, one write, and none where nothing changed', true, ofEach(bounded)),
]
