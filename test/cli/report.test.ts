import { describe, expect, it } from 'vitest'
import { paintFor } from '../../adapters/cli/render/paint.js'
import { renderReport } from '../../adapters/cli/render/report.js'
import type { Report } from '../../core/report.js'
import { container, exitLost, image, problem, report, sandbox } from './reports.js'

const plain = (of: Report, all = false): string => renderReport(of, { all, paint: paintFor(false) })
const lastLine = (text: string): string | undefined => text.split('\n').at(-1)

const healthy = Array.from({ length: 100 }, (_, n) => container({ id: `c${n}` }))

describe('a report for a person', () => {
  it('says in at most five lines that a hundred containers are well', () => {
    const text = plain(report({ containers: healthy, sandboxes: [sandbox()], images: [image()] }))
    expect(text).toMatchInlineSnapshot(`
      "containerd 2.1.9 at /run/containerd/containerd.sock, profile safe
      100 containers (100 running); 1 sandbox (1 ready); 1 image (1 complete)
      Plan: 102 to keep, 0 to change, 0 to lose."
    `)
    expect(text.split('\n').length).toBeLessThanOrEqual(5)
  })

  it('lists what changes, is lost, goes or wants a look, the worst first, and counts the rest', () => {
    const text = plain(
      report({
        containers: [
          container({
            id: 'bbbb000000000000',
            name: 'job_nightly-7_batch_u2_2',
            rule: 'ended-learnt',
            task: 'STOPPED',
            state: 'CONTAINER_EXITED',
            exitCode: 7,
            actions: [{ kind: 'delete-task', outcome: null, detail: null }],
          }),
          container(),
          exitLost(),
        ],
        sandboxes: [sandbox({ problems: [problem('warning', 'Its network namespace is gone.')] })],
        orphans: [
          { path: '/r/containers/dead', action: 'remove', reason: 'not listed' },
          { path: '/r/containers/file', action: 'keep', reason: 'not a directory' },
        ],
      }),
    )
    expect(text).toMatchInlineSnapshot(`
      "containerd 2.1.9 at /run/containerd/containerd.sock, profile safe
      3 containers (2 exited, 1 running); 1 sandbox (1 ready); no images

      !  container  shop/front-1/web        4f1c0a9d2b7e8  RUNNING → EXITED 255  It ran as pid 7; its task is gone.
      ~  container  batch/nightly-7/job #2  bbbb000000000  RUNNING → EXITED 7    It ended while nobody looked, and its task still knows how.
      -  directory  containers/dead                        remove                not listed (in /r)
      ?  sandbox    shop/front-1            a17f3b5c9d2e4  READY                 Its network namespace is gone.
      ?  directory  containers/file                        keep                  not a directory (in /r)

      ! to lose   ~ to change   - to remove   ? to look at
      Plan: 1 to keep, 1 to change, 1 to remove, 1 to lose, 2 to look at."
    `)
  })

  it('lists what stays only when asked for all', () => {
    expect(plain(report({ containers: [container()] }))).not.toContain('shop/front-1/web')
    expect(plain(report({ containers: [container()] }), true)).toContain('shop/front-1/web')
  })

  it('explains no symbol that does not occur', () => {
    const text = plain(report({ containers: [exitLost()] }))
    expect(text).toContain('! to lose')
    expect(text).not.toContain('~')
  })

  it('tells a fatal end before anything else', () => {
    const fatal = { stage: 'containers', message: 'the name web is taken twice' }
    const text = plain(report({ containers: [exitLost()] }, { profile: 'reference', fatal }))
    expect(text.split('\n')[0]).toBe(
      'FATAL: containerd’s CRI plugin would not start at containers: the name web is taken twice',
    )
  })

  it('says of a recovery that stopped that nothing was done', () => {
    const fatal = { stage: 'images', message: 'could not be listed' }
    const text = plain(report({ containers: [exitLost()] }, { command: 'recover', fatal }))
    expect(text.split('\n')[0]).toBe('FATAL: recovery stopped at images: could not be listed')
    expect(lastLine(text)).toBe('Stopped, nothing was done: 0 to keep, 0 to change, 1 to lose.')
  })

  it('speaks of a recovery as past', () => {
    const text = plain(report({ containers: [exitLost(), container()] }, { command: 'recover' }))
    expect(text).toContain('! lost')
    expect(lastLine(text)).toBe('Recovered: 1 kept, 0 changed, 1 lost.')
  })

  it('tells what nobody has to act on once, as a number', () => {
    const alive = container({ problems: [{ code: 'not-monitored', severity: 'info', message: 'It lives.' }] })
    const lines = plain(report({ containers: [alive, alive] })).split('\n')
    expect(lines).toContain('2 × not-monitored: it lives, and nobody waits for its exit')
    expect(lines).toHaveLength(4)
  })

  it('tells in one line what is kept for one reason, however much it is', () => {
    const orphans = Array.from({ length: 500 }, (_, n) => ({
      path: `/r/containers/o${n}`,
      action: 'keep' as const,
      reason: 'too many',
    }))
    const text = plain(report({ orphans }))
    expect(text).toContain('containers/o0 and 499 more')
    expect(text.split('\n').length).toBeLessThan(8)
    expect(lastLine(text)).toBe('Plan: 0 to keep, 0 to change, 0 to lose, 500 to look at.')
  })

  it('takes an action that failed for something to look at, and says why', () => {
    const failed = { kind: 'create-io' as const, outcome: 'failed' as const, detail: 'no room' }
    const text = plain(report({ containers: [container({ actions: [failed] })] }, { command: 'recover' }))
    expect(text).toContain('create-io failed: no room')
  })

  it('shows the gravest problem of a thing, and how many more there are', () => {
    const problems = [problem('warning', 'Small.'), problem('loss', 'Big.')]
    expect(plain(report({ containers: [container({ problems })] }))).toContain('Big. (+1)')
  })

  it('lets nothing from outside break a line or colour one', () => {
    const evil = '\u001b[31mevil\nPlan: 0 to lose.\u202e'
    const text = plain(
      report(
        {
          containers: [exitLost({ name: evil, id: evil, problems: [problem('loss', evil)] })],
          sandboxes: [sandbox({ name: evil, problems: [problem('warning', evil)] })],
          images: [image({ name: evil, id: evil, problems: [problem('warning', evil)] })],
          orphans: [{ path: `/r/containers/${evil}`, action: 'keep', reason: evil }],
        },
        {
          fatal: { stage: evil, message: evil },
          source: { kind: 'containerd', address: evil, containerd: evil, root: evil, state: evil },
        },
      ),
    )
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    expect(text.split('\n')).toHaveLength(11)
  })

  it('is coloured only where it is asked to be', () => {
    const coloured = renderReport(report({ containers: [exitLost()] }), { all: false, paint: paintFor(true) })
    expect(coloured).toContain('\u001b[31m!\u001b[39m')
    expect(plain(report({ containers: [exitLost()] }))).not.toContain('\u001b')
  })
})
