/** What must be so when a month has been loaded, or given up, whatever happened on the way. */
import type { MonthChaos } from './month-rig';
import type { MadeMonth } from './month-rows';
import { rows } from './shop';

/** Every row of these months is there once and nothing else is, one mark for each, and nothing is left of the way there. */
export async function expectLoaded(chaos: MonthChaos, months: Record<string, MadeMonth>): Promise<void> {
  const files = await chaos.files();
  const wanted = Object.entries(months);
  expect(files.map(({ month, state, rows: count }) => [month, state, count])).toEqual(
    wanted.map(([month, made]) => [month, 'published', made.rows]),
  );
  for (const [month, made] of wanted) expect([month, await chaos.figure(month)]).toEqual([month, made.figure]);
  expect(await chaos.value('SELECT count(*) AS n FROM trades')).toBe(
    String(wanted.reduce((sum, [, made]) => sum + made.rows, 0)),
  );
  const counted = chaos.kind === 'snowflake' ? 'ROW_COUNT' : 'rows';
  const marks = await chaos.sql(`SELECT month, count(*) AS n, CAST(sum(${counted}) AS BIGINT) AS counted FROM LONGSHORE_LEDGER GROUP BY month ORDER BY month`); // prettier-ignore
  expect(marks.map((mark) => Object.values(mark).map(String))).toEqual(
    wanted.map(([month, made]) => [month, '1', String(made.rows)]),
  );
  const batches = await rows<{ status: string }>(chaos.catalog, 'select status from longshore.month_batches');
  expect(batches).toEqual([{ status: 'completed' }]);
  await expectTidy(chaos);
}

/** Nothing in the stage, no staging table, no file of a load. */
export async function expectTidy(chaos: MonthChaos): Promise<void> {
  expect(chaos.installation.stagedFiles().filter((name) => !name.startsWith('duckdb'))).toEqual([]);
  expect(await chaos.stagingTables()).toEqual([]);
  if (chaos.snowflake) expect(await chaos.snowflake.sql('LIST @LONGSHORE_STAGE', chaos.target)).toEqual([]);
}

/** No part was packed, uploaded or noted twice, and no month staged or published twice. */
export async function expectNothingTwice(chaos: MonthChaos, months: readonly string[]): Promise<void> {
  for (const month of months) {
    const once = (await chaos.steps(month)).filter((step) => /^(part|uploaded):|^state:(staged|published)$/.test(step));
    expect([month, once.filter((step, at) => once.indexOf(step) !== at)]).toEqual([month, []]);
  }
}
