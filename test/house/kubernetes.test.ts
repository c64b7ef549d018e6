import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as t from 'io-ts'
import { afterAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { rightOf } from '../../adapters/fast-check/either.js'
import { cli } from '../support/cli.js'

/** What is looked at of a manifest; whatever else is in it stays in the values. */
const Mount = t.intersection([
  t.type({ name: t.string, mountPath: t.string }),
  t.partial({ readOnly: t.boolean, mountPropagation: t.string }),
])
const Container = t.intersection([
  t.type({
    name: t.string,
    image: t.string,
    securityContext: t.UnknownRecord,
    volumeMounts: t.array(Mount),
  }),
  t.partial({ command: t.array(t.string), args: t.array(t.string) }),
])
const Volume = t.intersection([
  t.type({ name: t.string }),
  t.partial({ hostPath: t.type({ path: t.string, type: t.string }) }),
])
const DaemonSet = t.type({
  kind: t.literal('DaemonSet'),
  spec: t.type({
    template: t.type({
      spec: t.type({ containers: t.array(Container), volumes: t.array(Volume) }),
    }),
  }),
})

const text = readFileSync('examples/kubernetes/plan-daemonset.yaml', 'utf8')
const documents = parseAllDocuments(text, { strict: true })
const [, manifest] = documents.map((document): unknown => document.toJS())
const { containers, volumes } = rightOf(DaemonSet.decode(manifest)).spec.template.spec
const plan = containers.find(({ name }) => name === 'plan')
const script = plan?.command?.at(-1) ?? ''
const args = /^while cri-recover (plan .*); do$/m.exec(script)?.[1]?.split(' ') ?? []

const folder = mkdtempSync(join(tmpdir(), 'cri-recover-kubernetes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const noPromtool = spawnSync('promtool', ['--version']).error !== undefined
const { CRI_RECOVER_REQUIRE_LAB, PATH = '' } = process.env
const skips = noPromtool && CRI_RECOVER_REQUIRE_LAB !== '1'
const why = skips ? ' (left out: no promtool)' : ''

const checkRules = (rules: string) => {
  const path = join(folder, 'rules.yaml')
  writeFileSync(path, rules)
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', path], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  return { status, said: `${stdout}${stderr}` }
}

/** The README's block that begins with a key. */
const block = (key: string): string =>
  [...readFileSync('examples/kubernetes/README.md', 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)]
    .map(([, yaml = '']) => yaml)
    .find((yaml) => yaml.startsWith(`${key}:`)) ?? ''

describe('the DaemonSet that plans', () => {
  it('is two documents of plain YAML', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([])
    expect(documents).toHaveLength(2)
  })
  it('writes to its own folder for metrics, and to nothing else', () => {
    const writable = containers.flatMap(({ name, volumeMounts }) =>
      volumeMounts.filter(({ readOnly }) => readOnly !== true).map((mount) => `${name} ${mount.mountPath}`),
    )
    expect(writable).toEqual(['plan /metrics'])
    expect(volumes.find(({ name }) => name === 'metrics')?.hostPath).toBeUndefined()
  })
  it('asks for no power over the node', () => {
    for (const word of ['privileged: true', 'hostNetwork', 'hostPID', 'hostIPC', 'add:', 'Unconfined'])
      expect(text).not.toContain(word)
    for (const { securityContext } of containers)
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
    expect(manifest).toMatchObject({ spec: { template: { spec: { automountServiceAccountToken: false } } } })
  })
  it('sees what the command looks for, where it looks', () => {
    const mounted = plan?.volumeMounts.map(({ mountPath }) => mountPath) ?? []
    const wanted = [...cli('plan', '--help').stdout.matchAll(/\(default:\s+"(\/[^"]+)"/g)].map(
      ([, path]) => path,
    )
    expect(wanted).toHaveLength(3)
    expect(mounted).toEqual(expect.arrayContaining(wanted))
    for (const { name, mountPath } of plan?.volumeMounts ?? []) {
      const { hostPath } = volumes.find((volume) => volume.name === name) ?? {}
      if (name !== 'metrics') expect(hostPath?.path).toBe(mountPath)
      // Nothing is made on a node that is not there.
      expect(hostPath?.type ?? '').not.toContain('Create')
    }
  })
  it('holds nothing that the node unmounts', () => {
    for (const name of ['state', 'netns'])
      expect(plan?.volumeMounts.find((mount) => mount.name === name)?.mountPropagation).toBe(
        'HostToContainer',
      )
  })
  it('has images that nobody takes for real ones', () => {
    for (const { image } of containers) expect(image).toMatch(/^registry\.example\//)
  })
  it('runs a command that writes what the exporter reads', () => {
    const file = join(folder, 'plan.prom')
    const own = args.map((arg) => (arg === '/metrics/plan.prom' ? file : arg))
    expect(own).toContain(file)
    expect(cli(...own, '--world', 'examples/worlds/power-loss.json')).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(file, 'utf8')).toMatch(
      /^cri_recover_report_problems\{command="plan",severity="loss"\} \d+$/m,
    )
    const exporter = containers.find(({ name }) => name === 'exporter')
    expect(exporter?.args).toContain('--collector.textfile.directory=/metrics')
  })
  it('runs it again and again until it is told to stop, and ends where it fails', () => {
    const stub = (name: string, body: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
    const run = (body: string) => {
      stub('cri-recover', body)
      const env = { ...process.env, PATH: `${folder}:${PATH}` }
      return spawnSync('sh', ['-c', script], { encoding: 'utf8', timeout: 10_000, env })
    }
    stub('sleep', 'exit 0')
    expect(run('echo planned; exit 1')).toMatchObject({ status: 1, stdout: 'planned\n' })
    const counted = `echo x >> ${folder}/runs; echo planned; [ $(wc -l < ${folder}/runs) -lt 3 ] || kill -TERM $PPID`
    expect(run(counted)).toMatchObject({ status: 0, stdout: 'planned\n'.repeat(3) })
  })
})

describe('its README', () => {
  const rules: unknown = parse(block('groups'))
  it('lets Prometheus find the port that the exporter has', () => {
    // Debian's promtool is built without Kubernetes' discovery, and cannot check this.
    const [, port] = /ports:\n\s+- \{ name: (\w+), containerPort: 9111 \}/.exec(text) ?? []
    expect(JSON.stringify(parse(block('scrape_configs')))).toContain(`"regex":"${port}"`)
  })
  it('asks for metrics that there are', () => {
    const asked = [...JSON.stringify(rules).matchAll(/cri_recover_\w+/g)].map(([name]) => name)
    const source = readFileSync('adapters/metrics/report.ts', 'utf8')
    expect(asked.length).toBeGreaterThan(0)
    for (const name of asked) expect(source).toContain(`'${name}'`)
  })
  it.skipIf(skips)(`has rules that Prometheus takes${why}`, () => {
    expect(checkRules(block('groups'))).toMatchObject({
      status: 0,
      said: expect.stringContaining('3 rules'),
    })
  })
})
