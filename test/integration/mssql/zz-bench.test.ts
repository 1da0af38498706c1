import { appendFileSync } from 'node:fs';
import { BulkLoad, Connection, TYPES } from 'tedious';
import { driverConfig } from '../../helpers/mssql';
import { newProgress, openFixture, table, type Value } from './target-fixture';
const say = (t: string) => appendFileSync('/tmp/mw/bench.txt', `${t}\n`);
it('bench', async () => {
  const db = await openFixture();
  const N = 200_000;
  const cols = 'id int NOT NULL, a bigint, d decimal(18,4), f float, t datetime2(6), s nvarchar(50), v varchar(30), b bit';
  await db.run(`CREATE TABLE dbo.x (${cols})`, `CREATE TABLE dbo.y (${cols})`);
  const plan = await db.plan(table('x'));
  const row = (i: number): Value[] => [i, BigInt(i) * 1000n, BigInt(i * 7), i / 3, 1_700_000_000_000_000n + BigInt(i) * 1_000_000n, `some text ${i}`, `varchar ${i}`, i % 2 === 0];
  const rows = Array.from({ length: N }, (_, i) => row(i));
  const objects = rows.map((r) => [r[0], String(r[1]), Number(r[2]) / 10_000, r[3], new Date(Number((r[4] as bigint) / 1000n)), r[5], r[6], r[7]]);
  const bare = async (part: unknown[][], reset: boolean) => {
    const c = new Connection(driverConfig(db.url));
    await new Promise<void>((ok, no) => c.connect((e) => (e ? no(e) : ok())));
    const at = performance.now();
    const n = await new Promise<number>((ok, no) => {
      const load: BulkLoad = c.newBulkLoad('dbo.y', { lockTable: true }, (e, count) => (e ? no(e) : ok(count ?? 0)));
      load.addColumn('id', TYPES.Int, { nullable: false }); load.addColumn('a', TYPES.BigInt, { nullable: true });
      load.addColumn('d', TYPES.Decimal, { nullable: true, precision: 38, scale: 4 }); load.addColumn('f', TYPES.Float, { nullable: true });
      load.addColumn('t', TYPES.DateTime2, { nullable: true, scale: 6 }); load.addColumn('s', TYPES.NVarChar, { nullable: true, length: 50 });
      load.addColumn('v', TYPES.VarChar, { nullable: true, length: 30 }); load.addColumn('b', TYPES.Bit, { nullable: true });
      load.setTimeout(0);
      c.execBulkLoad(load, part as never);
    });
    const ms = performance.now() - at; c.close();
    expect(n).toBe(part.length);
    return ms;
  };
  await db.target.prepare({ runId: 'r', plan });
  const halves = [rows.slice(0, N / 2), rows.slice(N / 2)];
  for (let round = 0; round < 3; round++) {
    await db.run('TRUNCATE TABLE dbo.y');
    const one = await bare(objects, true);
    await db.run('TRUNCATE TABLE dbo.y');
    let at = performance.now();
    await Promise.all([bare(objects.slice(0, N / 2), false), bare(objects.slice(N / 2), false)]);
    const two = performance.now() - at;
    await db.target.reset({ runId: 'r', plan });
    const whole = await db.part(plan, 'r', 0, rows);
    at = performance.now();
    await db.target.loadPart(whole, newProgress());
    const ours = performance.now() - at;
    await db.target.reset({ runId: 'r', plan });
    const parts = [await db.part(plan, 'r', 1, halves[0]!), await db.part(plan, 'r', 2, halves[1]!)];
    at = performance.now();
    await Promise.all(parts.map((p) => db.target.loadPart(p, newProgress())));
    const ours2 = performance.now() - at;
    say(`round ${round}: bare1 ${Math.round(N / one * 1000)} r/s, bare2 ${Math.round(N / two * 1000)}, ours1 ${Math.round(N / ours * 1000)}, ours2 ${Math.round(N / ours2 * 1000)}; ratio1 ${(one / ours).toFixed(2)} ratio2 vs bare1 ${(one / ours2).toFixed(2)}`);
  }
  await db.close();
}, 280_000);
