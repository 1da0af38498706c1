/**
 * What a look at a drop folder of 100,000 files costs, beside `find -printf` with the same facts, and what comes after
 * it: comparing with what is known. Run: `npm run build && node dist/bench/drop-scan.js [files] [rounds]`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diffScan, type KnownFile } from '../core/drop/scan';
import { DROP_PATHS } from '../core/drop/tree';
import type { ScannedFile } from '../core/types/drop';
import { ensureTree, scanTree } from '../storage/drop-tree';
import { median, shell } from './measure';

const FILES = Number(process.argv[2] ?? 100_000);
const ROUNDS = Number(process.argv[3] ?? 9);

async function main(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'longshore-scan-'));
  try {
    await ensureTree(root);
    for (let index = 0; index < FILES; index++)
      writeFileSync(join(root, DROP_PATHS[index % 4] ?? '', `customers_orders_${index}.csv`), 'a');
    const ours: number[] = [];
    const finds: number[] = [];
    const diffs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      let start = performance.now();
      const { files } = scanTree(root, { extensions: ['csv', 'tsv', 'txt'], maxFiles: FILES });
      ours.push((performance.now() - start) / 1000);
      if (files.length !== FILES) throw new Error(`${files.length} files found of ${FILES}`);
      finds.push((await shell(`find '${root}' -type f -printf '%p %s %T@ %i\\n' > /dev/null`)).seconds);
      const known = settled(files);
      start = performance.now();
      diffScan(files, known, {
        scan: 7,
        checks: 6,
        now: new Date(),
        settleWithinMs: 1,
        describe: () => ({}),
      });
      diffs.push(performance.now() - start);
    }
    print('scan', ours);
    print('find', finds);
    console.log(
      `ratio  ${median(ours.map((seconds, round) => seconds / (finds[round] ?? 1))).toFixed(2)} (median of pairs)`,
    );
    console.log(`diff   ${median(diffs).toFixed(0)} ms median, ${Math.min(...diffs).toFixed(0)} ms best`);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function print(name: string, seconds: readonly number[]): void {
  const rate = (one: number) => `${Math.round(FILES / one).toLocaleString('en')} files/s`;
  console.log(`${name}   ${rate(median(seconds))} median, ${rate(Math.min(...seconds))} best of ${seconds.length}`);
}

/** Known since the first look, as the catalog gives them back. */
const settled = (files: readonly ScannedFile[]): KnownFile[] =>
  files.map((file, id) => ({
    ...(JSON.parse(JSON.stringify(file)) as ScannedFile),
    id,
    state: 'watching',
    firstScan: 1,
    firstSeenAt: new Date(),
  }));

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
