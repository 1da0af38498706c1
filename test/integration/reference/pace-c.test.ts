import { mkdtempSync } from 'node:fs';
import { connectorFor } from '../../../connectors/registry';
import { environmentSchema } from '../../../schemas/environment';
import { testPostgres } from '../../helpers/postgres';
import { testMssql } from '../../helpers/mssql';
import { entry, TRACKING } from './suite';
import { plainSql } from '../duckdb/fixture';
test('pace', async () => {
  const pg = await testPostgres();
  const folder = mkdtempSync('/tmp/pace-');
  await plainSql(`${folder}/x.duckdb`, 'CREATE TABLE big AS SELECT i, i::VARCHAR AS t, random() AS r FROM range(5000000) t(i)');
  await plainSql(`${folder}/small.duckdb`, 'CREATE TABLE big AS SELECT i, i::VARCHAR AS t, random() AS r FROM range(50) t(i)');
  const mssql = testMssql();
  const pgUrl = await pg.createDatabase('pace');
  const msUrl = mssql && await mssql.createDatabase('pace');
  const out: string[] = [];
  for (const env of [{ kind: 'postgres', url: pgUrl }, { kind: 'duckdb', path: `${folder}/small.duckdb` }, { kind: 'duckdb', path: `${folder}/x.duckdb` }, ...(msUrl ? [{ kind: 'mssql', url: msUrl }] : [])]) {
    const db = await connectorFor(env.kind as 'postgres').open(environmentSchema.parse(env), { applicationName: 'pace', tempDirectory: `${folder}/tmp` });
    await db.reference.ensure({ schemas: ['ref', 'bkp'], tracking: TRACKING });
    await Promise.all(Array.from({ length: 10 }, (_u, i) => db.reference.track(TRACKING, entry(`w${i}`))));
    let t = performance.now();
    for (let i = 0; i < 50; i++) await db.reference.track(TRACKING, entry(`s${i}`));
    const one = (performance.now() - t) / 50;
    t = performance.now();
    await Promise.all(Array.from({ length: 200 }, async (_u, i) => { await db.reference.track(TRACKING, entry(`m${i}`)); await db.reference.track(TRACKING, entry(`m${i}`, { status: 'loaded' })); }));
    const many = 200 / ((performance.now() - t) / 1000);
    if (env.kind === 'postgres') { }
    t = performance.now();
    await db.reference.ensure({ schemas: ['ref', 'bkp'], tracking: TRACKING });
    const ens = performance.now() - t;
    let b = 0;
    if (env.kind === 'duckdb') { t = performance.now(); await db.reference.backup({ schema: 'main', name: 'big' }, { schema: 'bkp', name: 'big_20260101_000000' }); b = performance.now() - t; }
    out.push(`${JSON.stringify(env.kind)} track ${one.toFixed(1)} ms; ${many.toFixed(0)} files/s; ensure again ${ens.toFixed(1)} ms; backup ${b.toFixed(0)} ms`);
    await db.close();
  }
  await pg.dropDatabase(pgUrl); if (mssql && msUrl) await mssql.dropDatabase(msUrl);
  console.log(out.join('\n'));
}, 300000);
