import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../../dev/package-root';

/** File, import, and what the rule says; undefined: allowed. Every folder has at least one of each. */
const CASES: [file: string, code: string, refusal: string | undefined][] = [
  ['schemas/a.ts', "import { z } from 'zod';", undefined],
  ['schemas/b.ts', "import { readFileSync } from 'node:fs';", 'schemas/ may not import the package "node:fs"'],
  ['core/plan/a.ts', "import { EXIT } from '../../schemas/constants';", undefined],
  ['core/plan/b.ts', "import type { E } from '../../schemas/environment';", undefined],
  ['core/plan/c.ts', "import { e } from '../../schemas/environment';", 'core/ may not import schemas/environment'],
  ['core/plan/d.ts', "import { e } from '../config/x';", undefined],
  ['core/plan/e.ts', "import { e } from '../../config/x';", 'core/ may not import from config/'],
  ['core/plan/f.ts', "import { join } from 'node:path';", 'core/ may not import the package "node:path"'],
  ['core/plan/g.ts', 'export const now = () => Date.now();', 'core/ takes the time as an argument'],
  ['core/plan/h.ts', 'export const r = () => Math.random();', 'core/ takes randomness as an argument'],
  ['core/plan/i.ts', 'export const d = new Date();', 'core/ takes the time as an argument'],
  ['core/plan/j.ts', 'export const d = new Date(0);', undefined],
  ['core/plan/k.ts', "export const fs = require('fs');", 'core/ may not import the package "fs"'],
  ['core/plan/l.ts', "export const fs = () => import('fs');", 'core/ may not import the package "fs"'],
  ['config/a.ts', "import { parse } from 'yaml';", undefined],
  ['config/b.ts', "import { Client } from 'pg';", 'config/ may not import the package "pg"'],
  ['connectors/postgres/a.ts', "import { Client } from 'pg';", undefined],
  [
    'connectors/postgres/b.ts',
    "import { x } from '@duckdb/node-api';",
    'connectors/ may not import the package "@duckdb/node-api"',
  ],
  [
    'connectors/postgres/c.ts',
    "import { x } from '../duckdb/x';",
    'connectors/postgres may not import its sibling connectors/duckdb',
  ],
  ['connectors/postgres/d.ts', "import { x } from '../connector';", undefined],
  [
    'connectors/postgres/e.ts',
    "import { log } from '@temporalio/activity';",
    'connectors/ may not import the package "@temporalio/activity"',
  ],
  ['connectors/postgres/f.ts', "import { x } from '../../catalog/x';", 'connectors/ may not import from catalog/'],
  ['connectors/registry.ts', "import { x } from './duckdb/x';", undefined],
  ['storage/a.ts', "import { join } from 'node:path';", undefined],
  ['storage/b.ts', "import { x } from '../connectors/x';", 'storage/ may not import from connectors/'],
  ['catalog/a.ts', "import { Kysely } from 'kysely';", undefined],
  ['catalog/b.ts', "import { x } from '../client/x';", 'catalog/ may not import from client/'],
  ['notify/a.ts', "import { createTransport } from 'nodemailer';", undefined],
  ['notify/b.ts', "import { x } from '../config/x';", 'notify/ may not import from config/'],
  ['notify/c.ts', "import { Pool } from 'pg';", 'notify/ may not import the package "pg"'],
  ['report/a.ts', "import type { Row } from 'write-excel-file/node';", undefined],
  ['report/b.ts', "import type { x } from '../catalog/x';", undefined],
  ['report/c.ts', "import { x } from '../catalog/x';", 'report/ may not import from catalog/'],
  ['report/d.ts', "import { join } from 'node:path';", 'report/ may not import the package "node:path"'],
  ['workflows/t/a.ts', "import { sleep } from '@temporalio/workflow';", undefined],
  ['workflows/t/b.ts', "import { join } from 'node:path';", 'workflows/ may not import the package "node:path"'],
  ['workflows/t/c.ts', "import type { A } from '../../activities';", undefined],
  ['workflows/t/d.ts', "import { a } from '../../activities';", 'workflows/ may not import from activities/'],
  ['workflows/t/e.ts', "import { a } from '../../catalog/catalog';", 'workflows/ may not import from catalog/'],
  ['workflows/t/f.ts', "import { z } from 'zod';", 'workflows/ may not import the package "zod"'],
  ['workflows/t/g.ts', "export { a } from '../../connectors/connector';", 'workflows/ may not import from connectors/'],
  ['activities/a.ts', "import { Context } from '@temporalio/activity';", undefined],
  [
    'activities/b.ts',
    "import { x } from '../connectors/postgres/x';",
    'activities/ may not import connectors/postgres/x',
  ],
  ['activities/c.ts', "import { x } from '../connectors/connector';", undefined],
  [
    'activities/d.ts',
    "import { x } from '../workflows/transfer/workflow';",
    'activities/ may not import workflows/transfer/workflow',
  ],
  ['activities/e.ts', "import type { x } from '../notify';", undefined],
  ['activities/f.ts', "import { x } from '../notify';", 'activities/ may not import from notify/'],
  ['activities/g.ts', "import { x } from '../report/x';", undefined],
  ['worker/a.ts', "import { x } from '../activities';", undefined],
  ['worker/b.ts', "import { x } from '../cli/x';", 'worker/ may not import from cli/'],
  ['client/a.ts', "import { x } from '../workflows/transfer-set/messages';", undefined],
  [
    'client/b.ts',
    "import { x } from '../workflows/transfer-set/workflow';",
    'client/ may not import workflows/transfer-set/workflow',
  ],
  ['client/c.ts', "import { x } from '../activities/x';", 'client/ may not import from activities/'],
  [
    'client/d.ts',
    "import { Worker } from '@temporalio/worker';",
    'client/ may not import the package "@temporalio/worker"',
  ],
  ['client/e.ts', "import { x } from '../storage/files/hash';", undefined],
  ['client/f.ts', "import { x } from '../storage/part-store';", 'client/ may not import storage/part-store'],
  ['cli/commands/run/show.ts', "import { x } from '../../../client';", undefined],
  ['cli/commands/run/list.ts', "import { x } from '../../../connectors/x';", 'cli/ may not import from connectors/'],
  ['cli/commands/run/watch.ts', "import { x } from '../../../activities/x';", 'cli/ may not import from activities/'],
  ['cli/commands/run/again.ts', "import { x } from '../../../worker';", 'cli/ may not import from worker/'],
  ['cli/commands/file/a.ts', "import { x } from '../../../storage/files';", undefined],
  ['cli/commands/month/a.ts', "import { x } from '../../../storage/month/sample-file';", undefined],
  [
    'cli/commands/month/b.ts',
    "import { x } from '../../../storage/month/pack';",
    'cli/ may not import storage/month/pack',
  ],
  [
    'cli/commands/file/b.ts',
    "import { x } from '../../../storage/part-store';",
    'cli/ may not import storage/part-store',
  ],
  ['cli/commands/worker.ts', "import { x } from '../../worker';", undefined],
  ['api/a.ts', "import { x } from '../client';", undefined],
  ['api/b.ts', "import { x } from '../catalog/x';", 'api/ may not import from catalog/'],
  ['dev/a.ts', "import { x } from '../client';", undefined],
  ['dev/b.ts', "import { x } from '../connectors/x';", 'dev/ may not import connectors/x'],
  ['web/a.ts', "import type { x } from '../schemas/x';", undefined],
  ['web/b.ts', "import { x } from '../core/x';", 'web/ may not import from core/'],
  ['bench/a.ts', "import { x } from '../worker';", undefined],
  ['bench/b.ts', "import { x } from '../test/x';", 'bench/ may not import from test/'],
  ['examples/a.ts', "import { x } from '../client';", undefined],
  ['examples/b.ts', "import { x } from '../catalog/x';", 'examples/ may not import from catalog/'],
];

const OTHER_RULES: [file: string, code: string, rule: string][] = [
  ['client/any.ts', 'export const a = (x: any): unknown => x;', 'no-explicit-any'],
  ['client/floating.ts', 'export function f(): void { Promise.resolve(1); }', 'no-floating-promises'],
  ['client/types.ts', "import { Stats } from 'node:fs';\nexport type A = Stats;", 'consistent-type-imports'],
  ['client/cycle-a.ts', "import { b } from './cycle-b';\nexport const a = (): number => b();", 'no-cycle'],
  ['client/cycle-b.ts', "import { a } from './cycle-a';\nexport const b = (): number => a();", 'no-cycle'],
];

interface Diagnostic {
  code: string;
  message: string;
  filename: string;
}

describe('lint rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  let diagnostics: Diagnostic[];

  beforeAll(() => {
    // The project's own configuration and rule, on files of ours in an empty project: nothing of it is copied by hand.
    for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json', 'scripts/lint/import-rules.mjs']) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      copyFileSync(join(packageRoot, file), join(folder, file));
    }
    symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const [file, code] of [...CASES, ...OTHER_RULES]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${code}\n`);
    }
    const oxlint = join(packageRoot, 'node_modules/oxlint/bin/oxlint');
    let output: string;
    try {
      output = execFileSync(process.execPath, [oxlint, '--type-aware', '--format=json'], {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 64 << 20,
      });
    } catch (error) {
      output = (error as { stdout: string }).stdout;
    }
    ({ diagnostics } = JSON.parse(output) as { diagnostics: Diagnostic[] });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const found = (file: string): Diagnostic[] =>
    diagnostics.filter(({ filename }) => filename.replaceAll('\\', '/') === file);

  it.each(CASES.filter(([, , refusal]) => refusal))('%s: %s is refused', (file, _code, refusal) => {
    expect(found(file).map(({ message }) => message)).toContainEqual(expect.stringContaining(refusal!));
  });

  it.each(CASES.filter(([, , refusal]) => !refusal))('%s: %s is allowed', (file) => {
    expect(found(file).filter(({ code }) => code.startsWith('longshore'))).toEqual([]);
  });

  it.each(OTHER_RULES)('%s: %s breaks %s', (file, _code, rule) => {
    expect(found(file).map(({ code }) => code)).toContainEqual(expect.stringContaining(rule));
  });

  it('covers every folder of the project that holds code', () => {
    const covered = new Set(CASES.map(([file]) => file.split('/')[0]));
    const folders = [
      'schemas',
      'core',
      'config',
      'connectors',
      'storage',
      'catalog',
      'notify',
      'workflows',
      'activities',
      'worker',
      'client',
      'cli',
      'api',
      'dev',
      'web',
      'bench',
      'examples',
    ];
    expect(folders.filter((each) => existsSync(join(packageRoot, each)) && !covered.has(each))).toEqual([]);
  });
});
