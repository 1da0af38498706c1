import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFile } from '../../../../storage/files/hash';

const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

describe('hashing a file', () => {
  it.each([0, 1, 1024 * 1024, 2 * 1024 * 1024 + 17])('gives MD5, SHA-256 and size of %d bytes', async (size) => {
    const bytes = Buffer.alloc(size, 'a;b\n');
    await expect(hashFile(file('f', bytes))).resolves.toEqual({
      md5: createHash('md5').update(bytes).digest('hex'),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      size,
    });
  });

  it('tells of all bytes it read', async () => {
    let told = 0;
    await hashFile(file('told', Buffer.alloc(3_000_000)), undefined, (bytes) => void (told += bytes));
    expect(told).toBe(3_000_000);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const hashing = hashFile(file('long', Buffer.alloc(8_000_000)), controller.signal, () => controller.abort());
    await expect(hashing).rejects.toHaveProperty('name', 'AbortError');
  });

  it('refuses a file that is written to meanwhile', async () => {
    const path = file('growing', Buffer.alloc(3_000_000));
    const hashing = hashFile(path, undefined, () => writeFileSync(path, 'x', { flag: 'a' }));
    await expect(hashing).rejects.toMatchObject({ code: 'FILE_CHANGED', place: { file: path } });
  });
});
