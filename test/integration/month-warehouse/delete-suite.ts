/** Which rows are of a month, and how they go and come back. */
import { join } from 'node:path';
import { deleteMonth, type DeletedRows, previewDelete } from '../../../activities/month/delete';
import { restoreMonth } from '../../../activities/month/restore';
import type { DeletionRecord } from '../../../core/types/month';
import { countedByHand, definition, plantedRows, type TradeRow } from './rows';
import { JANUARY, mark, value, type World } from './world';

export function deleteTests(hasBackup: boolean, world: () => World): void {
  describe('deleting a month', () => {
    const load = async (): Promise<TradeRow[]> => {
      const rows = plantedRows();
      await world().insert('trades', rows);
      return rows;
    };

    it('shows first what it would delete, day by day', async () => {
      const rows = await load();
      const inJanuary = countedByHand(rows).days.filter(([day]) => day < '2024-02');
      const preview = await previewDelete(world().warehouse, definition(), '2024-01', JANUARY);
      expect(preview.days).toEqual(inJanuary);
      expect(preview.rows).toBe(inJanuary.reduce((sum, [, each]) => sum + each, 0));
      expect(preview.tableRows).toBe(rows.length);
      expect(preview.statement).toMatch(/^DELETE FROM .*"trades" WHERE "day" >= /);
      expect(await world().count()).toBe(rows.length);
    });

    it('deletes exactly the month, once, and brings every row back, once', async () => {
      const rows = await load();
      await world().sql(`CREATE TABLE ${world().name('before')} AS SELECT * FROM ${world().name('trades')}`);
      const { rows: expectedRows } = await previewDelete(world().warehouse, definition(), '2024-01', JANUARY);
      const prepared: DeletedRows[] = [];
      const request = {
        month: '2024-01',
        range: JANUARY,
        mark: mark('d1'),
        expectedRows,
        backupFile: join(world().opened.folder, 'd1.parquet'),
        onPrepared: async (recovery: DeletedRows) => void prepared.push(recovery),
      };
      const deleted = await deleteMonth(world().warehouse, definition(), request);
      expect(deleted).toEqual({
        rows: expectedRows,
        ...(hasBackup
          ? { backup: request.backupFile }
          : { restoreSql: expect.stringMatching(/ BEFORE\(STATEMENT => '[0-9a-f-]+'\) WHERE "day" >= /) }),
      });
      expect(prepared).toHaveLength(1);
      if (hasBackup) expect(prepared).toEqual([deleted]);
      else
        expect(prepared[0]?.restoreSql).toMatch(
          / AT\(TIMESTAMP => '20\d\d-[-0-9]+ [.:0-9]+ \+0000'::TIMESTAMP_TZ\) WHERE /,
        );
      expect(await world().count()).toBe(rows.length - expectedRows);
      expect(await world().count(`"day" < '2024-02-01'`)).toBe(0);
      expect((await deleteMonth(world().warehouse, definition(), request)).rows).toBe(expectedRows);
      expect(prepared).toHaveLength(1);

      const deletion = { ...record('d1'), ...deleted };
      expect(await restoreMonth(world().warehouse, definition(), { deletion, range: JANUARY, by: 'tester' })).toBe(
        expectedRows,
      );
      expect(await restoreMonth(world().warehouse, definition(), { deletion, range: JANUARY, by: 'tester' })).toBe(
        expectedRows,
      );
      expect(await world().count()).toBe(rows.length);
      const lost = await world().sql(
        `SELECT count(*) FROM (SELECT * FROM ${world().name('before')} EXCEPT SELECT * FROM ${world().name('trades')}) AS d`,
      );
      expect(lost).toEqual([['0']]);
    });

    it('deletes nothing when there are other rows than were agreed to', async () => {
      const rows = await load();
      const request = {
        month: '2024-01',
        range: JANUARY,
        mark: mark('d2'),
        expectedRows: 3,
        backupFile: join(world().opened.folder, 'd2.parquet'),
      };
      await expect(deleteMonth(world().warehouse, definition(), request)).rejects.toMatchObject({
        code: 'COUNT_CHANGED',
      });
      expect(await world().count()).toBe(rows.length);
    });

    it('deletes nothing when a row comes between counting and deleting', async () => {
      const rows = await load();
      const request = {
        month: '2024-01',
        range: JANUARY,
        mark: mark('d3'),
        backupFile: join(world().opened.folder, 'd3.parquet'),
        onPrepared: async () => world().insert('trades', rows.slice(0, 1)),
      };
      await expect(deleteMonth(world().warehouse, definition(), request)).rejects.toMatchObject({
        code: 'COUNT_CHANGED',
      });
      expect(await world().count()).toBe(rows.length + 1);
      expect(await world().warehouse.findMark('d3')).toBeUndefined();
    });

    it('does not restore into a month that has rows', async () => {
      await load();
      const deletion = { ...record('d4'), backup: join(world().opened.folder, 'd4.parquet') };
      await expect(
        restoreMonth(world().warehouse, definition(), { deletion, range: JANUARY, by: 'tester' }),
      ).rejects.toMatchObject({
        code: 'RESTORE_UNAVAILABLE',
      });
    });

    it('says what to do by hand where the deleted rows cannot be read any more', async () => {
      const lost = hasBackup
        ? {}
        : {
            restoreSql: `INSERT INTO ${world().name('trades')} SELECT * FROM ${world().name('trades')} BEFORE(STATEMENT => '01-2')`,
          };
      const deletion = { ...record('d5'), ...lost };
      await expect(
        restoreMonth(world().warehouse, definition(), { deletion, range: JANUARY, by: 'tester' }),
      ).rejects.toMatchObject({
        code: 'RESTORE_UNAVAILABLE',
        ...(!hasBackup && { next: expect.stringContaining(lost.restoreSql ?? '') }),
      });
      expect(await world().warehouse.findMark('restore-d5')).toBeUndefined();
    });

    it('says so where nothing tells which rows are of a month', async () => {
      for (const dateColumn of [undefined, 'other'])
        await expect(
          previewDelete(world().warehouse, { ...definition(), dateColumn }, '2024-01', JANUARY),
        ).rejects.toMatchObject({
          code: 'CONFIG_INVALID',
        });
    });
  });

  describe('the condition of a month', () => {
    const cases: [type: string, dateFormat: string | undefined, inside: string[], outside: string[]][] = [
      ['date', undefined, ['2024-01-01', '2024-01-31'], ['2023-12-31', '2024-02-01']],
      [
        'timestamp',
        undefined,
        ['2024-01-01 00:00:00', '2024-01-31 23:59:59.999'],
        ['2023-12-31 23:59:59', '2024-02-01 00:00:00'],
      ],
      [
        'timestamptz',
        undefined,
        ['2024-01-01 00:00:00+00', '2024-02-01 00:30:00+01'],
        ['2024-01-01 00:30:00+01', '2024-02-01 00:00:00+00'],
      ],
      ['integer', undefined, ['20240101', '20240131'], ['20231231', '20240201']],
      ['numeric(8, 0)', 'DDMMYYYY', ['1012024', '31012024'], ['31122023', '1022024']],
      ['varchar(30)', undefined, ['2024-01-01', '20240131', '2024-01-31 10:00'], ['2023-12-31', '20240201', '']],
      ['varchar(30)', 'DD.MM.YYYY', ['01.01.2024', '31.01.2024'], ['31.12.2023', '01.02.2024', '2024-01-01']],
      ['varchar(30)', 'DD-MON-YYYY', ['01-Jan-2024', '31-JAN-2024'], ['31-DEC-2023', '01-FEB-2024']],
    ];

    it.each(cases)('picks the rows of %s in format %s', async (type, dateFormat, inside, outside) => {
      await world().sql(`DROP TABLE IF EXISTS ${world().name('moments')}`);
      await world().sql(`CREATE TABLE ${world().name('moments')} ("d" ${type})`);
      await world().sql(
        `INSERT INTO ${world().name('moments')} VALUES ${[...inside, ...outside, null].map((text) => `(${value(text)})`).join(', ')}`,
      );
      const table = definition({
        table: 'moments',
        dateColumn: 'D',
        format: { ...definition().format, ...(dateFormat && { dateFormat }) },
      });
      const preview = await previewDelete(world().warehouse, table, '2024-01', JANUARY);
      expect([preview.rows, preview.tableRows]).toEqual([inside.length, inside.length + outside.length + 1]);
      expect(preview.days.reduce((sum, [, each]) => sum + each, 0)).toBe(inside.length);
      expect(preview.days.filter(([day]) => day < '2024-01-01' || day > '2024-01-31 x')).toEqual([]);
    });
  });
}

const record = (id: string): DeletionRecord => ({
  id,
  batch: 'daily',
  table: 'trades',
  month: '2024-01',
  environment: 'test',
  rows: 1,
  by: 'tester',
  at: new Date(0),
  state: 'deleted',
});
