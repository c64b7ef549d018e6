import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const MODULES = readdirSync('core').flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -3)] : []))

describe('a module of the core', () => {
  it.each(MODULES)('%s can be loaded by itself', async (name) => {
    expect(await import(`../../core/${name}.ts`)).toBeTypeOf('object')
  })
})
