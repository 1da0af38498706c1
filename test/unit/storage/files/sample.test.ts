import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSample } from '../../../../storage/files/sample';
import { describeWith } from '../../../helpers/require-server';

const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

describe('the sample of a file', () => {
  it('is the whole file where that is small', async () => {
    writeFileSync(at('small'), 'a,b\n1,2\n');
    const { head, tail, size } = await readSample(at('small'));
    expect(Buffer.from(head).toString()).toBe('a,b\n1,2\n');
    expect(tail).toBeUndefined();
    expect(size).toBe(8);
  });

  it('is the first and last bytes of a larger one, which do not overlap', async () => {
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));
    writeFileSync(at('larger'), bytes);
    const sample = await readSample(at('larger'), { headBytes: 300, tailBytes: 100 });
    expect(Buffer.from(sample.head)).toEqual(bytes.subarray(0, 300));
    expect(Buffer.from(sample.tail!)).toEqual(bytes.subarray(900));
    const close = await readSample(at('larger'), { headBytes: 950, tailBytes: 100 });
    expect(Buffer.from(close.tail!)).toEqual(bytes.subarray(950));
  });

  it('costs no more for ten gigabytes', async () => {
    writeFileSync(at('huge'), 'a,b\n');
    truncateSync(at('huge'), 10_000_000_000);
    const { head, tail, size } = await readSample(at('huge'));
    expect([head.length, tail?.length, size]).toEqual([1024 * 1024, 64 * 1024, 10_000_000_000]);
  });

  it('follows a link to a file', async () => {
    writeFileSync(at('there'), 'x');
    symlinkSync(at('there'), at('link'));
    await expect(readSample(at('link'))).resolves.toMatchObject({ size: 1 });
  });

  it('is refused by name where there is no file', async () => {
    await expect(readSample(at('missing.csv'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: `There is no file ${at('missing.csv')}.`,
    });
    await expect(readSample(at('small/inside.csv'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it('is refused for a folder', async () => {
    await expect(readSample(folder)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('is a folder'),
    });
  });
});

const isUser = process.platform !== 'win32' && process.getuid?.() !== 0;

describeWith(isUser, 'root may read everything', 'the sample of a file of others', () => {
  it('is refused without the right to read', async () => {
    writeFileSync(at('secret'), 'x');
    chmodSync(at('secret'), 0);
    await expect(readSample(at('secret'))).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('right to read'),
    });
  });
});

describeWith(process.platform !== 'win32', 'Windows has no pipes among files', 'the sample of a pipe', () => {
  it('is refused, without waiting for somebody who writes to it', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    await expect(readSample(at('pipe'))).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('a pipe or a device'),
    });
  });
});
