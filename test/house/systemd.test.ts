import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const DROP_IN = 'containerd.service.d/10-cri-recover-rescue.conf'
const text = readFileSync(`examples/systemd/${DROP_IN}`, 'utf8')
const COMMAND = '/usr/local/bin/cri-recover'

const valuesOf = (key: string, of: string): readonly string[] =>
  of.split('\n').flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []))

const folder = mkdtempSync(join(tmpdir(), 'cri-recover-units-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Debian's unit in short, for where containerd is not installed from a package. */
const UNIT = `[Unit]
Description=containerd container runtime

[Service]
ExecStart=/bin/true
Type=notify
KillMode=process
Restart=always
RestartSec=5
`

/** What systemd says of containerd's unit with a drop-in; programs that are not installed here stand as `true`. */
const verify = (name: string, dropIn: string, unit: string) => {
  const at = join(folder, name)
  mkdirSync(join(at, 'containerd.service.d'), { recursive: true })
  writeFileSync(join(at, 'containerd.service'), unit)
  writeFileSync(join(at, DROP_IN), dropIn.replaceAll(COMMAND, '/bin/true'))
  const { status, stdout, stderr } = spawnSync(
    'systemd-analyze',
    ['verify', '--man=no', '--recursive-errors=no', join(at, 'containerd.service')],
    { encoding: 'utf8', timeout: 30_000, env: { ...process.env, SYSTEMD_UNIT_PATH: `${at}:` } },
  )
  return { status, said: `${stdout}${stderr}` }
}

const INSTALLED = ['/lib/systemd/system/containerd.service', '/usr/lib/systemd/system/containerd.service']

/** Our own unit; what is not installed here stands as `true`. */
const SERVICE = 'examples/systemd/cri-recover.service'
const service = readFileSync(SERVICE, 'utf8')

const analyze = (unit: string, verb: string, ...options: readonly string[]) => {
  const path = join(folder, 'cri-recover.service')
  writeFileSync(path, unit.replaceAll(COMMAND, '/bin/true'))
  const { status, stdout, stderr } = spawnSync('systemd-analyze', [verb, ...options, path], {
    encoding: 'utf8',
    timeout: 30_000,
    env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` },
  })
  return { status, said: `${stdout}${stderr}` }
}

const verifyService = (unit: string) => analyze(unit, 'verify', '--man=no', '--recursive-errors=no')

/** How much of the machine a unit could reach, in systemd's own measure of 0 to 10. */
const exposureOf = (unit: string): number => {
  const { said } = analyze(unit, 'security', '--offline=true', '--no-pager')
  return Number(/Overall exposure level for \S+: (\d+\.\d)/.exec(said)?.[1])
}

/** ms of a time as systemd writes it here. */
const msOf = (key: string): number => {
  const [, count, unit] = /^(\d+)(s|min)$/.exec(valuesOf(key, service)[0] ?? '') ?? []
  return Number(count) * (unit === 'min' ? 60_000 : 1_000)
}

/** What `serve --help` says. */
const help = (): string =>
  spawnSync(process.execPath, ['dist/adapters/cli/main.js', 'serve', '--help'], {
    encoding: 'utf8',
    timeout: 30_000,
  }).stdout

const missing = spawnSync('systemd-analyze', ['--version']).error === undefined ? null : 'no systemd-analyze'
const { CRI_RECOVER_REQUIRE_LAB } = process.env
const required = CRI_RECOVER_REQUIRE_LAB === '1'
const title = missing === null || required ? '' : ` (left out: ${missing})`

describe('the drop-in for containerd.service', () => {
  it('runs one command, whose failure does not keep containerd down', () => {
    const [line, ...more] = valuesOf('ExecStartPre', text)
    expect(more).toEqual([])
    expect(line).toMatch(/^-\/\S*cri-recover rescue /)
    expect(line).toContain('--best-effort')
    // No shell, for that could leave something running.
    expect(line).not.toMatch(/[;&|$]|\bsh\b/)
  })
  it('changes nothing else about the unit', () => {
    expect(text.split('\n').filter((line) => line !== '' && !/^(?:#|ExecStartPre=)/.test(line))).toEqual([
      '[Service]',
    ])
  })
  it('uses only options that the command has', () => {
    const [line = ''] = valuesOf('ExecStartPre', text)
    const args = line.split(' ').slice(1)
    const ran = spawnSync(
      process.execPath,
      [
        'dist/adapters/cli/main.js',
        ...args,
        '--address',
        join(folder, 'none'),
        '--root',
        folder,
        '--state',
        folder,
      ],
      { encoding: 'utf8', timeout: 30_000 },
    )
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining('Rescued') })
  })

  const describeOf = missing === null || required ? describe : describe.skip
  describeOf(`is taken by systemd${title}`, () => {
    const own = INSTALLED.find((path) => existsSync(path))
    it.each([
      ['in short', UNIT],
      ...(own === undefined ? [] : [['of the package', readFileSync(own, 'utf8')]]),
    ])('with the unit %s', (name, unit) => {
      expect(missing).toBeNull()
      expect(verify(name ?? '', text, unit ?? '')).toEqual({ status: 0, said: '' })
    })
    it('which does read it', () => {
      expect(missing).toBeNull()
      const broken = text.replace('-/usr/local/bin/cri-recover', '-cri/recover')
      expect(verify('broken', broken, UNIT).said).toMatch(/10-cri-recover-rescue\.conf/)
    })
  })
})

describe('the unit for serve', () => {
  it('uses only options that the command has', () => {
    const [command = '', ...more] = valuesOf('ExecStart', service)
    expect(more).toEqual([])
    expect(command).toMatch(/^\/\S*cri-recover serve /)
    expect(command).not.toMatch(/[;&|$]|\bsh\b/)
    const options = command.split(' ').filter((word) => word.startsWith('--'))
    expect(options).toEqual(['--listen', '--metrics'])
    for (const option of options) expect(help()).toContain(`${option} <`)
  })
  it('is not stopped when containerd is', () => {
    for (const key of ['Requires', 'Requisite', 'BindsTo', 'PartOf', 'StopPropagatedFrom'])
      expect(valuesOf(key, service)).toEqual([])
    expect(valuesOf('After', service)).toEqual(['containerd.service'])
  })
  it('leaves time to drain the logs, and drains them before anything is killed', () => {
    const [, drain] = /--drain-timeout[\s\S]*?\(default: (\d+)s\)/.exec(help()) ?? []
    expect(msOf('TimeoutStopSec')).toBeGreaterThan(Number(drain) * 2_000)
    expect(valuesOf('KillMode', service)).toEqual(['mixed'])
  })
  it('can write where serve writes by default', () => {
    const writable = valuesOf('ReadWritePaths', service).flatMap((line) => line.split(' '))
    const defaults = [...help().matchAll(/(?:--root|--state)[\s\S]*?\(default:\s+"([^"]+)"/g)].map(
      ([, path]) => path,
    )
    expect(defaults).toHaveLength(2)
    expect(writable.sort()).toEqual(defaults.sort())
    expect(valuesOf('RuntimeDirectory', service)).toEqual(['cri-recover'])
    expect(valuesOf('LogsDirectory', service)).toEqual(['pods'])
  })
  it('lets V8 compile', () => {
    expect(valuesOf('MemoryDenyWriteExecute', service)).toEqual([])
  })

  const describeOf = missing === null || required ? describe : describe.skip
  describeOf(`is taken by systemd${title}`, () => {
    it('without a word', () => {
      expect(verifyService(service)).toEqual({ status: 0, said: '' })
    })
    it('which does read it', () => {
      expect(verifyService(service.replace('KillMode=mixed', 'KillMode=mixde')).said).toMatch(
        /KillMode|mixde/,
      )
    })
    it('as one that can reach little', () => {
      expect(exposureOf(service)).toBeLessThanOrEqual(2)
      expect(exposureOf(UNIT)).toBeGreaterThan(9)
    })
  })
})
