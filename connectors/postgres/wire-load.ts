/**
 * Rows on their way from one PostgreSQL to another, passed on as they come: the bytes of a binary COPY go into staging
 * while they are decoded into Parquet. That spares reading the part back and encoding it again, a third of the work.
 */
import { once } from 'node:events';
import { from as copyFrom, type CopyStreamQuery } from 'pg-copy-streams';
import type { TableRef } from '../../core/types/table';
import type { ColumnPlan } from '../../core/types/transfer';
import type { WireLoad, WireLoadRequest } from '../connector';
import { targetId } from './ddl';
import { connectWatched } from './own-session';
import type { DedicatedClient, PostgresClient, PostgresPool } from './pool';
import { ident, identList, qualified } from './sql';
import { partsTable, stagingRef } from './staging';
import { selectExpression } from './types';

export const WIRE_FORMAT = 'postgres-binary';

/** The format in which these columns leave and may enter another PostgreSQL unchanged; undefined when one must be converted. */
export const wireFormat = (columns: readonly ColumnPlan[]): string | undefined =>
  columns.every(keepsItsBytes) ? WIRE_FORMAT : undefined;

/** The same type on both sides, selected as it is. A column that is masked must not pass as it comes. */
const keepsItsBytes = (column: ColumnPlan): boolean =>
  column.mask === undefined &&
  column.sourceType === column.targetType &&
  selectExpression(column).sql === ident(column.source);

/**
 * Opens the load of one part: marker and rows are one transaction, as in `loadPart`. `loaded`: the part is there, from
 * the same snapshot. `doubtful`: it is there, from another snapshot. Undefined: not in this format.
 */
export async function openWireLoad(
  pool: PostgresPool,
  stagingSchema: string,
  request: WireLoadRequest,
): Promise<WireLoad | 'loaded' | 'doubtful' | undefined> {
  if (request.format !== WIRE_FORMAT) return undefined;
  return openCopy(pool, stagingSchema, request, () => Promise.resolve('FORMAT binary'));
}

/** What identifies the load of a part while it is read. */
type PassingPart = Pick<WireLoadRequest, 'runId' | 'plan' | 'part' | 'snapshot'>;

/** Opens the COPY into staging in the format that `formatOf` chooses; undefined where it chooses none, or on any failure. */
export async function openCopy(
  pool: PostgresPool,
  stagingSchema: string,
  { plan, runId, part, snapshot }: PassingPart,
  formatOf: (client: PostgresClient, staging: TableRef) => Promise<string | undefined>,
): Promise<PostgresWireLoad | 'loaded' | 'doubtful' | undefined> {
  const staging = stagingRef(stagingSchema, runId, plan.targetRef);
  const session = await connectWatched(pool);
  try {
    const { client } = session;
    await client.query(
      `BEGIN; SET LOCAL search_path TO DEFAULT; LOCK TABLE ${qualified(staging)} IN ROW EXCLUSIVE MODE`,
    );
    const marker = [runId, targetId(plan), part];
    const marked = await client.query(
      `INSERT INTO ${partsTable(stagingSchema)} (run_id, table_id, part, snapshot) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [...marker, snapshot],
    );
    if (marked.rowCount === 1) {
      const format = await formatOf(client, staging);
      const names = identList(plan.columns.map(({ target }) => target));
      if (format !== undefined)
        return new PostgresWireLoad(
          session,
          client.query(copyFrom(`COPY ${qualified(staging)} (${names}) FROM STDIN WITH (${format})`)),
        );
      session.destroy();
      return undefined;
    }
    const { rows } = await client.query<{ snapshot: string | null }>(
      `SELECT snapshot FROM ${partsTable(stagingSchema)} WHERE run_id = $1 AND table_id = $2 AND part = $3`,
      marker,
    );
    session.destroy();
    return rows[0]?.snapshot === snapshot ? 'loaded' : 'doubtful';
  } catch {
    // Whatever it is, loading the part from its file meets it again and says where.
    session.destroy();
    return undefined;
  }
}

/** Failures end the load quietly: the part is then loaded from its file, which names row and column. */
export class PostgresWireLoad implements WireLoad {
  readonly #ended = new AbortController();
  readonly #finished: Promise<unknown>;

  constructor(
    private readonly session: DedicatedClient,
    private readonly stream: CopyStreamQuery,
  ) {
    const { signal } = this.#ended;
    stream.on('error', () => this.abandon());
    session.lost.catch(() => this.abandon());
    this.#finished = once(stream, 'finish', { signal });
    this.#finished.catch(() => undefined);
  }

  async write(chunk: Uint8Array): Promise<void> {
    const { signal } = this.#ended;
    if (signal.aborted) return;
    const ready = this.stream.write(chunk);
    if (!ready) await once(this.stream, 'drain', { signal }).catch(() => undefined);
  }

  abandon(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.session.destroy();
  }

  async finish(rows: number): Promise<boolean> {
    if (this.#ended.signal.aborted) return false;
    try {
      this.stream.end();
      await this.#finished;
      if (this.stream.rowCount !== rows) throw new Error('another number of rows arrived');
      await this.session.client.query('COMMIT');
      await this.session.end();
      return true;
    } catch {
      this.abandon();
      return false;
    }
  }
}
