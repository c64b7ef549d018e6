/** Names of images, read as containerd reads them (reference: distribution/reference). */

export interface Reference {
  /** With its registry, as `docker.io/library/busybox`; null where it is a digest alone */
  readonly name: string | null
  readonly tag: string | null
  readonly digest: string | null
}

const DEFAULT_DOMAIN = 'docker.io'
const LEGACY_DOMAIN = 'index.docker.io'
const OFFICIAL = 'library/'
const DEFAULT_TAG = 'latest'
const MAX_LENGTH = 4096
const MAX_NAME = 255

const HOST_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const DOMAIN = `(?:${HOST_PART}(?:\\.${HOST_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}'
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
const WHOLE = new RegExp(`^(${DOMAIN}/${PART}(?:/${PART})*)(?::(${TAG}))?(?:@(${DIGEST}))?$`)

/** Whether it is a digest that can be checked: of a known kind, and of that kind's length. */
export const isDigest = (text: string): boolean =>
  /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/.test(text)

/** What stands before the first slash is a registry only where it looks like one. */
const withDomain = (text: string): readonly [string, string] => {
  const slash = text.indexOf('/')
  if (slash < 0) return [DEFAULT_DOMAIN, OFFICIAL + text]
  const first = text.slice(0, slash)
  const rest = text.slice(slash + 1)
  const isDomain = first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first
  const domain = !isDomain || first === LEGACY_DOMAIN ? DEFAULT_DOMAIN : first
  const path = isDomain ? rest : text
  return [domain, domain === DEFAULT_DOMAIN && !path.includes('/') ? OFFICIAL + path : path]
}

/**
 * A name with its registry written out; null where it is none.
 *
 * @example
 * readName('busybox:1.36') // { name: 'docker.io/library/busybox', tag: '1.36', digest: null }
 */
export const readName = (text: string): Reference | null => {
  if (text.length > MAX_LENGTH || /^[a-f0-9]{64}$/.test(text)) return null
  const [, name, tag, digest] = WHOLE.exec(withDomain(text).join('/')) ?? []
  if (name === undefined || name.length > MAX_NAME || (digest !== undefined && !isDigest(digest))) return null
  return { name, tag: tag ?? null, digest: digest ?? null }
}

/** Anything that an image record may be called: a name, a digest, or a digest's bare hexadecimals. */
export const readReference = (text: string): Reference | null => {
  const digest = [text, `sha256:${text}`].find(isDigest)
  return digest === undefined ? readName(text) : { name: null, tag: null, digest }
}

export const printReference = ({ name, tag, digest }: Reference): string =>
  [
    name ?? '',
    tag === null ? '' : `:${tag}`,
    digest === null ? '' : name === null ? digest : `@${digest}`,
  ].join('')

/**
 * The one name under which a client's name is looked up: tagged or by digest, never both; null where it is no name
 * (reference: ParseDockerRef).
 */
export const lookupName = (text: string): string | null => {
  const read = readName(text)
  if (read === null) return null
  if (read.digest !== null) return printReference({ ...read, tag: null })
  return printReference({ ...read, tag: read.tag ?? DEFAULT_TAG })
}
