/** `longshore file compare`, offline: no server, no configuration file. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS, NOUNS } from '../../../cli/commands';
import { runCli } from '../../../cli/core/program';
import { fakeIo } from '../../unit/cli/fake-io';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-cli-compare-'));
  write('a.csv', 'id,name,price\n1,bolt,2.50\n2,nut,0.10\n3,pipe,7.00\n4,screw,3.25\n5,washer,0.10\n');
  write(
    'b.csv',
    'id;name;price;stock\n1;bolt;2.50;7\n2;nut;0.11;8\n3;;7.00;9\n4;screw;3.25;1\n6;hinge;7.75;2\n6;hinge;7.80;2\n',
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

async function compare(...line: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo({ cwd: folder });
  const code = await runCli(['file', 'compare', ...line], io, { commands: COMMANDS, nouns: NOUNS, version: '1.2.3' });
  return { code, out: io.stdout, err: io.stderr };
}

describe('longshore file compare', () => {
  it('names for people what differs, the verdict first, and ends with 3', async () => {
    const { code, out, err } = await compare('a.csv', 'b.csv', '--key', 'id');
    expect([code, err]).toEqual([3, '']);
    expect(out).toBe(`different  2 rows equal, 2 changed, 1 only in A, 2 only in B
A  a.csv  76 B, utf-8, comma, 5 rows
B  b.csv  102 B, utf-8, semicolon, 6 rows

Key: id
Columns only in B: stock

Only in A: 1 row
  line 6: id=5

Only in B: 2 rows
  line 6: id=6
  line 7: id=6

Changed: 2 rows
  name: 1 row
  price: 1 row

KEY   COLUMN  A     B     LINES
id=2  price   0.10  0.11   3, 3
id=3  name    pipe  NULL   4, 4

Not unique: 1 key, whose rows were compared whole
  id=6: 0 rows in A, 2 in B, line 6
`);
  });

  it('says in one line that files are equal, and ends with 0', async () => {
    write('c.csv', 'price\tid\tname\n0.10\t2\tnut\n2.50\t1\tbolt\n7.00\t3\tpipe\n3.25\t4\tscrew\n0.10\t5\twasher\n');
    const { code, out } = await compare('a.csv', 'c.csv');
    expect(code).toBe(0);
    expect(out).toMatch(/^equal {2}5 rows, in another order\n/);
    const same = await compare('a.csv', 'a.csv', '--key', 'id,name');
    expect([same.code, same.out.split('\n')[0]]).toEqual([0, 'equal  the same to the last byte, 5 rows']);
  });

  it('prints everything as JSON with stable keys, the samples up to the limit', async () => {
    const { code, out } = await compare('a.csv', 'b.csv', '--key', 'id', '--limit', '1', '--json');
    expect(code).toBe(3);
    const data = JSON.parse(out) as Record<string, unknown>;
    expect(data).toMatchObject({
      equal: false,
      a: { file: 'a.csv', rows: 5 },
      b: { file: 'b.csv', rows: 6 },
      key: ['id'],
      columns: { compared: ['id', 'name', 'price'], onlyInB: ['stock'] },
      onlyInB: { rows: 2, samples: [{ line: 6, rows: 1, values: { id: '6' } }] },
      changed: { rows: 2, samples: [{ key: { id: '2' }, column: 'price', a: '0.10', b: '0.11', lineA: 3, lineB: 3 }] },
      duplicateKeys: { keys: 1, samples: [{ key: { id: '6' }, rowsA: 0, rowsB: 2 }] },
    });
    expect(Object.keys(data).toSorted().join(' ')).toBe(
      'a b changed columns duplicateKeys equal equalRows key onlyInA onlyInB sameBytes sameOrder',
    );
  });

  it('writes all differences into a file, whatever the limit', async () => {
    const { code } = await compare('a.csv', 'b.csv', '--key', 'id', '--limit', '1', '-o', 'all.csv');
    expect(code).toBe(3);
    const [header, ...lines] = read('all.csv').trimEnd().split('\r\n');
    expect(header).toBe('difference,rows,line_a,line_b,column,value_a,value_b,id,name,price');
    expect(lines.toSorted()).toEqual([
      'changed,1,3,3,price,0.10,0.11,2,,',
      'changed,1,4,4,name,pipe,,3,,',
      'only in A,1,6,,,,,5,washer,0.10',
      'only in B,1,,6,,,,6,hinge,7.75',
      'only in B,1,,7,,,,6,hinge,7.80',
    ]);
  });

  it('says how many rows could not be read, and ends with 3 though all others are equal', async () => {
    write('c.csv', `${read('a.csv')}6,hinge,1.00,extra,more\n`);
    const { code, out } = await compare('a.csv', 'c.csv', '--ragged', 'reject');
    expect(code).toBe(3);
    expect(out).toContain('1 row of B cannot be read and took no part:\n  line 7: ');
  });

  it('takes columns out with --ignore', async () => {
    write('c.csv', read('a.csv').replace('0.10', '9.99'));
    await expect(compare('a.csv', 'c.csv', '--ignore', 'price')).resolves.toMatchObject({ code: 0 });
  });

  it.each([
    [['--key', 'idd'], 'Did you mean "id"'],
    [['--key', 'stock'], 'stands in one of the files only'],
    [['--key', 'id', '--ignore', 'id'], 'is ignored'],
    [['--memory', '5'], '--memory'],
    [['--limit', 'many'], 'limit'],
    [['--output', 'b.csv'], '--output'],
  ])('refuses %j as a mistake of usage', async (options, named) => {
    const before = read('b.csv');
    const { code, err } = await compare('a.csv', 'b.csv', ...options);
    expect([code, err.startsWith('USAGE')]).toEqual([2, true]);
    expect(err).toContain(named);
    expect(read('b.csv')).toBe(before);
  });

  it('says what is wrong with a file that is not there or is none, and writes nothing', async () => {
    write('binary.csv', '\u0000'.repeat(3000));
    for (const [file, error, expected] of [
      ['nowhere.csv', 'FILE_NOT_FOUND', 2],
      ['binary.csv', 'FILE_NOT_DELIMITED', 1],
    ] as const) {
      const { code, err } = await compare('a.csv', file, '-o', 'all.csv');
      expect([code, err.split(' ')[0]]).toEqual([expected, error]);
    }
    expect(existsSync(join(folder, 'all.csv'))).toBe(false);
  });

  it('fails with 1 where the files have no column in common', async () => {
    write('c.csv', 'x,y\n1,2\n3,4\n');
    const { code, err } = await compare('a.csv', 'c.csv');
    expect([code, err.split(' ')[0]]).toEqual([1, 'FILE_SCHEMA_MISMATCH']);
  });
});
