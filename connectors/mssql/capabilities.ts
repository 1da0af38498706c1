/** What a server can do, asked of it once for each open database. Every question is harmless, and may go unanswered. */
import type { MssqlPool } from './pool';

const PROBES = {
  /** Rows and bytes of tables as they are now. */
  partitionStats: 'SELECT TOP (0) row_count, used_page_count FROM sys.dm_db_partition_stats',
  /** How the values of keys are spread. */
  histogram: "SELECT TOP (0) range_high_key FROM sys.dm_db_stats_histogram(OBJECT_ID(N'sys.objects'), 1)",
  /** What each snapshot sees: several connections can be proven to see the same. */
  snapshotViews:
    'SELECT TOP (0) a.session_id, t.snapshot_sequence_num FROM sys.dm_tran_active_snapshot_database_transactions a LEFT JOIN sys.dm_tran_transactions_snapshot t ON t.transaction_sequence_num = a.transaction_sequence_num',
  /** Tables can be stored in the order of an index at all; where none is, a primary key is as good. */
  clusteredIndexes: 'SELECT 1 / COUNT(*) AS some FROM sys.indexes WHERE type = 1',
} as const;

export interface MssqlCapabilities {
  /** As in SERVERPROPERTY('ProductVersion'). */
  version: string;
  product: string;
  /** A hosted database without a server of its own: no other database can be read. */
  isSingleDatabase: boolean;
  /** ALLOW_SNAPSHOT_ISOLATION is on: a transaction can see the database as it was at one moment. */
  snapshotIsolation: boolean;
  /** Whether a view that not everyone has, or may read, can be read here. Asked when it is first needed. */
  can(probe: keyof typeof PROBES): Promise<boolean>;
}

const AZURE_SQL_DATABASE = 5;
/** Off is 0; 2 and 3 are on the way between the two. */
const ON = 1;

export async function askCapabilities(pool: MssqlPool): Promise<MssqlCapabilities> {
  const [facts] = await pool.rows<{ version: string; product: string; edition: number | null; state: number | null }>(
    `SELECT CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion')) AS version, CONVERT(nvarchar(400), @@VERSION) AS product,
            CONVERT(int, SERVERPROPERTY('EngineEdition')) AS edition,
            (SELECT CONVERT(int, snapshot_isolation_state) FROM sys.databases WHERE database_id = DB_ID()) AS state`,
  );
  const asked = new Map<string, Promise<boolean>>();
  return {
    version: facts?.version ?? '',
    product: (facts?.product ?? 'SQL Server').split(/\s*(?:\n| - )/, 1)[0]!.trim(),
    isSingleDatabase: facts?.edition === AZURE_SQL_DATABASE,
    snapshotIsolation: facts?.state === ON,
    can(probe) {
      const answer = asked.get(probe) ?? answers(pool, PROBES[probe]);
      asked.set(probe, answer);
      return answer;
    },
  };
}

async function answers(pool: MssqlPool, sql: string): Promise<boolean> {
  return pool
    .use((session) => session.rows(sql))
    .then(
      () => true,
      () => false,
    );
}
