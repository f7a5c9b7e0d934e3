/**
 * The layers of src/. A row is a folder (or one file of that name) and what it may import besides itself.
 * `server` and `linux` stand beside the kernel: nothing from `task` to `kernel` may import them.
 */
const kernel = ['abi', 'task', 'fuse', 'vfs', 'process', 'fusefs', 'syscalls'];
const doors = [
  ...kernel,
  'kernel',
  'server',
  'linux',
  'servers',
  'archive',
  'transport',
  'node-fs',
  'attach',
  'mount',
  'kernel-mount',
];

const layers = {
  abi: [],
  task: ['abi'],
  fuse: ['abi', 'task'],
  vfs: ['abi', 'task'],
  process: ['abi', 'task', 'vfs'],
  fusefs: ['abi', 'task', 'fuse', 'vfs', 'process'],
  syscalls: ['abi', 'task', 'fuse', 'vfs', 'process', 'fusefs'],
  kernel: kernel,
  server: ['abi'],
  linux: ['abi', 'task'],
  'server-library': ['abi', 'server'],
  servers: ['abi', 'server', 'linux', 'archive'],
  archive: ['abi', 'server'],
  transport: [...kernel, 'kernel', 'server', 'linux'],
  'node-fs': [...kernel, 'kernel', 'server', 'linux'],
  attach: [...kernel, 'kernel', 'server', 'linux', 'transport', 'node-fs'],
  mount: doors,
  worker: [...doors],
  'kernel-mount': ['abi', 'server', 'linux', 'transport', 'attach'],
  cli: [...doors, 'index'],
  index: [...doors, 'worker'],
  demo: [...doors, 'cli', 'index'],
};

/** What runs in a browser too: it imports no module of Node and no package. */
const pure = [...kernel, 'kernel', 'server', 'server-library'];

const within = (names) => `^src/(?:${names.join('|')})(?:/|\\.ts$)`;
const tests = '\\.test\\.ts$|/testing/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules that need each other to load. Types alone may refer to each other.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unknown-layer',
      comment: 'A new folder or file directly in src/ needs a row in .dependency-cruiser.cjs.',
      severity: 'error',
      from: { path: '^src/', pathNot: [within(Object.keys(layers)), tests] },
      to: {},
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'pure',
      comment: 'The kernel and the server library know no host.',
      severity: 'error',
      from: { path: [within(pure), '^src/transport/in-process\\.ts$'], pathNot: tests },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-dependencies',
      comment: 'What is published loads only runtime dependencies.',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-tests-in-source',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: [tests, '^(?:tests|bench|scripts)/'] },
    },
    {
      name: 'examples-as-users',
      comment: 'An example imports what a user of the package can: `fusewire` and `fusewire/server`.',
      severity: 'error',
      from: { path: '^examples/', pathNot: tests },
      to: { pathNot: ['^examples/', '^src/(?:index|server-library)\\.ts$'], dependencyTypesNot: ['core'] },
    },
    ...Object.entries(layers).map(([name, imports]) => ({
      name: `${name}-imports-downward`,
      severity: 'error',
      from: { path: within([name]), pathNot: tests },
      to: { path: '^src/', pathNot: within([name, ...imports]) },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['fusewire-source', 'import', 'node', 'types', 'default'],
    },
    doNotFollow: { path: '(?:^|/)(?:node_modules|dist|build)/' },
    exclude: { path: '^(?:dist|build)/' },
  },
};
