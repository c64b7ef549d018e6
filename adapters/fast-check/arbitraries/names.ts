import fc from 'fast-check'
import { isValidId } from '../../../core/ids.js'
import { text } from './values.js'

/** What things are called, by those who mean well and by those who do not. */

/** Any identifier that may become a part of a path: a container's, a sandbox's. */
export const id: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('a', 'web-1', 'A.b_c-0', 'constructor', 'a'.repeat(76)),
  fc.stringMatching(/^[a-z0-9]{1,8}([._-][A-Za-z0-9]{1,8}){0,3}$/),
  fc.stringMatching(/^[0-9a-f]{64}$/),
)

/** No identifier, though somebody wrote it where one belongs: whoever makes a path of it leaves its folder. */
export const hostileId: fc.Arbitrary<string> = fc
  .oneof(
    fc.constantFrom(
      '',
      '.',
      '..',
      '/',
      '/etc',
      '../../etc/passwd',
      'a/b',
      'a/../b',
      'a..b',
      '-a',
      '.hidden',
      'a\0b',
    ),
    fc.constantFrom('__proto__', 'a\n', 'a b', '\u202egpj', 'ä', 'a'.repeat(77), '%2e%2e'),
    text,
  )
  .filter((name) => !isValidId(name))

/** What should be shown to nobody as it is: it moves the cursor, turns the line around, or poses as another line. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '\x1b[2J\x1b[H',
    '\x1b]0;title\x07',
    '\x9b31m',
    '\u202eevil',
    '\u2066\u2069',
    'a\rb',
    'a\nb',
    '\0',
  ),
  fc.constantFrom('__proto__', 'constructor', '"},{"', '\ufeff', '\ufffd', 'x'.repeat(4096)),
  text,
)

/** A log's path in metadata that leaves the folder of logs, or names none. */
export const hostilePath: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '/dev/sda',
    '/proc/self/mem',
    '../../../etc/shadow',
    '/var/log/pods/../../../etc/x',
    '/',
    '//',
    'a\0b',
  ),
  hostileText,
)
