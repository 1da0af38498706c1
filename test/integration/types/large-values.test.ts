/** Single values as large as a small file, in every pair of databases. */
import { createHash } from 'node:crypto';
import type { DatabaseKind } from '../../../schemas/constants';
import { describePair, KINDS, openSource, openTarget } from './round-trip';
import type { Side } from './sides';
import { bothSides, create, drop, tryMove } from './tables';

/** LONGSHORE_TEST_LARGE_MB=100 tries the size that is promised; less of it keeps the suite short and small in memory. */
const MEGABYTES = Number(process.env.LONGSHORE_TEST_LARGE_MB ?? 4);
const TIMES = MEGABYTES * 125_000;

/** Eight octets of text, and eight bytes, over and over. */
const LARGE: Record<DatabaseKind, { text: [type: string, value: string]; bytes: [type: string, value: string] }> = {
  postgres: {
    text: ['text', `repeat('ab\té\\''z', ${TIMES})`],
    bytes: ['bytea', `decode(repeat('00ff5c0a0d2280fe', ${TIMES}), 'hex')`],
  },
  duckdb: {
    text: ['VARCHAR', `repeat('ab\té\\''z', ${TIMES})`],
    bytes: ['BLOB', `unhex(repeat('00ff5c0a0d2280fe', ${TIMES}))`],
  },
  mssql: {
    text: ['nvarchar(max)', `REPLICATE(CAST(N'ab\té\\''z' AS nvarchar(max)), ${TIMES})`],
    bytes: ['varbinary(max)', `CAST(REPLICATE(CAST('\\"ab''\t\n%' AS varchar(max)), ${TIMES}) AS varbinary(max))`],
  },
};

for (const from of KINDS)
  for (const to of KINDS)
    describePair(`values of ${MEGABYTES} MB`, from, to, () => {
      let source: Side;
      let target: Side;
      beforeAll(async () => {
        source = await openSource(from);
        target = await openTarget(to);
      });
      afterAll(async () => {
        await source?.close();
        await target?.close();
      });

      test.each(['text', 'bytes'] as const)(
        '%s arrives as it is',
        async (sort) => {
          const [type, value] = LARGE[from][sort];
          const columns = [{ name: 'large', type, values: [value, 'NULL'], refusedBy: [], choice: 0 }];
          await create(source, 'big', { key: 'id', columns, rows: 2 });
          try {
            const outcome = await tryMove(source, target, [{ source: 'big', target: 'big' }]);
            if (!outcome.moved) throw outcome.error;
            const both = await bothSides(source, target, { source: 'big', target: 'big' });
            const shape = (rows: (string | null)[][]) =>
              rows.map((row) =>
                row.map((text) => text && `${text.length} ${createHash('md5').update(text).digest('hex')}`),
              );
            expect(shape(both.target)).toEqual(shape(both.source));
            expect(both.source[0]?.[1]?.replace('\\x', '').length).toBe(sort === 'text' ? TIMES * 7 : TIMES * 16);
          } finally {
            await drop(source, 'big');
            await drop(target, 'big');
          }
        },
        180_000,
      );
    });
