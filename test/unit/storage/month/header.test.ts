import { gzipSync } from 'node:zlib';
import { inferColumns, readHeader } from '../../../../storage/month';
import { column, FORMAT, planOf, testFolder, write } from './files';

const at = testFolder();
const CSV = { ...FORMAT, delimiter: ',', quote: '"' } as const;

describe('the header of a file', () => {
  it('gives names without blanks, quotation marks and byte order mark, and the first row', async () => {
    const path = write(at('a.csv'), '\ufeff id ,"two ""words""",ä\r\n1,2,3\r\n');
    const header = await readHeader(path, CSV);
    expect(header.columns).toEqual(['id', 'two "words"', 'ä']);
    expect(header.firstRow).toEqual({ byte: 28, line: 2 });
    expect(header.size).toBe(35);
  });

  it('is the last of several lines, may hold line breaks, and may be missing', async () => {
    const path = write(at('a.csv'), 'made by\nsomebody\n"a\nb",c\n1,2\n');
    expect(await readHeader(path, { ...CSV, headerLines: 3 })).toMatchObject({
      columns: ['a\nb', 'c'],
      firstRow: { byte: 25, line: 5 },
    });
    expect(await readHeader(path, { ...CSV, headerLines: 0 })).toMatchObject({
      columns: [],
      firstRow: { byte: 0, line: 1 },
    });
  });

  it('is read whatever its length, from compressed files too', async () => {
    const names = Array.from({ length: 200_000 }, (_, index) => `column_${index}`);
    const path = write(at('a.tsv.gz'), gzipSync(`${names.join('\t')}\n1\n`));
    const { columns, firstRow } = await readHeader(path, FORMAT);
    expect(columns).toEqual(names);
    expect(firstRow).toEqual({ byte: names.join('\t').length + 1, line: 2 });
    expect((await readHeader(write(at('b.tsv'), 'a\tb'), FORMAT)).columns).toEqual(['a', 'b']);
  });

  it.each([
    ['FILE_EMPTY', ''],
    ['FILE_EMPTY', 'only one line\n'],
    ['FILE_ENCODING', Buffer.from('\ufeffa\tb\n', 'utf16le')],
    ['FILE_ENCODING', Buffer.from([0x61, 0xe4, 0x09, 0x62, 0x0a, 0x0a])],
    ['FILE_UNREADABLE', gzipSync('a\tb\n')],
  ])('is %s where it cannot be one', async (code, content) => {
    const path = write(at('a.tsv'), content);
    await expect(
      readHeader(path, { ...FORMAT, headerLines: content === 'only one line\n' ? 2 : 1 }),
    ).rejects.toMatchObject({
      code,
    });
  });
});

describe('types for a table that is to be made', () => {
  it('are wide enough for values like those of the first rows, and text where these leave it open', async () => {
    const rows = Array.from({ length: 500 }, (_, row) =>
      [
        row + 1,
        `${row}.25`,
        `2024-01-${String((row % 28) + 1).padStart(2, '0')}`,
        `2024-01-01 10:00:0${row % 10}`,
        row % 2 ? 'true' : 'false',
        `name ${row}`,
        '007',
        `${row % 28}.01.2024`,
      ].join('\t'),
    );
    const path = write(at('a.tsv'), `id\tamount\tday\tat\tok\tname\tcode\tother\n${rows.join('\n')}\n`);
    const columns = await inferColumns(path, planOf([column('unknown')]));
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ['id', { kind: 'integer', digits: 18 }],
      ['amount', { kind: 'decimal', precision: 20, scale: 2 }],
      ['day', { kind: 'date' }],
      ['at', { kind: 'timestamp', zoned: false }],
      ['ok', { kind: 'boolean' }],
      ['name', { kind: 'text' }],
      ['code', { kind: 'text' }],
      ['other', { kind: 'text' }],
    ]);
  });
});
