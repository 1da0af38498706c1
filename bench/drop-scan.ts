/**
 * What a look at a drop folder of 100,000 files costs, beside `find -printf` with the same facts, and what comes after
 * it: comparing with what is known. Run: `npm run bench -- --only k`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diffScan, type KnownFile } from '../core/drop/scan';
import { DROP_PATHS } from '../core/drop/tree';
import type { ScannedFile } from '../core/types/drop';
import { ensureTree, scanTree } from '../storage/drop-tree';
import { median, shell } from './measure';

const FILES = 100_000;
const WANTED = 300_000;

export async function looking(rounds: number, facts: Record<string, string>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'longshore-scan-'));
  try {
    await ensureTree(root);
    for (let index = 0; index < FILES; index++)
      writeFileSync(join(root, DROP_PATHS[index % 4] ?? '', `customers_orders_${index}.csv`), 'a');
    const ours: number[] = [];
    const finds: number[] = [];
    const diffs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      let start = performance.now();
      const { files } = scanTree(root, { extensions: ['csv', 'tsv', 'txt'], maxFiles: FILES });
      ours.push((performance.now() - start) / 1000);
      if (files.length !== FILES) throw new Error(`${files.length} files found of ${FILES}`);
      finds.push((await shell(`find '${root}' -type f -printf '%p %s %T@ %i\\n' > /dev/null`)).seconds);
      const known = settled(files);
      start = performance.now();
      diffScan(files, known, { scan: 7, checks: 6, now: new Date(), settleWithinMs: 1, describe: () => ({}) });
      diffs.push(performance.now() - start);
    }
    const rate = (seconds: number) => Math.round(FILES / seconds);
    const best = rate(Math.min(...ours));
    const ratio = median(ours.map((seconds, round) => seconds / (finds[round] ?? 1)));
    facts[`k: a look at ${FILES.toLocaleString('en')} files`] =
      `${rate(median(ours)).toLocaleString('en')} files/s median, ${best.toLocaleString('en')} best (wanted ${WANTED.toLocaleString('en')}) ${best >= WANTED ? 'ok' : 'MISSED'}; ${ratio.toFixed(2)} times find -printf; comparing with what is known ${median(diffs).toFixed(0)} ms`;
  } finally {
    rmSync(root, { recursive: true });
  }
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
