/** Month batches into a DuckDB file. */
import { BATCHES, coreSuite } from './core-suite';
import { MonthSite } from './month-site';

jest.setTimeout(180_000);

let site: MonthSite;
beforeAll(async () => {
  site = await MonthSite.open({ kind: 'duckdb', batches: BATCHES });
});
afterAll(() => site?.close());

coreSuite(() => site);
