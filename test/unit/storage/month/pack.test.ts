import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32, gzipSync, zstdCompressSync } from 'node:zlib';
import { join } from 'node:path';
import fc from 'fast-check';
import { emptyFigures, mergeFigures } from '../../../../core/quality/scan/figures';
import { createScanner } from '../../../../core/quality/scan/scanner';
import { BlockChecksums, blockStart } from '../../../../storage/month/block-checksums';
import { packFile, scanBlock, type ScanHelper } from '../../../../storage/month';
import type { PackedPart, PackRequest } from '../../../../storage/month/types';
import { describeWith } from '../../../helpers/require-server';
import {
  column,
  counter,
  FORMAT,
  halfWritten,
  never,
  packed,
  planOf,
  rowsOfText,
  stampOf,
  testFolder,
  unpacked,
  write,
} from './files';

const at = testFolder();
const PLAN = planOf([column('day', 'date'), column('id', 'integer'), column('name')], {
  dateColumn: 0,
  keyColumns: [1],
});
const HEADER = 'day\tid\tname\n';
const text = (rows: string[]): string => `${rows.join('\n')}\n`;

const pack = (
  folder: string,
  more: Partial<NonNullable<PackRequest['pack']>> = {},
): NonNullable<PackRequest['pack']> => ({
  folder: at(folder),
  compression: 'zstd',
  level: 1,
  partBytes: 1500,
  ...more,
});

const figuresOf = (parts: readonly PackedPart[]) =>
  parts.reduce((sum, { figures }) => mergeFigures(sum, figures, PLAN.samples), emptyFigures(PLAN));

describe('packing a file', () => {
  it.each(['zstd', 'gzip'] as const)(
    'makes %s parts that are its rows, all of them and in order',
    async (compression) => {
      const rows = text(rowsOfText(30_000));
      const path = write(at('in.tsv'), HEADER + rows);
      const parts = await packed({ path, plan: PLAN, pack: pack('parts', { compression }) });
      expect(parts.length).toBeGreaterThan(3);
      expect(parts[0]?.part.name).toBe(`part-00001.tsv.${compression === 'zstd' ? 'zst' : 'gz'}`);
      expect(unpacked(at('parts'), parts)).toBe(rows);
      let byte = HEADER.length;
      let line = 2;
      for (const { part, figures } of parts) {
        const bytes = readFileSync(join(at('parts'), part.name));
        expect(part).toMatchObject({ from: byte, line, bytes: bytes.length, rows: figures.rows });
        expect(part.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
        byte = part.to;
        line += part.rows;
      }
      expect(byte).toBe(HEADER.length + rows.length);
      expect(figuresOf(parts)).toMatchObject({ rows: 30_000, raggedRows: 0 });
      expect(readdirSync(at('parts')).length).toBe(parts.length);
    },
  );

  it('goes on behind any part as if it had never stopped', async () => {
    const rows = text(rowsOfText(30_000));
    const path = write(at('in.tsv'), HEADER + rows);
    const whole = await packed({ path, plan: PLAN, pack: pack('whole'), keyFolder: at('whole-keys') });
    expect(whole.length).toBeGreaterThan(3);
    for (let done = 1; done <= whole.length; done++) {
      const before = whole.slice(0, done);
      const { to, line, rows: last } = whole[done - 1]!.part;
      const folder = `resumed-${done}`;
      const rest = await packed(
        {
          path,
          plan: PLAN,
          pack: pack(folder),
          keyFolder: at(`${folder}-keys`),
          from: { byte: to, line: line + last, part: done },
        },
        9_999,
      );
      expect(unpacked(at('whole'), before) + unpacked(at(folder), rest)).toBe(rows);
      expect(rest.map(({ part }) => part.part)).toEqual(rest.map((_, index) => done + index));
      expect(figuresOf([...before, ...rest])).toEqual(figuresOf(whole));
      expect([...before, ...rest].flatMap(({ blocks }) => blocks)).toEqual(whole.flatMap(({ blocks }) => blocks));
    }
  });

  it('gives the checksum of every 64 MiB, however its bytes come', () => {
    const size = 64 * 1024 * 1024;
    const content = Buffer.alloc(size + 1_000_003, 'some bytes that repeat');
    const checksums = new BlockChecksums(blockStart(size * 3 + 5) - size * 3);
    for (let at = 0; at < content.length; at += 3_333_333) checksums.add(content.subarray(at, at + 3_333_333));
    checksums.end();
    expect(checksums.take(size - 1)).toEqual([]);
    expect(checksums.take(size)).toEqual([crc32(content.subarray(0, size))]);
    expect(checksums.take(content.length)).toEqual([crc32(content.subarray(size))]);
    expect(checksums.take(content.length)).toEqual([]);
  });

  it('keeps quoted line breaks, line ends and bytes of any size of block as they are', async () => {
    const field = fc.oneof(
      fc.string({ maxLength: 8 }).map((value) => `"${value.replaceAll('"', '""').replaceAll('\0', '')}"`),
      fc.constantFrom('', 'plain', 'ä€😀', '"two\nlines"', '"""', '12'),
    );
    const row = fc.tuple(field, field).map((fields) => fields.join(','));
    const plan = planOf([column('a'), column('b')], { format: { ...FORMAT, delimiter: ',', quote: '"' } });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 30 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 16, max: 400 }),
        async (rows, end, ends, blockBytes) => {
          const body = rows.join(end) + (ends ? end : '');
          fc.pre(body.trim() !== '');
          const path = write(at('in.csv'), `a,b${end}${body}`);
          const parts = await packed({ path, plan, pack: pack('parts', { partBytes: 60 }) }, blockBytes);
          const all = Buffer.from(unpacked(at('parts'), parts));
          const expected = Buffer.from(body);
          // A blank line at the very end is no row, and in no part.
          expect(expected.subarray(0, all.length).equals(all)).toBe(true);
          expect(['', '\n', '\r\n']).toContain(expected.subarray(all.length).toString());
          expect(parts.at(-1)?.part.to).toBe(Buffer.byteLength(`a,b${end}`) + expected.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['windows-1252', Buffer.from([0x80, 0xe4, 0x9f, 0x41]), '€äŸA'],
    ['iso-8859-1', Buffer.from([0xe9, 0xa4, 0x41]), 'é¤A'],
  ] as const)('makes UTF-8 of %s', async (encoding, bytes, expected) => {
    const line = Buffer.concat([Buffer.from('1\t'), bytes, Buffer.from('\n')]);
    const path = write(at('in.tsv'), Buffer.concat([Buffer.from('a\tb\n'), ...Array.from({ length: 50 }, () => line)]));
    const plan = planOf([column('a'), column('b')], { format: { ...FORMAT, encoding } });
    const parts = await packed({ path, plan, pack: pack('parts') }, 37);
    expect(unpacked(at('parts'), parts)).toBe(`1\t${expected}\n`.repeat(50));
    expect(parts.reduce((sum, { part }) => sum + part.rows, 0)).toBe(50);
  });

  it.each(['gz', 'zst'])('reads .%s, also of several members, and goes on in the middle', async (kind) => {
    const compress = kind === 'gz' ? gzipSync : zstdCompressSync;
    const [first, second] = [text(rowsOfText(15_000)), text(rowsOfText(15_000, 15_000))];
    const path = write(at(`in.tsv.${kind}`), Buffer.concat([compress(HEADER + first), compress(second)]));
    const whole = await packed({ path, plan: PLAN, pack: pack('parts') });
    expect(unpacked(at('parts'), whole)).toBe(first + second);
    const { to, line, rows } = whole[1]!.part;
    const rest = await packed({ path, plan: PLAN, pack: pack('rest'), from: { byte: to, line: line + rows, part: 2 } });
    expect(unpacked(at('parts'), whole.slice(0, 2)) + unpacked(at('rest'), rest)).toBe(first + second);
  });

  it.each(['gz', 'zst'])('says how far a .%s that is cut short could be read', async (kind) => {
    const full = (kind === 'gz' ? gzipSync : zstdCompressSync)(HEADER + text(rowsOfText(60_000)));
    const path = write(at(`in.tsv.${kind}`), full.subarray(0, full.length - 2000));
    const broken = packed({ path, plan: PLAN, pack: pack('parts', { partBytes: 1e9 }) }, 65536);
    await expect(broken).rejects.toMatchObject({ code: 'FILE_UNREADABLE', place: { file: path } });
    await expect(broken).rejects.toThrow(/cut short\. The first [1-9]\d+ bytes/);
    expect(readdirSync(at('parts'))).toEqual([]);
  });

  it('counts the same in other threads that each take a block, wherever blocks end', async () => {
    const row = fc.constantFrom(
      '20240101\t1\ta',
      '20240132\tx\tb',
      '1\t2',
      '',
      '20240102\t7\tä',
      '\r',
      '20240103\t9\tc\r',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 24, max: 200 }),
        fc.integer({ min: 1, max: 3 }),
        async (rows, blockBytes, threads) => {
          const path = write(at('in.tsv'), `${HEADER}20240101\t5\tx\n${rows.join('\n')}`);
          const request = { path, stamp: stampOf(path), plan: PLAN };
          const read = async (keyFolder: string, helpers: ScanHelper[]): Promise<PackedPart[]> => {
            const parts: PackedPart[] = [];
            const take = async (part: PackedPart) => void parts.push(part);
            await packFile({ ...request, keyFolder: at(keyFolder) }, take, counter(), never(), { blockBytes, helpers });
            return parts;
          };
          const helper: ScanHelper = {
            async scan(block) {
              await sleep(0);
              return scanBlock(createScanner(PLAN, { byte: 0, line: 1 }), block);
            },
          };
          const shared = await read(
            'shared',
            Array.from({ length: threads }, () => helper),
          );
          expect(shared).toEqual(await read('alone', []));
          const keys = (folder: string) => readFileSync(join(at(folder), 'keys-00001.bin'));
          expect(keys('shared').equals(keys('alone'))).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('counts a blank line at the end as a part of the file, but not as a row', async () => {
    const path = write(at('in.tsv'), `${HEADER}20240101\t1\ta\n\n`);
    const [only, ...more] = await packed({ path, plan: PLAN, pack: pack('parts', { partBytes: 1 }) }, 16);
    expect(more).toEqual([]);
    expect(only).toMatchObject({ part: { rows: 1, to: stampOf(path).size }, figures: { raggedRows: 0 } });
    expect(only?.blocks).toEqual([crc32(readFileSync(path))]);
  });

  it('has no parts where there are no rows, and refuses a file of no bytes', async () => {
    expect(await packed({ path: write(at('a.tsv'), HEADER), plan: PLAN, pack: pack('parts') })).toEqual([]);
    const empty = write(at('b.tsv'), '');
    await expect(packed({ path: empty, plan: PLAN })).rejects.toMatchObject({ code: 'FILE_EMPTY' });
    const missing = packFile(
      { path: at('none'), stamp: { size: 1, mtimeMs: 1 }, plan: PLAN },
      async () => undefined,
      counter(),
      never(),
    );
    await expect(missing).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it('notices that the file is another one, at the beginning and at the end', async () => {
    const path = write(at('in.tsv'), HEADER + text(rowsOfText(30_000)));
    const stamp = stampOf(path);
    utimesSync(path, 1, 1);
    const request = { path, stamp, plan: PLAN, pack: pack('parts') };
    await expect(packFile(request, async () => undefined, counter(), never())).rejects.toMatchObject({
      code: 'FILE_CHANGED',
    });
    let parts = 0;
    const during = packed({ path, plan: PLAN, pack: pack('parts') }, 8192, async () => {
      if (++parts === 1) appendFileSync(path, 'more');
    });
    await expect(during).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(halfWritten(at('parts'))).toEqual([]);
  });

  it('waits until parts are taken before it fills the disk with more than two further ones', async () => {
    const path = write(at('in.tsv'), HEADER + text(rowsOfText(60_000)));
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const taken: number[] = [];
    mkdirSync(at('parts'));
    const packing = packed({ path, plan: PLAN, pack: pack('parts') }, 8192, async ({ part }) => {
      taken.push(part.part);
      await held;
    });
    const complete = (): number => readdirSync(at('parts')).filter((name) => name.endsWith('.zst')).length;
    while (complete() < 3) await sleep(10);
    await sleep(200);
    expect(taken).toEqual([0]);
    expect(readdirSync(at('parts')).length).toBe(3);
    release();
    const parts = await packing;
    expect(parts.length).toBeGreaterThan(5);
    expect(taken).toEqual(parts.map((_, index) => index));
  });

  it('leaves nothing half-written when it is cancelled or a part is refused', async () => {
    const path = write(at('in.tsv'), HEADER + text(rowsOfText(60_000)));
    const controller = new AbortController();
    const request = { path, stamp: stampOf(path), plan: PLAN, pack: pack('parts'), keyFolder: at('keys') };
    const cancelled = packFile(request, async () => controller.abort(), counter(), controller.signal, {
      blockBytes: 8192,
    });
    await expect(cancelled).rejects.toHaveProperty('name', 'AbortError');
    expect([halfWritten(at('parts')), halfWritten(at('keys'))]).toEqual([[], []]);
    const refused = packed({ ...request }, 8192, async () => {
      throw new Error('not wanted');
    });
    await expect(refused).rejects.toThrow('not wanted');
    expect([halfWritten(at('parts')), halfWritten(at('keys'))]).toEqual([[], []]);
  });

  it('clears away what an attempt that died left half-written', async () => {
    const path = write(at('in.tsv'), HEADER + text(rowsOfText(10)));
    mkdirSync(at('parts'));
    write(join(at('parts'), 'part-00001.tsv.zst.0123456789ab.partial'), 'half');
    await packed({ path, plan: PLAN, pack: pack('parts') });
    expect(halfWritten(at('parts'))).toEqual([]);
  });
});

function smallDisk(path: string): boolean {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function canMount(): boolean {
  if (platform() !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  const isMounted = smallDisk(join(folder, 'disk'));
  if (isMounted) execFileSync('umount', [join(folder, 'disk')]);
  rmSync(folder, { recursive: true });
  return isMounted;
}

describeWith(canMount(), 'only root may mount a small file system', 'packing onto a small disk', () => {
  it('says that the disk is full', async () => {
    const path = write(at('in.tsv'), HEADER + text(rowsOfText(60_000)));
    const disk = at('disk');
    expect(smallDisk(disk)).toBe(true);
    try {
      const full = packed({ path, plan: PLAN, pack: { ...pack('x'), folder: disk, partBytes: 1e9 } }, 65536);
      await expect(full).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
