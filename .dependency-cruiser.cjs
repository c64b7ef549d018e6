/** The layers of the house, held by a tool: core ← ports ← adapters. */
const only = (name, from, to, comment) => ({ name, comment, severity: 'error', from, to })

module.exports = {
  forbidden: [
    only('no-circular', {}, { circular: true }, 'two files that need each other are one idea'),
    only(
      'core-is-pure',
      { path: '^core/' },
      { pathNot: '^(core/|node_modules/(fp-ts|io-ts)/)' },
      'core imports fp-ts and io-ts, nothing else',
    ),
    only(
      'ports-know-no-adapter',
      { path: '^ports/' },
      { pathNot: '^(core/|ports/|node_modules/(fp-ts|io-ts)/)' },
      'a port says what the outside must offer, not who offers it',
    ),
    only(
      'adapters-are-strangers',
      { path: '^adapters/([^/]+)/', pathNot: '^adapters/(cli|fast-check)/' },
      { path: '^adapters/', pathNot: '^adapters/$1/' },
      'only live.ts, the command line and the testkit see several adapters',
    ),
    only(
      'testkit-proves-on-the-simulated-node',
      { path: '^adapters/fast-check/' },
      { path: '^adapters/', pathNot: '^adapters/(fast-check|memory)/' },
      'the testkit knows no adapter but the one that stands for all others',
    ),
    only(
      'testkit-has-one-door',
      { path: '^(core|ports|adapters)/', pathNot: '^adapters/fast-check/' },
      { path: '^node_modules/(fast-check|vitest)/' },
      'only the testkit leans on what tests are written with',
    ),
    only(
      'files-have-one-door',
      { path: '^(core|ports|adapters)/', pathNot: '^adapters/(filesystem|io)/' },
      { path: '^(node:)?fs(/promises)?$' },
      'only adapters/filesystem and adapters/io touch the file system',
    ),
    only(
      'grpc-has-one-door',
      { path: '^(core|ports|adapters)/', pathNot: '^adapters/(containerd|cri|ttrpc)/' },
      { path: '^node_modules/(@grpc|@bufbuild)/' },
      'only adapters/containerd, adapters/cri, and adapters/ttrpc (a shim may speak either) speak gRPC',
    ),
    only(
      'nothing-tests-in-production',
      { path: '^(core|ports|adapters)/' },
      { path: '^(test|examples)/' },
      'what ships does not lean on what proves it',
    ),
    only('resolvable', {}, { couldNotResolve: true }, 'an import that leads nowhere'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'adapters/tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    exclude: { path: '(^|/)(dist|coverage)/' },
  },
}
