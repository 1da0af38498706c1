import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FilePartRequest } from '../../../activities/dependencies';
import { LongshoreError } from '../../../core/errors/longshore-error';
import type { FileColumn } from '../../../core/types/file';
import { withLine } from '../../../worker/threads/row-line';
import { formatOf } from '../core/file/delimited';

const CSV = { delimiter: ',', quote: '"', escape: 'double', newline: '\n' } as const;

/** Line 2 is too short and line 4 has no number: neither is a row of the load. A value on line 5 goes over two lines. */
const TEXT = '17,one\n18\n19,three\nx,four\n20,"five\nand more"\n21,six\n';

const column = (index: number, name: string, change: Partial<FileColumn> = {}): FileColumn => ({
  index,
  name,
  logical: { kind: 'text', of: 'text' },
  format: { kind: 'text' },
  nullTexts: [],
  nullable: true,
  ...change,
});
const COLUMNS = [
  column(0, 'Id', {
    logical: { kind: 'int64' },
    format: { kind: 'integer' },
  }),
  column(1, 'Name'),
];

describe('the line of a row that a target refused', () => {
  let folder: string;
  let request: FilePartRequest;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longshore-line-'));
    const path = join(folder, 'a.csv');
    await writeFile(path, TEXT);
    const plan = { columns: [{ target: 'id' }, { target: 'name' }] };
    request = {
      path,
      format: formatOf(CSV, 2),
      columns: COLUMNS,
      ragged: 'reject',
      load: { plan },
    } as unknown as FilePartRequest;
  });

  afterAll(() => rm(folder, { recursive: true }));

  const located = async (key: string, message: string): Promise<LongshoreError> =>
    (await withLine(
      new LongshoreError('VALUE_TOO_LONG', message, { table: 't', key, part: 1 }),
      request,
      new AbortController().signal,
    )) as LongshoreError;

  test.each([
    [1, 1],
    [2, 3],
    [3, 5],
    [4, 7],
  ])('is found by its number among the rows that were loaded: row %i stands on line %i', async (row, line) => {
    const error = await located(`row ${row} of part 0`, `t, row ${row} of part 0: too long`);
    expect(error).toMatchObject({ code: 'VALUE_TOO_LONG', place: { table: 't', line } });
    expect(error.place.key).toBeUndefined();
    expect(error.message).toBe(`t, line ${line}: too long`);
  });

  test('is found by the key of the row, which stays in the message', async () => {
    const error = await located('id=20', 't, row id=20: too long');
    expect(error).toMatchObject({ place: { table: 't', line: 5, key: 'id=20' } });
    expect(error.message).toBe('t, line 5 (id=20): too long');
    expect((await located('id=19, name=three', 'x')).place.line).toBe(3);
  });

  test.each(['id=99', 'code=20', 'row 9 of part 0', 'id=20.0'])(
    'is left out where there is no such row: %s',
    async (key) => {
      const error = await located(key, `t, row ${key}: too long`);
      expect(error.place).toEqual({ table: 't', key, part: 1 });
      expect(error.message).toBe(`t, row ${key}: too long`);
    },
  );

  test('is not looked for where the error says it, names no row, or is none of ours', async () => {
    const { signal } = new AbortController();
    for (const error of [
      new LongshoreError('VALUE_TOO_LONG', 'x', { key: 'id=20', line: 3 }),
      new LongshoreError('DEADLOCK', 'x', { table: 't' }),
      new Error('row 1 of part 0'),
    ])
      expect(await withLine(error, request, signal)).toBe(error);
  });

  test('is left out where the file cannot be read any more', async () => {
    const error = new LongshoreError('VALUE_TOO_LONG', 'x', { key: 'id=20' });
    const gone = { ...request, path: join(folder, 'gone.csv') };
    expect(await withLine(error, gone, new AbortController().signal)).toBe(error);
  });
});
