import { isDeepStrictEqual } from 'node:util'
import { lookupName, printReference, readReference } from '../../core/cri-reference.js'
import { isValidId } from '../../core/ids.js'
import { holds, type Target } from './target.js'

const names = (text: string): void => {
  const read = readReference(text)
  if (read !== null)
    holds(
      isDeepStrictEqual(readReference(printReference(read)), read),
      'what is printed reads as another name',
    )
  const looked = lookupName(text)
  if (looked !== null)
    holds(lookupName(looked) === looked, 'the name that is looked up is itself another one')
}

/** Names and ids, which come with metadata and with calls of the CRI. */
export const NAMES: Target = {
  name: 'names',
  decodes: 'the name of an image, or an id',
  tokens: [
    'docker.io/',
    'localhost:5000/',
    '[::1]/',
    '/',
    ':latest',
    '@sha256:',
    'a'.repeat(64),
    '-',
    '__',
    '..',
    '.',
  ],
  run: (bytes) => {
    const text = Buffer.from(bytes).toString()
    names(text)
    if (isValidId(text))
      holds(/^[A-Za-z0-9][^/\0]*$/.test(text) && !text.includes('..'), 'an id that is a path')
  },
}
