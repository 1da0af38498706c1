/** Every type and value that a transfer is known to lose, in every pair of databases. */
import type { DatabaseKind } from '../../../schemas/constants';
import { knownValues, type Known } from './issue-values';
import { abilities, describePair, KINDS, openSource, openTarget, usableNames } from './round-trip';
import type { Side } from './sides';
import { bothSides, create, describeColumns, drop, NAMES, tryMove, type Column } from './tables';

const column = (name: string, { type, values }: Pick<Known, 'type' | 'values'>, rows: number): Column => ({
  name,
  type,
  // The last row is NULL in every column.
  values: Array.from({ length: rows }, (_, row) => (row === rows - 1 ? 'NULL' : values[row % values.length]!)),
  refusedBy: [],
  choice: 0,
});

const ROWS = 12;

for (const from of KINDS)
  for (const to of KINDS) describePair('values known to be lost', from, to, () => pair(from, to));

function pair(from: DatabaseKind, to: DatabaseKind): void {
  let source: Side;
  let target: Side;
  let digits: number;
  let names: string[];
  beforeAll(async () => {
    source = await openSource(from);
    target = await openTarget(to);
    ({ digits } = from === 'mssql' ? await abilities(source) : { digits: 7 });
    names = await usableNames(target, await usableNames(source, NAMES));
  });
  afterAll(async () => {
    await source?.close();
    await target?.close();
  });

  const cases = knownValues(from, 7);
  const titles = cases.map(({ title }) => title);
  const caseOf = (title: string): Known => knownValues(from, digits).find((each) => each.title === title)!;
  /** SQL Server takes it; not every server of its protocol does. */
  const isDoubtful = (title: string): boolean => title === 'NUL' && to === 'mssql';
  const carried = titles.filter((title, index) => cases[index]?.refused?.[to] === undefined && !isDoubtful(title));
  const refused = titles.filter((title, index) => cases[index]?.refused?.[to] !== undefined);

  /** Rows of both sides after the move. */
  async function moved(columns: Column[], name: string): ReturnType<typeof bothSides> {
    await create(source, name, { key: 'id', columns, rows: ROWS });
    try {
      const outcome = await tryMove(source, target, [{ source: name, target: name }]);
      if (!outcome.moved) throw outcome.error;
      return await bothSides(source, target, { source: name, target: name });
    } finally {
      await drop(source, name);
      await drop(target, name);
    }
  }

  test('arrive as they are', async () => {
    const both = await moved(
      carried.map((title) => column(title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_'), caseOf(title), ROWS)),
      'known',
    );
    expect(both.target).toEqual(both.source);
    expect(both.source).toHaveLength(ROWS);
  });

  test('columns of every name arrive', async () => {
    const type = { postgres: 'text', duckdb: 'VARCHAR', mssql: 'nvarchar(20)' }[from];
    const both = await moved(
      names.map((name, index) => column(name, { type, values: [`'${index}'`] }, ROWS)),
      'named',
    );
    expect(both.target).toEqual(both.source);
    expect(both.source).toHaveLength(ROWS);
  });

  if (titles.some(isDoubtful))
    test('NUL arrives as it is, or nothing does', async () => {
      await create(source, 'nul', { key: 'id', columns: [column('v', caseOf('NUL'), 2)], rows: 2 });
      try {
        const outcome = await tryMove(source, target, [{ source: 'nul', target: 'nul' }]);
        if (outcome.moved) {
          const both = await bothSides(source, target, { source: 'nul', target: 'nul' });
          expect(both.target).toEqual(both.source);
        } else {
          console.info(`The server does not take a NUL character: ${outcome.error.message}`);
          expect(outcome.error).toMatchObject({ place: { table: `${target.schema}.nul` } });
          expect(await describeColumns(target, 'nul')).toBeUndefined();
        }
      } finally {
        await drop(source, 'nul');
        await drop(target, 'nul');
      }
    });

  if (refused.length > 0)
    test.each(refused)('%s is refused by table, column and key, and nothing is published', async (title) => {
      const known = caseOf(title);
      const code = known.refused?.[to];
      await create(source, 'odd', { key: 'id', columns: [column('odd value', known, 2)], rows: 2 });
      try {
        const outcome = await tryMove(source, target, [{ source: 'odd', target: 'odd' }]);
        expect(outcome).toMatchObject({ moved: false, error: { code } });
        if (outcome.moved) return;
        const { place } = outcome.error;
        const isPlanned = code === 'TYPE_NOT_SUPPORTED';
        expect(place).toMatchObject({
          table: `${isPlanned ? source.schema : target.schema}.odd`,
          column: 'odd value',
          ...(!isPlanned && { key: 'id=1' }),
        });
        expect(await describeColumns(target, 'odd')).toBeUndefined();
      } finally {
        await drop(source, 'odd');
        await drop(target, 'odd');
      }
    });
}
