import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { compareFiles, type CompareOptions, type FileComparison } from '../../../../storage/files';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'longshore-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const compare = (options: Partial<CompareOptions> = {}): Promise<FileComparison> =>
  compareFiles([at('a.csv'), at('b.csv')], {
    format: {},
    key: [],
    ignore: [],
    limit: 1000,
    emptyAsNull: false,
    memory: 64e6,
    folder,
    ...options,
  });

type Cell = string | null;
type Row = Record<'k' | 'l' | 'x' | 'y', Cell>;
const COLUMNS = ['k', 'l', 'x', 'y'] as const;

const field = (cell: Cell): string =>
  cell === null ? '' : /^$|[";\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
const file = (rows: readonly Row[], columns: readonly (keyof Row)[]): string =>
  [columns.join(';'), ...rows.map((row) => columns.map((name) => field(row[name])).join(';')), ''].join('\n');

const cell: fc.Arbitrary<Cell> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('1', '2', '3', 'b') },
  { weight: 1, arbitrary: fc.constantFrom('', 'a;b', 'say "so"', 'two\nlines', 'ü€', 'x'.repeat(300)) },
  { weight: 1, arbitrary: fc.constant(null) },
);
// A last column that is never empty: rows of nothing but NULL would be blank lines to a reader.
const row: fc.Arbitrary<Row> = fc.record({ k: cell, l: cell, x: cell, y: fc.constantFrom('1', '2') });
const rows = fc.array(row, { minLength: 1, maxLength: 40 });
const order = fc.shuffledSubarray([...COLUMNS], { minLength: 4 });

const count = (texts: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
};
const whole = (each: Row): string => JSON.stringify(COLUMNS.map((name) => each[name]));
const surplus = (left: readonly Row[], right: readonly Row[]): string[] => {
  const others = count(right.map(whole));
  return [...count(left.map(whole))]
    .flatMap(([text, times]) => Array.from({ length: Math.max(0, times - (others.get(text) ?? 0)) }, () => text))
    .toSorted();
};

/** What is to come out, by going through all rows with all others. */
function naive(a: readonly Row[], b: readonly Row[], keys: readonly (keyof Row)[]) {
  const keyOf = (each: Row): string => JSON.stringify(keys.map((name) => each[name]));
  const all = [...new Set([...a, ...b].map(keyOf))];
  const found = {
    onlyInA: [] as string[],
    onlyInB: [] as string[],
    changed: [] as string[],
    duplicate: [] as string[],
  };
  for (const key of keys.length === 0 ? ['[]'] : all) {
    const [left, right] = [a.filter((each) => keyOf(each) === key), b.filter((each) => keyOf(each) === key)];
    if (keys.length > 0 && left.length === 1 && right.length === 1) {
      for (const name of COLUMNS)
        if (left[0]![name] !== right[0]![name])
          found.changed.push(`${key} ${name} ${left[0]![name]} ${right[0]![name]}`);
      continue;
    }
    if (keys.length > 0 && (left.length > 1 || right.length > 1))
      found.duplicate.push(`${key} ${left.length} ${right.length}`);
    found.onlyInA.push(...surplus(left, right));
    found.onlyInB.push(...surplus(right, left));
  }
  return Object.fromEntries(Object.entries(found).map(([name, list]) => [name, list.toSorted()]));
}

/** The lines of the file of differences, without the places: values as they stand there. */
function written(text: string): string[][] {
  const cells = [...text.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n)/g)];
  const lines: string[][] = [[]];
  for (const [, value, end] of cells) {
    lines.at(-1)!.push(value!);
    if (end === '\r\n') lines.push([]);
  }
  return lines.slice(1, -1);
}

const valueIn = (text: string): Cell =>
  text === '' ? null : text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;

describe('comparing two files', () => {
  it.each([[[]], [['k']], [['k', 'l']]] as const)(
    'finds what a comparison of every row with every other finds, in any order of rows and columns: key %j',
    async (keys: readonly (keyof Row)[]) => {
      await fc.assert(
        fc.asyncProperty(
          rows,
          fc.array(fc.nat(39), { maxLength: 4 }),
          rows,
          order,
          order,
          fc.boolean(),
          fc.constantFrom(6_000, 64e6),
          async (base, changes, more, columnsA, columnsB, related, memory) => {
            const b = related
              ? base.map((each, index) => (changes.includes(index) ? { ...each, x: 'new' } : each)).toReversed()
              : more;
            writeFileSync(at('a.csv'), file(base, columnsA));
            writeFileSync(at('b.csv'), file(b, columnsB));
            const format = { delimiter: ';', quote: '"', escape: 'double', headerRows: 1, ragged: 'reject' } as const;
            const found = await compare({ format, key: keys, memory, output: at('out.csv') });
            expect([found.a.rows, found.b.rows]).toEqual([base.length, b.length]);
            const names = found.columns.compared;
            const lines = written(readFileSync(at('out.csv'), 'utf8'));
            const lone = (kind: string): string[] =>
              lines
                .filter(([what]) => what === kind)
                .flatMap(([, times, , , , , , ...values]) => {
                  const each = Object.fromEntries(names.map((name, index) => [name, valueIn(values[index]!)]));
                  return Array.from({ length: Number(times) }, () => whole(each as Row));
                })
                .toSorted();
            const keyText = (values: readonly Cell[]): string => JSON.stringify(values);
            const actual = {
              onlyInA: lone('only in A'),
              onlyInB: lone('only in B'),
              changed: lines
                .filter(([what]) => what === 'changed')
                .map(([, , , , column, x, y, ...values]) => {
                  const key = keyText(values.slice(0, keys.length).map(valueIn));
                  return `${key} ${column} ${valueIn(x!)} ${valueIn(y!)}`;
                })
                .toSorted(),
              duplicate: found.duplicateKeys.samples
                .map(({ key, rowsA, rowsB }) => `${keyText(Object.values(key))} ${rowsA} ${rowsB}`)
                .toSorted(),
            };
            const expected = naive(base, b, keys);
            expect(actual).toEqual(expected);
            expect([found.onlyInA.rows, found.onlyInB.rows]).toEqual([
              expected.onlyInA!.length,
              expected.onlyInB!.length,
            ]);
            expect(found.equal).toBe(lines.length === 0);
            expect(readdirSync(folder).toSorted()).toEqual(['a.csv', 'b.csv', 'out.csv']);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it('finds planted differences of every kind in files larger than the memory, and no other', async () => {
    const line = (id: number, note = `note ${id}`): string => `${id};${id % 7};${note}`;
    const ids = Array.from({ length: 60_000 }, (_, index) => index + 1);
    const shuffled = ids.toSorted((x, y) => ((x * 7919) % 60_013) - ((y * 7919) % 60_013));
    writeFileSync(
      at('a.csv'),
      `id;group;note\n${ids
        .filter((id) => id !== 40_001)
        .map((id) => line(id))
        .join('\n')}\n`,
    );
    const changed = new Map([
      [3, 'changed'],
      [59_999, ''],
    ]);
    const other = shuffled.filter((id) => id !== 17).map((id) => line(id, changed.get(id)));
    writeFileSync(at('b.csv'), `id;group;note\n${other.join('\n')}\n${line(500)}\n`);
    const found = await compare({ key: ['id'], memory: 300_000 });
    expect(found).toMatchObject({
      equal: false,
      sameOrder: false,
      sameBytes: false,
      equalRows: 59_996,
      onlyInA: { rows: 1, samples: [{ line: 18, rows: 1, values: { id: '17' } }] },
      changed: {
        rows: 2,
        columns: [{ column: 'note', rows: 2 }],
        samples: [
          { key: { id: '3' }, column: 'note', a: 'note 3', b: 'changed', lineA: 4 },
          { key: { id: '59999' }, column: 'note', a: 'note 59999', b: null, lineA: 59_999 },
        ],
      },
      duplicateKeys: { keys: 1, samples: [{ key: { id: '500' }, rowsA: 1, rowsB: 2 }] },
    });
    expect(found.onlyInB.samples.map(({ values }) => values.id)).toEqual(expect.arrayContaining(['40001', '500']));
    expect(found.onlyInB.rows).toBe(2);
    expect(readdirSync(folder)).toEqual(['a.csv', 'b.csv']);
  });

  it('takes the same values in another dialect, encoding and order for equal, and says so', async () => {
    writeFileSync(at('a.csv'), 'Id,Straße,Preis\n1,"Allee, 3",2.50\n2,Öd,3.00\n3,Ring,1.00\n4,Weg,9.75\n');
    writeFileSync(
      at('b.csv'),
      Buffer.from('Preis;Id;Straße\r\n9.75;4;Weg\r\n3.00;2;Öd\r\n2.50;1;Allee, 3\r\n1.00;3;"Ring"\r\n', 'latin1'),
    );
    const found = await compare();
    expect(found).toMatchObject({ equal: true, sameOrder: false, sameBytes: false, equalRows: 4 });
    expect(found.columns).toMatchObject({ onlyInA: [], onlyInB: [], moved: ['Preis'], types: [] });
  });

  it.each([
    ['id,n\n1,a\n2,b\n', 'id,n\n1,a\n2,b\n', true, true],
    ['id,n\n1,a\n2,b\n', 'id,n\r\n1,a\r\n2,b\r\n', false, true],
    ['id,n\n1,a\n2,b\n', 'id,n\n2,b\n1,a\n', false, false],
  ])('tells the same bytes from the same order: %j and %j', async (a, b, sameBytes, sameOrder) => {
    writeFileSync(at('a.csv'), a);
    writeFileSync(at('b.csv'), b);
    await expect(compare()).resolves.toMatchObject({ equal: true, sameBytes, sameOrder });
  });

  it('tells NULL from an empty text unless told not to', async () => {
    writeFileSync(at('a.csv'), 'id,n\n1,\n2,b\n');
    writeFileSync(at('b.csv'), 'id,n\n1,""\n2,b\n');
    await expect(compare({ key: ['id'] })).resolves.toMatchObject({
      equal: false,
      changed: { rows: 1, samples: [{ column: 'n', a: null, b: '' }] },
    });
    await expect(compare({ key: ['id'], emptyAsNull: true })).resolves.toMatchObject({ equal: true });
  });

  it('names columns of one file only, and compares the others', async () => {
    writeFileSync(at('a.csv'), 'id,old,n\n1,x,a\n2,y,b\n');
    writeFileSync(at('b.csv'), 'ID,n,new\n1,a,5\n2,c,6\n');
    const found = await compare({ key: ['id'] });
    expect(found.columns).toMatchObject({
      compared: ['id', 'n'],
      onlyInA: ['old'],
      onlyInB: ['new'],
      respelled: [{ a: 'id', b: 'ID' }],
    });
    expect(found).toMatchObject({ equal: false, equalRows: 1, changed: { rows: 1 } });
    await expect(compare({ key: ['id'], ignore: ['old,new', 'n'] })).resolves.toMatchObject({ equal: true });
  });

  it('says which types differ', async () => {
    writeFileSync(at('a.csv'), 'id,day\n1,2024-01-02\n2,2024-01-03\n');
    writeFileSync(at('b.csv'), 'id,day\n1,2024-01-02\n2,soon\n');
    const { columns } = await compare({ key: ['id'] });
    expect(columns.types).toEqual([{ column: 'day', a: 'date', b: 'text' }]);
  });

  it('matches by position where a file has no header', async () => {
    writeFileSync(at('a.csv'), 'id,name,price\n1,bolt,2.5\n2,nut,3.5\n3,pin,1.5\n');
    writeFileSync(at('b.csv'), '1,bolt,2.5\n3,pin,1.5\n2,nut,3.75\n');
    const found = await compare({ key: ['id'] });
    expect(found.columns.byPosition).toBe(true);
    expect(found.changed.samples).toEqual([
      { key: { id: '2' }, column: 'price', a: '3.5', b: '3.75', lineA: 3, lineB: 3 },
    ]);
  });

  it('counts rows that cannot be read, and does not call the files equal', async () => {
    const good = Array.from({ length: 20 }, (_, index) => `${index},a,b`).join('\n');
    writeFileSync(at('a.csv'), `id,x,y\n${good}\n`);
    writeFileSync(at('b.csv'), `id,x,y\n${good}\n99,a,b,c,d\n`);
    const found = await compare({ key: ['id'], format: { ragged: 'reject' } });
    expect(found).toMatchObject({ equal: false, equalRows: 20, a: { rejectedRows: 0 }, onlyInB: { rows: 0 } });
    expect(found.b).toMatchObject({ rejectedRows: 1, rejected: [{ line: 22 }] });
  });

  it.each([
    ['', '', true, 0],
    ['id,n\n1,a\n2,b\n', '', false, 2],
  ])('compares files without content: %j and %j', async (a, b, equal, onlyInA) => {
    writeFileSync(at('a.csv'), a);
    writeFileSync(at('b.csv'), b);
    await expect(compare()).resolves.toMatchObject({ equal, onlyInA: { rows: onlyInA } });
  });

  it('says that a key is none where its rows do not fit into memory', async () => {
    const text = (from: number): string =>
      `id,n\n${Array.from({ length: 5_000 }, (_, index) => `1,${from + index}`).join('\n')}\n`;
    writeFileSync(at('a.csv'), text(0));
    writeFileSync(at('b.csv'), text(100_000));
    await expect(compare({ key: ['id'], memory: 100_000, output: at('out.csv') })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('--key: id'),
    });
    expect(readdirSync(folder)).toEqual(['a.csv', 'b.csv']);
  });

  it('leaves nothing behind when it is stopped, or when a file changes meanwhile', async () => {
    const text = `id,n\n${Array.from({ length: 200_000 }, (_, index) => `${index},text ${index}`).join('\n')}\n`;
    writeFileSync(at('a.csv'), text);
    writeFileSync(at('b.csv'), text.slice(0, -2));
    const controller = new AbortController();
    const output = at('out.csv');
    const stopped = compare({ output, signal: controller.signal, onBytes: () => controller.abort() });
    await expect(stopped).rejects.toHaveProperty('name', 'AbortError');
    const changed = compare({ output, onBytes: () => writeFileSync(at('b.csv'), '1,2\n', { flag: 'a' }) });
    await expect(changed).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(readdirSync(folder)).toEqual(['a.csv', 'b.csv']);
  });
});
