/** What is counted of staged rows, and how they become visible. */
import { dayText } from '../../../core/quality/calendar/days';
import { BAD_TEXTS, countedByHand, definition, FIELDS, plantedRows } from './rows';
import type { World } from './world';

export function stagedTests(isText: boolean, world: () => World): void {
  describe('facts of staged rows', () => {
    it('are those that a plain loop counts', async () => {
      const rows = plantedRows();
      await world().stage(rows);
      const counted = countedByHand(rows);
      const found = await world().facts();
      expect(found.rows).toBe(counted.rows);
      expect(found.days?.map(([day, each]) => [dayText(day), each])).toEqual(counted.days);
      expect([found.dateNulls, found.dateInvalid]).toEqual([counted.nulls[0], 0]);
      expect(found.columns.map(({ nulls }) => nulls)).toEqual(counted.nulls);
      expect(found.columns.map(({ badType, tooWide }) => badType + tooWide)).toEqual(FIELDS.map(() => 0));
      for (const index of isText ? FIELDS.keys() : [4, 7]) {
        expect(found.columns[index]?.maxCharacters).toBe(counted.characters[index]);
        expect(found.columns[index]?.maxBytes).toBe(counted.bytes[index]);
      }
      expect(found.duplicates).toMatchObject({
        keyColumns: ['day', 'id'],
        keys: counted.keys,
        extraRows: counted.extraRows,
      });
      expect(found.duplicates?.samples).toEqual([
        { key: ['2024-01-05', '900'], count: 3, lines: [] },
        { key: ['2024-01-06', '901'], count: 2, lines: [] },
        { key: [null, '902'], count: 2, lines: [] },
      ]);
      expect(found.samples).toEqual({});
    });

    it('count rules row by row and as a whole, and tell which cannot be evaluated', async () => {
      await world().stage(plantedRows());
      const { rules } = await world().facts();
      const shown = rules.map(({ rule, kind, violations, error }) => [
        rule.name,
        kind,
        violations,
        error !== undefined,
      ]);
      expect(shown).toEqual([
        ['positive', 'row', 2, false],
        ['many', 'aggregate', 1, false],
        ['some', 'aggregate', 0, false],
        ['broken', 'row', 0, true],
        ['two', 'row', 0, true],
        ['quoted', 'row', 2, false],
      ]);
      expect(rules[0]?.samples.map(({ value: shownValue }) => shownValue)).toEqual([
        'day=2024-01-05, id=900',
        'day=2024-01-05, id=900',
      ]);
      expect(rules[3]?.error).toMatch(/nothing_of_this_name/i);
      expect(rules[4]?.error).toBe('The rule holds a semicolon; a rule is one expression.');
    });

    it('are all nought for no rows', async () => {
      await world().stage([]);
      const found = await world().facts();
      expect(found).toMatchObject({
        rows: 0,
        days: [],
        dateNulls: 0,
        duplicates: { keys: 0, extraRows: 0, samples: [] },
      });
      expect(found.rules.map(({ violations }) => violations)).toEqual([0, 1, 1, 0, 0, 0]);
    });

    it('leave out keys that nobody wants judged', async () => {
      await world().stage(plantedRows());
      const quality = {
        ...definition().quality,
        levels: { ...definition().quality.levels, duplicates: 'off' as const },
      };
      expect((await world().facts(definition({ quality }))).duplicates).toBeUndefined();
    });

    if (isText)
      it('find every text that is not of its type, and no other', async () => {
        const good = plantedRows();
        const [first = []] = good;
        await world().stage([
          ...good,
          ...BAD_TEXTS.map(([field, text]) => first.map((old, index) => (index === field ? text : old))),
        ]);
        const found = await world().facts();
        const of = (field: number): string[] => BAD_TEXTS.filter(([index]) => index === field).map(([, text]) => text);
        expect(found.columns.map(({ badType }) => badType)).toEqual(
          FIELDS.map((_, index) => (index === 4 ? 0 : of(index).length)),
        );
        expect(found.columns[4]?.tooWide).toBe(1);
        expect(found.dateInvalid).toBe(of(0).length);
        const texts = found.samples.types?.map((sample) => sample.value).toSorted();
        expect(texts).toEqual([0, 1, 2, 3, 5, 6].flatMap((field) => of(field)).toSorted());
        expect(found.samples.widths?.map((sample) => sample.value)).toEqual(['TOOLONG']);
      });
  });

  describe('publishing', () => {
    it('brings every staged value into the table, once, in exchange for the rows of the month', async () => {
      await world().insert('trades', [
        ['2024-01-31', '1', '1', '1', 'A', 'true', '2024-01-31 23:59:59', 'old'],
        ['2024-02-01', '2', '1', '1', 'A', 'true', '2024-02-01 00:00:00', 'stays'],
      ]);
      const rows = plantedRows();
      await world().stage(rows);
      expect(await world().publish(definition(), 'p1', true)).toEqual([1, rows.length]);
      expect(await world().publish(definition(), 'p1', true)).toBeUndefined();
      expect(await world().count()).toBe(rows.length + 1);
      const differences = await world().sql(
        `SELECT count(*) FROM (SELECT * FROM ${world().name('trades')} WHERE "Note ""x""" IS DISTINCT FROM 'stays' EXCEPT SELECT ${rows.length > 0 ? castAll() : '*'} FROM ${world().name('staged')}) AS d`,
      );
      expect(differences).toEqual([['0']]);
    });

    if (isText) {
      it.each([
        [0, '2024-02-30', 'VALUE_NOT_REPRESENTABLE'],
        [0, '01/02/2024', 'VALUE_NOT_REPRESENTABLE'],
        [2, '2147483648', 'VALUE_NOT_REPRESENTABLE'],
        [4, 'TOOLONG', 'VALUE_TOO_LONG'],
        [6, '2024-01-01 10:00:00+01', 'VALUE_NOT_REPRESENTABLE'],
      ])('refuses field %i that is %j, and publishes nothing', async (field, text, code) => {
        const [first = []] = plantedRows();
        await world().stage([first, first.map((old, index) => (index === field ? text : old))]);
        await expect(world().publish(definition(), `bad-${field}-${text}`)).rejects.toMatchObject({ code });
        expect(await world().count()).toBe(0);
      });

      it('reads dates and timestamps by the format of the file, whatever the session takes them for', async () => {
        const format = { ...definition().format, dateFormat: 'DD-MON-YYYY', timestampFormat: 'DD/MM/YY HH24:MI:SS' };
        await world().stage([['03-Feb-2024', '1', '1', '1', 'A', 'T', '03/02/24 10:11:12.5', 'x']]);
        await world().publish(definition({ format }), 'formats');
        expect(await world().sql(`SELECT "day"::text, "at"::text FROM ${world().name('trades')}`)).toEqual([
          ['2024-02-03', '2024-02-03 10:11:12.5'],
        ]);
        expect((await world().facts(definition({ format }))).columns.map(({ badType }) => badType)).toEqual(
          FIELDS.map(() => 0),
        );
      });
    }
  });

  const castAll = (): string =>
    isText
      ? '"day"::date, "id"::bigint, "quantity"::integer, "price"::numeric(10, 2), "code", "active"::boolean, "at"::timestamp, "Note ""x"""'
      : '*';
}
