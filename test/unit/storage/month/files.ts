/** Files, plans and calls for the tests of huge files, which are small here. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { MonthFormat } from '../../../../core/types/month';
import type { CheckColumn, CheckType } from '../../../../core/types/quality';
import type { ScanPlan } from '../../../../core/types/scan';
import { packFile } from '../../../../storage/month';
import type { PackedPart, PackRequest } from '../../../../storage/month/types';

export const FORMAT: MonthFormat = {
  delimiter: '\t',
  quote: '',
  encoding: 'utf-8',
  headerLines: 1,
  nullTexts: [],
};

export const column = (
  name: string,
  type: CheckType | CheckType['kind'] = 'text',
  more: Partial<CheckColumn> = {},
): CheckColumn => ({
  name,
  type: typeof type === 'string' ? typeOf(type) : type,
  nullable: true,
  ...more,
});

function typeOf(kind: CheckType['kind']): CheckType {
  if (kind === 'integer') return { kind, digits: 18 };
  if (kind === 'decimal') return { kind, precision: 18, scale: 2 };
  if (kind === 'timestamp') return { kind, zoned: false };
  return { kind };
}

export const planOf = (columns: CheckColumn[], more: Partial<ScanPlan> = {}): ScanPlan => ({
  format: FORMAT,
  columns,
  keyColumns: [],
  checks: true,
  samples: 10,
  ...more,
});

/** A folder that lasts as long as each test of the file that asks for it. */
export function testFolder(): (name: string) => string {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'longshore-test-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}

export const counter = (): BigInt64Array => new BigInt64Array(new SharedArrayBuffer(16));
export const never = (): AbortSignal => new AbortController().signal;

export function stampOf(path: string): { size: number; mtimeMs: number } {
  const { size, mtimeMs } = statSync(path);
  return { size, mtimeMs };
}

/** The parts of a file that is read in pieces of a few bytes. */
export async function packed(
  request: Omit<PackRequest, 'stamp'>,
  blockBytes = 8192,
  onPart: (part: PackedPart) => Promise<void> = async () => undefined,
): Promise<PackedPart[]> {
  const parts: PackedPart[] = [];
  await packFile(
    { ...request, stamp: stampOf(request.path) },
    async (part) => {
      parts.push(part);
      await onPart(part);
    },
    counter(),
    never(),
    { blockBytes },
  );
  return parts;
}

/** What stands in the packed files, one after the other. */
export function unpacked(folder: string, parts: readonly PackedPart[]): string {
  const texts = parts.map(({ part }) => {
    const bytes = readFileSync(join(folder, part.name));
    return (part.name.endsWith('.gz') ? gunzipSync(bytes) : zstdDecompressSync(bytes)).toString('utf8');
  });
  return texts.join('');
}

/** Rows that compress badly, so that parts of a few hundred bytes are cut. */
export function rowsOfText(count: number, from = 0): string[] {
  let state = 12345 + from;
  const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0);
  return Array.from(
    { length: count },
    (_, row) => `202401${String((row % 31) + 1).padStart(2, '0')}\t${from + row}\tname ${next().toString(36)}`,
  );
}

export const write = (path: string, content: string | Uint8Array): string => {
  writeFileSync(path, content);
  return path;
};

export const halfWritten = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.partial'));
