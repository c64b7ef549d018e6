import { left as leftOf, right as rightOf } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import type { ByteSource, OpenStream } from '../../../adapters/io/index.js'
import { failure } from '../../../ports/failure.js'
import { left, right } from '../filesystem/support.js'
import { gaveUp, linesOf, node, openDescriptors, patient, told } from './support.js'

const broken = failure('Unavailable', 'read stream', 'a stream service', 'it broke', { unreached: 'broken' })

/** A stream that says something, and then ends, breaks, or waits until it is closed. */
const saying = (text: string, then: 'ends' | 'breaks' | 'waits') => {
  const seen = { closed: false }
  let close: () => void = () => undefined
  const closed = new Promise<void>((resolve) => {
    close = resolve
  })
  const source: ByteSource = {
    chunks: (async function* () {
      for (const byte of Buffer.from(text)) yield rightOf(Uint8Array.of(byte))
      if (then === 'breaks') yield leftOf(broken)
      if (then === 'waits') await closed
    })(),
    close: () => {
      seen.closed = true
      close()
    },
  }
  return { seen, source }
}
const offering =
  (sources: Readonly<Record<string, ByteSource>>): OpenStream =>
  (url) =>
  async () => {
    const source = sources[url]
    return source === undefined ? leftOf(broken) : rightOf(source)
  }
/** Does not open before somebody gives up. */
const untilGivenUp: OpenStream = (_, signal) => () =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(leftOf(broken))
    else signal.addEventListener('abort', () => resolve(leftOf(broken)))
  })

const [out, err] = ['ttrpc+unix:///run/s?streaming_id=out', 'grpc+unix:///run/s?streaming_id=err']

describe('streams that are no FIFOs', () => {
  it('reach the log like the others', async () => {
    const openStream = offering({
      [out]: saying('one\ntwo\n', 'ends').source,
      [err]: saying('no end', 'ends').source,
    })
    const host = node({ openStream })
    const { request, log } = host.task('web', { stdoutPath: out, stderrPath: err })
    await right(host.io.attach(request))
    await right(host.io.drain('web', patient))
    const lines = linesOf(log).map(({ stream, tag, content }) => `${stream} ${tag} ${content}`)
    expect(lines.sort()).toEqual(['stderr P no end', 'stdout F one', 'stdout F two'])
  })
  it('that break are said, and what came before is written', async () => {
    const host = node({ openStream: offering({ [out]: saying('one\nhalf', 'breaks').source }) })
    const { request, log, end } = host.task('web', { stdoutPath: out })
    await right(host.io.attach(request))
    end()
    await right(host.io.drain('web', patient))
    expect(told(log)).toEqual(['F one', 'P half'])
    expect(host.warnings).toEqual(['container web: its stdout broke: it broke'])
  })
  it('that cannot be opened are told, and nothing stays open', async () => {
    const stream = saying('', 'waits')
    const host = node({ openStream: offering({ [out]: stream.source }) })
    const { request } = host.task('web', { stdoutPath: out, stderrPath: err })
    const before = openDescriptors()
    expect((await left(host.io.attach(request))).tag).toBe('Unavailable')
    expect(stream.seen.closed).toBe(true)
    expect(openDescriptors()).toBe(before)
  })
  it('are closed when somebody does not wait for their end', async () => {
    const stream = saying('one\n', 'waits')
    const host = node({ openStream: offering({ [out]: stream.source }) })
    const { request, log } = host.task('web', { stdoutPath: out, stderrPath: '' })
    await right(host.io.attach(request))
    expect((await left(host.io.drain('web', gaveUp))).tag).toBe('TimedOut')
    expect(stream.seen.closed).toBe(true)
    expect(told(log)).toEqual(['F one'])
  })
  it('are not opened any longer when somebody ends', async () => {
    const host = node({ openStream: untilGivenUp })
    const { request } = host.task('web', { stdoutPath: out, stderrPath: '' })
    const attaching = left(host.io.attach(request))
    await right(host.io.close(patient))
    expect((await attaching).tag).toBe('Unavailable')
  })
  it('that nobody waits for any longer end nothing but themselves', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', note)
    const host = node({ openStream: untilGivenUp })
    const { request } = host.task('web', { stdoutPath: out, stderrPath: '' })
    const attaching = left(host.io.attach(request))
    expect((await left(host.io.drain('web', gaveUp))).tag).toBe('Unavailable')
    await attaching
    // Node tells what nobody handled after all that is due has run.
    await new Promise(setImmediate)
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })
  it.each(['file:///tmp/log', 'binary:///bin/logger?x=y', 'npipe://x'])(
    'are never asked for where their kind is not known: %s',
    async (stdoutPath) => {
      const host = node({ openStream: offering({ [stdoutPath]: saying('', 'ends').source }) })
      const { tag, said } = await left(host.io.attach(host.task('web', { stdoutPath }).request))
      expect([tag, said]).toEqual(['Malformed', expect.stringContaining(stdoutPath)])
    },
  )
})
