/** Large files are read in two halves at a time; what comes of it is what reading them in one piece gives. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileWorkers, ScanFileRequest } from '../../../activities/dependencies';
import { readWhole } from '../../../activities/drop/read-file';
import { hashContent, scanFile, surveyFile } from '../../../worker/threads/file-scan';

jest.setTimeout(120_000);

const BYTES = 33 * 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'longshore-halves-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const counter = () => new BigInt64Array(new SharedArrayBuffer(16));
const { signal } = new AbortController();

/** The threads' own functions, in this one; `scans` are the slices that were asked for. */
function inThisThread(): { files: FileWorkers; scans: ScanFileRequest['slice'][] } {
  const scans: ScanFileRequest['slice'][] = [];
  const files = {
    scan: (request, progress, abort) => {
      scans.push(request.slice);
      return scanFile(request, progress, abort);
    },
    survey: surveyFile,
    hash: hashContent,
  } satisfies Pick<FileWorkers, 'scan' | 'survey' | 'hash'>;
  return { files: files as unknown as FileWorkers, scans };
}

async function both(text: string) {
  const path = join(folder, 'large.csv');
  writeFileSync(path, text);
  const { size, mtimeMs, ino } = statSync(path);
  const request = { path, identity: { size, mtimeMs, inode: String(ino) }, options: {}, markBytes: 4_000_000 };
  const { files, scans } = inThisThread();
  const whole = await scanFile(request, counter(), signal);
  const read = await readWhole(files, request, counter(), signal);
  return { whole, read, scans };
}

function rowsUpTo(bytes: number, row: (index: number) => string): string {
  const lines = ['id,amount,day,note'];
  for (let [index, size] = [0, 0]; size < bytes; index += 1) {
    const line = row(index);
    lines.push(line);
    size += line.length + 1;
  }
  return `${lines.join('\n')}\n`;
}

const plain = (index: number): string =>
  `${index + 2_147_300_000},${(index % 1000) + 0.25},2024-01-${String(1 + (index % 28)).padStart(2, '0')},"note, ${index}"`;

describe('a large file', () => {
  test('is read in halves, with columns, rows and marks as in one piece', async () => {
    const text = rowsUpTo(BYTES, plain);
    const { whole, read, scans } = await both(text);
    expect(scans).toHaveLength(2);
    expect(read.columns).toEqual(whole.columns);
    expect(read.columns[0]?.logical).toEqual({ kind: 'int64' });
    expect([read.rows, read.rejectedCount]).toEqual([whole.rows, 0]);
    expect(read.marks.length).toBeGreaterThanOrEqual(8);
    const bytes = Buffer.from(text);
    let before = 0;
    for (const { offset, line, rows } of read.marks) {
      expect(offset).toBeGreaterThan(before);
      expect(bytes[offset - 1]).toBe(0x0a);
      // Every row is one line, and the header another.
      const lines = bytes.subarray(0, offset).reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
      expect([line, rows]).toEqual([lines + 1, lines - 1]);
      before = offset;
    }
  });

  test.each([
    [
      'whose middle lies within a quoted field of many lines',
      () => {
        const half = rowsUpTo(BYTES / 2 - 500_000, plain);
        const field = Array.from({ length: 40_000 }, (_, index) => `7,1.25,2024-01-01,line ${index}`).join('\n');
        return `${half}1,2.25,2024-02-02,"${field}"\n${rowsUpTo(BYTES / 2 - 500_000, plain)
          .split('\n')
          .slice(1)
          .join('\n')}`;
      },
    ],
    [
      'with a bad row in its first half',
      () => rowsUpTo(BYTES, (index) => (index === 1000 ? '1,2,3,4,5,6,7,8' : plain(index))),
    ],
    [
      'whose columns differ between the halves',
      () => rowsUpTo(BYTES, (index) => (index > 500_000 ? plain(index).replace(/^\d+/, 'x') : plain(index))),
    ],
  ])('%s is read again in one piece', async (_what, text) => {
    const { whole, read, scans } = await both(text());
    expect(scans).toHaveLength(3);
    expect(scans[2]).toBeUndefined();
    const { hashes: _hashes, ...content } = read;
    expect(content).toEqual(whole);
  });
});
