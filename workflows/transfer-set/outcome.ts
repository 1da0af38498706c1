/** How a run of many tables ended: pure, so that it can be tested without Temporal. */
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { RunStatus } from '../../schemas/constants';
import { CATALOGUE } from '../../core/errors/catalogue';
import type { RunProgress, TableProgress, TransferSetResult } from './messages';

/** `error` is what ended the run as a whole, if anything did; errors of single tables stand at the tables. */
export function outcome(tables: readonly TableProgress[], error?: ErrorReport): TransferSetResult {
  const published = tables.filter(({ phase }) => phase === 'published');
  const failed = tables.filter(({ phase }) => phase === 'failed');
  return {
    status: statusOf(published.length, failed.length, error),
    tables: tables.length,
    published: published.length,
    failed: failed.length,
    rows: sum(published.map(({ rows }) => rows)),
    bytes: sum(published.map(({ bytes }) => bytes)),
    error: error ?? (published.length === 0 ? failed[0]?.error : undefined),
  };
}

function statusOf(published: number, failed: number, error?: ErrorReport): RunStatus {
  if (published > 0) return failed > 0 || error ? 'partial' : 'done';
  if (error?.code === 'CANCELLED') return 'cancelled';
  if (error && CATALOGUE[error.code].exit === 'refused') return 'refused';
  return failed > 0 || error ? 'failed' : 'done';
}

/** The line of Markdown that the Temporal Web UI shows while a run is under way. */
export function currentDetails({ status, phase, tables }: RunProgress): string {
  const count = (wanted: TableProgress['phase']): number => tables.filter((table) => table.phase === wanted).length;
  const rows = sum(tables.map((table) => table.rows)).toLocaleString('en');
  const lines = tables
    .filter((table) => table.phase === 'failed')
    .slice(0, 20)
    .map((table) => `- ${table.table}: ${table.error?.code} — ${table.error?.message}`);
  const head = `**${status}** (${phase}) · ${tables.length} tables: ${count('published')} published, ${count('ready')} ready, ${count('failed')} failed · ${rows} rows`;
  return [head, ...lines].join('\n');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
