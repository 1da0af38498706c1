/** A publish by switch against a scripted server: what it is told, and in which order. */
import { columnsFingerprint } from '../../../../connectors/mssql/live';
import type { MssqlPool } from '../../../../connectors/mssql/pool';
import { publish } from '../../../../connectors/mssql/publish';
import type { TablePlan } from '../../../../core/types/transfer';
import { liveColumn } from './live-table';

type Answer = [RegExp, Record<string, unknown>[] | Error];

const identity = { seed: '1', increment: '1', last: '40' };
const ID = liveColumn('id', 'int', { identity });
const columnRow = { name: 'id', type: 'int', userType: 'int', userSchema: 'sys', isUser: false, maxLength: 4, precision: 10, scale: 0, nullable: false, collation: null, sparse: false, generated: 0, numbered: true, seed: '1', increment: '1', last: '40', definition: null, persisted: null, defaultSql: null }; // prettier-ignore
const key = { id: 9, name: 'fk_child', parent: 2, referenced: 1, fromSchema: 'dbo', fromName: 'child', toSchema: 'dbo', toName: 'parent', onDelete: 1, onUpdate: 0, disabled: false, untrusted: false, notForReplication: false, fromColumn: 'parent', toColumn: 'id' }; // prettier-ignore

const numbered = (message: string, number: number): Error => Object.assign(new Error(message), { number });

/** The first answer that fits; nothing where none does. */
function scripted(answers: Answer[]): { pool: MssqlPool; said: string[] } {
  const said: string[] = [];
  const ask = (sql: string): Record<string, unknown>[] => {
    said.push(sql.replace(/^SET LOCK_TIMEOUT \d+; /, ''));
    const found = answers.find(([pattern]) => pattern.test(sql))?.[1] ?? [];
    if (found instanceof Error) throw found;
    return found;
  };
  const session = {
    rows: async (sql: string) => ask(sql),
    run: async (sql: string) => ask(sql).length,
    lost: new Promise<never>(() => undefined),
    close: async () => undefined,
    destroy: () => undefined,
  };
  const pool = { dedicated: async () => session, use: async (work: (s: typeof session) => unknown) => work(session), server: {} }; // prettier-ignore
  return { pool: pool as unknown as MssqlPool, said };
}

const TABLE: Answer[] = [
  [/SELECT @@SPID/, [{ id: 51 }]],
  [/SELECT result FROM/, []],
  [/SELECT shape, definition/, [{ shape: 'switched', definition: columnsFingerprint([ID]) }]],
  [/SELECT t\.object_id AS id/, [{ id: 1 }]],
  [/FROM sys\.columns c JOIN sys\.types/, [columnRow]],
  [/FROM sys\.foreign_keys f/, [key]],
  [/MAX\(\[id\]\)/, [{ value: '17' }]],
  [/FROM sys\.databases/, [{ versioned: true }]],
];

const plan = {
  targetRef: { schema: 'dbo', name: 'parent' },
  strategy: 'swap',
  columns: [{ source: 'id', target: 'id', sourceType: 'int', targetType: 'int', logical: { kind: 'int32' } }],
  evolve: [],
  source: { primaryKey: { name: 'pk', columns: ['id'] }, uniqueKeys: [], foreignKeys: [], indexes: [], columns: [] },
} as unknown as TablePlan;

const request = { runId: 'run', tables: [{ plan, rows: 3 }], lockTimeoutMs: 2_000 };
const WRITES = /^(BEGIN|COMMIT|SAVE|ROLLBACK|ALTER TABLE \[|TRUNCATE|DBCC|INSERT|UPDATE|DELETE)/;

describe('publishing by switch', () => {
  it('takes foreign keys off, switches, sets the counter, puts keys back and trusts them after the commit', async () => {
    const { pool, said } = scripted(TABLE);
    const result = await publish(pool, 'st', request, 1_000);
    expect(result).toMatchObject({ strategies: { 'dbo.parent': 'swap' }, warnings: [] });
    const writes = said.filter((sql) => WRITES.test(sql) && !/#longshore/.test(sql));
    expect(writes.map((sql) => sql.replace(/\[ls_\w+\]/, '[staging]'))).toEqual([
      'BEGIN TRANSACTION',
      'INSERT INTO [st].[published] (run, tables) VALUES (@run, @tables)',
      'SAVE TRANSACTION longshore_lock',
      'ALTER TABLE [dbo].[child] DROP CONSTRAINT [fk_child]',
      'TRUNCATE TABLE [dbo].[parent]',
      'ALTER TABLE [st].[staging] SWITCH TO [dbo].[parent]',
      "DBCC CHECKIDENT ('[dbo].[parent]', RESEED, 40) WITH NO_INFOMSGS",
      'ALTER TABLE [dbo].[child] WITH NOCHECK ADD CONSTRAINT [fk_child] FOREIGN KEY ([parent]) REFERENCES [dbo].[parent] ([id]) ON DELETE CASCADE',
      'UPDATE [st].[published] SET result = @result WHERE run = @run AND tables = @tables',
      'COMMIT TRANSACTION',
      'ALTER TABLE [dbo].[child] WITH CHECK CHECK CONSTRAINT [fk_child]',
    ]);
  });

  it('replaces the rows in place when the server will not switch, and says so', async () => {
    const refusal = numbered('ALTER TABLE SWITCH statement failed because of something.', 4947);
    const inserted: Answer = [/^INSERT INTO \[dbo\]\.\[parent\]/, [{}, {}, {}]];
    const { pool, said } = scripted([[/^SET LOCK_TIMEOUT \d+; ALTER TABLE \[st\].*SWITCH/, refusal], inserted, ...TABLE]); // prettier-ignore
    const result = await publish(pool, 'st', request, 1_000);
    expect(result.strategies).toEqual({ 'dbo.parent': 'delete-insert' });
    expect(result.warnings).toEqual([expect.stringMatching(/in place instead of by swap: ALTER TABLE SWITCH/)]);
    const after = said.slice(said.findIndex((sql) => /SWITCH TO \[dbo\]/.test(sql)));
    expect(after.some((sql) => sql.startsWith('IF @@TRANCOUNT > 0 ROLLBACK'))).toBe(true);
    expect(after.indexOf('DELETE FROM [dbo].[parent]')).toBeGreaterThan(0);
  });

  it('names who holds the table when it gives up', async () => {
    const blocker = { id: 77, who: 'ann', application: 'report', host: 'desk', status: 'sleeping' };
    const { pool } = scripted([[/blocking_session_id/, [blocker]], ...TABLE]);
    const dedicated = await pool.dedicated();
    const { run } = dedicated;
    dedicated.run = async (sql) => {
      const [, timeout, statement = ''] = /^SET LOCK_TIMEOUT (\d+); (.*)$/.exec(sql) ?? [];
      if (!statement.startsWith('TRUNCATE')) return run(sql);
      await new Promise((resolve) => setTimeout(resolve, Number(timeout)));
      throw numbered('Lock request time out period exceeded.', 1222);
    };
    await expect(publish(pool, 'st', { ...request, lockTimeoutMs: 100 }, 600)).rejects.toMatchObject({
      code: 'PUBLISH_BLOCKED',
      message: expect.stringMatching(/^Table dbo\.parent .* session 77 \(user ann, application report/) as string,
    });
  });

  it('starts anew as the victim of a deadlock', async () => {
    let victims = 2;
    const { pool, said } = scripted(TABLE);
    const dedicated = await pool.dedicated();
    const { run } = dedicated;
    dedicated.run = async (sql) => {
      if (/^SET LOCK_TIMEOUT \d+; TRUNCATE/.test(sql) && victims-- > 0)
        throw numbered('Transaction was deadlocked.', 1205);
      return run(sql);
    };
    await publish(pool, 'st', request, 1_000);
    expect(said.filter((sql) => sql === 'COMMIT TRANSACTION')).toHaveLength(1);
    expect(said.filter((sql) => sql === 'BEGIN TRANSACTION')).toHaveLength(3);
  });
});
