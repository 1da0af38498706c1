/** What holds for every warehouse whose rows are looked at, published, deleted and reported on by SQL. */
import { tableReport } from '../../../activities/month/report';
import { applyWidening, proposeWidening } from '../../../activities/month/widen';
import type { CheckColumn } from '../../../core/types/quality';
import { createTableStatement } from '../../../core/warehouse/create-table';
import { deleteTests } from './delete-suite';
import { countedByHand, definition, FIELDS, plantedRows } from './rows';
import { stagedTests } from './staged-suite';
import { everyDay, type Opened, type Traits, World } from './world';

export function warehouseSuite({ isText, hasBackup }: Traits, open: () => Promise<Opened>): void {
  let opened: Opened;
  let current: World;
  const world = (): World => current;

  beforeAll(async () => {
    opened = await open();
  });

  afterAll(async () => {
    await opened.close();
  });

  beforeEach(async () => {
    current = await World.begin(opened, isText);
  });

  stagedTests(isText, world);
  deleteTests(hasBackup, world);

  describe('a report', () => {
    it('says what is in the table, and what is wrong with it', async () => {
      const rows = plantedRows();
      await world().insert('trades', rows);
      const counted = countedByHand(rows);
      const report = await tableReport(world().warehouse, definition(), { expectedDays: everyDay });
      expect(report).toMatchObject({
        name: 'trades',
        status: 'warning',
        rows: rows.length,
        dateColumn: 'day',
        firstDay: '2024-01-01',
        lastDay: '2024-02-01',
        days: counted.days,
        gaps: [{ from: '2024-01-13', to: '2024-01-14', days: 2 }],
        duplicates: { keys: counted.keys, extraRows: counted.extraRows },
        notes: ['2 rows have no date.'],
      });
      expect(report.bytes).toEqual(expect.any(Number));
      expect(report.columns.map(({ nulls }) => nulls)).toEqual(counted.nulls);
      expect(report.anomalies.find(({ day }) => day === '2024-01-20')).toMatchObject({
        rows: 30,
        class: 'extremely high',
      });
      expect(report.sentence).toBe(
        `${rows.length} rows from 2024-01-01 to 2024-02-01; 2 days have no rows, 4 days are far from the median, 3 keys occur more than once.`,
      );
    });

    it('keeps to the months asked for', async () => {
      await world().insert('trades', plantedRows());
      const report = await tableReport(world().warehouse, definition(), {
        months: ['2024-02'],
        expectedDays: everyDay,
      });
      expect(report).toMatchObject({
        rows: 2,
        days: [['2024-02-01', 2]],
        gaps: [{ from: '2024-02-02', to: '2024-02-29', days: 28 }],
      });
    });

    it('tells of a table that is not there, of columns that are not, and of an empty one', async () => {
      const missing = await tableReport(world().warehouse, definition({ table: 'nowhere' }), {
        expectedDays: everyDay,
      });
      expect([missing.status, missing.sentence]).toEqual(['failed', 'There is no table nowhere.']);
      const partly = await tableReport(world().warehouse, definition({ dateColumn: 'other', keyColumns: ['x'] }), {
        expectedDays: everyDay,
      });
      expect(partly.status).toBe('ok');
      expect(partly.notes.join(' ')).toMatch(/Days could not be computed: .*other.*no column x/);
      const empty = await tableReport(world().warehouse, definition(), { expectedDays: everyDay });
      expect([empty.status, empty.sentence, empty.rows]).toEqual(['ok', '0 rows.', 0]);
    });
  });

  it('makes a table whose columns are what was asked for', async () => {
    const columns: (CheckColumn & { column: string })[] = [
      { name: 'd', column: 'd', type: { kind: 'date' }, nullable: true },
      { name: 'n', column: 'n', type: { kind: 'integer', digits: 5 }, nullable: false },
      { name: 'p', column: 'p', type: { kind: 'decimal', precision: 12, scale: 3 }, nullable: true },
      { name: 't', column: 't', type: { kind: 'timestamp', zoned: false }, nullable: true },
      { name: 'x', column: 'x y', type: { kind: 'text' }, nullable: true },
    ];
    await world().sql(`DROP TABLE IF EXISTS ${world().name('made')}`);
    await world().warehouse.execute(
      createTableStatement(world().warehouse.kind, {
        ref: world().warehouse.refFor('made'),
        columns,
        types: { x: 'varchar(7)' },
      }),
    );
    const made = await world().warehouse.describe('made');
    expect(made?.columns.map(({ name: column, type, nullable }) => [column, type.kind, nullable])).toEqual([
      ['d', 'date', true],
      ['n', 'integer', false],
      ['p', 'decimal', true],
      ['t', 'timestamp', true],
      ['x y', 'text', true],
    ]);
  });

  if (isText)
    it('makes room for texts that are too long', async () => {
      const figures = {
        columns: world().known.columns.map((each, index) => ({
          ...each,
          maxCharacters: index === 4 ? 7 : 0,
          maxBytes: 7,
        })),
        samples: { widths: [{ line: 12, column: 'code', message: '' }] },
      };
      const proposals = proposeWidening(
        world().warehouse,
        world().known,
        { columns: [...FIELDS] },
        { ...NO_FIGURES, ...figures, columns: figures.columns.map(asFacts) },
      );
      expect(proposals).toMatchObject([
        { column: 'code', limit: 5, longest: 7, line: 12, proposed: 'varchar(10)', applied: false },
      ]);
      expect(await applyWidening(world().warehouse, proposals)).toMatchObject([{ applied: true }]);
      expect((await world().warehouse.describe('trades'))?.columns[4]?.width).toEqual({
        limit: 10,
        unit: 'characters',
      });
    });
}

const NO_FIGURES = {
  rows: 1,
  bytes: 1,
  lines: 1,
  days: [],
  dateNulls: 0,
  dateInvalid: 0,
  raggedRows: 0,
  encodingFaults: 0,
};

const asFacts = ({ name, maxCharacters, maxBytes }: { name: string; maxCharacters: number; maxBytes: number }) => ({
  name,
  nulls: 0,
  maxCharacters,
  maxBytes,
  badType: 0,
  tooWide: 0,
  nullsForbidden: 0,
});
