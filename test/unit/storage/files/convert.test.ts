import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertToCsv, convertToParquet } from '../../../../storage/files';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'longshore-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

/** Larger than a sample, so that it is read in several pieces. */
const large = (): string => {
  const lines = Array.from({ length: 120_000 }, (_, row) => `${row};"text; ${row}";${row / 8}`);
  return `id;note;eighth\n${lines.join('\n')}\n`;
};

const ways = [
  ['CSV', convertToCsv],
  ['Parquet', convertToParquet],
] as const;

describe('converting a file', () => {
  it('keeps every value of a file that is read in pieces', async () => {
    writeFileSync(at('in.csv'), large());
    const done = await convertToCsv(at('in.csv'), at('out.csv'));
    expect(done).toMatchObject({ rows: 120_000, rejected: 0, repaired: 0, columns: 3 });
    const expected = large()
      .replaceAll(';', ',')
      .replaceAll(/"text, (\d+)"/g, 'text; $1')
      .replaceAll('\n', '\r\n');
    expect(readFileSync(at('out.csv'), 'utf8') === expected).toBe(true);
    expect(done.bytes).toBe(expected.length);
  });

  it.each(ways)('leaves nothing behind when it is stopped: %s', async (_to, convert) => {
    writeFileSync(at('in.csv'), large());
    const controller = new AbortController();
    const stopped = convert(at('in.csv'), at('out'), { signal: controller.signal, onBytes: () => controller.abort() });
    await expect(stopped).rejects.toHaveProperty('name', 'AbortError');
    expect(readdirSync(folder)).toEqual(['in.csv']);
  });

  it.each(ways)('leaves nothing behind when the file changes meanwhile: %s', async (_to, convert) => {
    writeFileSync(at('in.csv'), large());
    const changed = convert(at('in.csv'), at('out'), {
      rejected: at('rejected.csv'),
      onBytes: () => writeFileSync(at('in.csv'), '1;2;3\n', { flag: 'a' }),
    });
    await expect(changed).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(readdirSync(folder)).toEqual(['in.csv']);
  });

  it.each(ways)('leaves what was there as it was when it fails: %s', async (_to, convert) => {
    writeFileSync(at('in.csv'), new Uint8Array(5000));
    writeFileSync(at('out'), 'before');
    await expect(convert(at('in.csv'), at('out'))).rejects.toMatchObject({
      code: 'FILE_NOT_DELIMITED',
      place: { file: at('in.csv') },
    });
    expect(readFileSync(at('out'), 'utf8')).toBe('before');
  });

  it('takes the place of what was there', async () => {
    writeFileSync(at('in.csv'), 'id;n\n1;2\n3;4\n');
    writeFileSync(at('out'), 'something longer than what comes');
    await convertToCsv(at('in.csv'), at('out'));
    expect(readFileSync(at('out'), 'utf8')).toBe('id,n\r\n1,2\r\n3,4\r\n');
  });

  it('names the folder that is missing', async () => {
    writeFileSync(at('in.csv'), 'id;n\n1;2\n');
    await expect(convertToCsv(at('in.csv'), at('none/out.csv'))).rejects.toMatchObject({
      code: 'STAGING_UNAVAILABLE',
      message: expect.stringContaining(at('none')),
    });
  });

  it('lists every rejected row, however many there are', async () => {
    const rows = Array.from({ length: 20_000 }, (_, row) => `${row},x,y\n${row},x,z\n${row},a,b,c,d,e,f,g`);
    writeFileSync(at('in.csv'), `id,one,two\n${rows.join('\n')}\n`);
    mkdirSync(at('left'));
    const done = await convertToCsv(at('in.csv'), at('out.csv'), {
      format: { ragged: 'reject' },
      rejected: at('left/in.rejected.csv'),
    });
    expect(done).toMatchObject({ rows: 40_000, rejected: 20_000 });
    const lines = readFileSync(at('left/in.rejected.csv'), 'utf8').split('\r\n');
    expect(lines).toHaveLength(20_002);
    expect(lines[1]).toMatch(/^4,,too-many-fields,.*"0,a,b,c,d,e,f,g"$/);
    expect(lines[20_000]).toMatch(/^60001,/);
  });

  it('does not take a large file without any line for an empty one', async () => {
    writeFileSync(at('in.csv'), 'word '.repeat(500_000));
    const outcome = await convertToCsv(at('in.csv'), at('out.csv')).then(
      ({ rows, rejected }) => rows + rejected,
      (error: { code: string }) => error.code,
    );
    expect([1, 'FILE_FORMAT_UNCLEAR']).toContainEqual(outcome);
  });
});
