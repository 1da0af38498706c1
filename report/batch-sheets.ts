/** A batch as sheets: its months, its files, and every check of every file. */
import { isoDay, type Cell, type CellKind, type Sheet } from './sheet';
import type { BatchSummary } from './batch-summary';
import type { CheckDetails } from '../core/types/quality';

/** A row per check of every file: what was found, and how it counts. */
export const checksSheet = ({ files, quality }: BatchSummary): Sheet =>
  sheet(
    'Checks',
    [
      ['Month', 'text'],
      ['Table', 'text'],
      ['File', 'text'],
      ['Verdict', 'text'],
      ['Score', 'fraction'],
      ['Check', 'text'],
      ['Status', 'text'],
      ['Level', 'text'],
      ['Faults', 'figure'],
      ['Finding', 'text'],
      ['Points', 'fraction'],
      ['Weight', 'fraction'],
      ['Details', 'text'],
    ],
    files.flatMap(({ fileId, month, table, file }): Cell[][] => {
      const record = quality[fileId];
      if (!record) return [[month, table, file, 'not checked']];
      const { verdict, score, result } = record;
      const head = [month, table, file, verdict, score];
      if (result.checks.length === 0) return [[...head, undefined, undefined, undefined, undefined, result.sentence]];
      return result.checks.map((check) => [
        ...head,
        check.name,
        check.status,
        check.severity,
        check.count,
        check.sentence,
        check.points,
        check.weight,
        detailsText(check.details),
      ]);
    }),
  );

export const monthsSheet = ({ months }: BatchSummary): Sheet =>
  sheet(
    'Months',
    [
      ['Month', 'text'],
      ['Status', 'text'],
      ['Files', 'figure'],
      ['Loaded', 'figure'],
      ['Failed', 'figure'],
      ['Skipped', 'figure'],
      ['Rows', 'figure'],
      ['Bytes', 'figure'],
      ['Seconds', 'fraction'],
      ['Error', 'text'],
    ],
    months.map((each) => [
      each.month,
      each.status,
      each.files,
      each.loaded,
      each.failed,
      each.skipped,
      each.rows,
      each.bytes,
      each.seconds,
      each.error && `${each.error.code}: ${each.error.message}`,
    ]),
  );

export const filesSheet = ({ files }: BatchSummary): Sheet =>
  sheet(
    'Files',
    [
      ['Month', 'text'],
      ['Table', 'text'],
      ['File', 'text'],
      ['State', 'text'],
      ['Rows', 'figure'],
      ['Rows copied', 'figure'],
      ['Rows staged', 'figure'],
      ['Bytes', 'figure'],
      ['Parts', 'figure'],
      ['Verdict', 'text'],
      ['Score', 'fraction'],
      ['Warnings', 'text'],
      ['Error', 'text'],
      ['Next', 'text'],
    ],
    files.map((each) => [
      each.month,
      each.table,
      each.file,
      each.state,
      each.rows,
      each.rowsCopied,
      each.rowsStaged,
      each.bytes,
      each.parts,
      each.quality?.verdict,
      each.quality?.score,
      each.warnings.join('; '),
      each.error && `${each.error.code}: ${each.error.message}`,
      each.error?.next,
    ]),
  );

/** All that a check found, on one line and nothing left out. */
export function detailsText(details: CheckDetails): string {
  const { gaps, missingDays, outside, anomalies, statistics, duplicates, samples } = details;
  const parts = [
    gaps
      ? listed(
          'missing',
          gaps.map(({ from, to, days }) => `${rangeText(from, to)} (${days})`),
        )
      : listed('missing', (missingDays ?? []).map(isoDay)),
    listed(
      'outside',
      (outside ?? []).map(([day, rows]) => `${isoDay(day)}: ${rows}`),
    ),
    statistics
      ? `median ${statistics.median}, ${statistics.min} to ${statistics.max} over ${statistics.days} days`
      : '',
    listed(
      'unusual',
      (anomalies ?? []).map(
        (each) => `${isoDay(each.day)}: ${each.rows} (${each.difference.toFixed(1)} %, ${each.class})`,
      ),
    ),
    listed('missing columns', details.missingColumns ?? []),
    listed('unexpected columns', details.unexpectedColumns ?? []),
    listed(
      'duplicates',
      (duplicates?.samples ?? []).map(({ key, count, lines }) => {
        const named = key.map((value, index) => `${duplicates?.keyColumns[index] ?? index + 1}=${value ?? 'NULL'}`);
        return `${named.join(' ')} ${count} times${lines.length > 0 ? ` on lines ${lines.join(' ')}` : ''}`;
      }),
    ),
    listed(
      'e.g.',
      (samples ?? []).map(({ line, column, value, message }) =>
        [line !== undefined && `line ${line}`, column, value !== undefined && JSON.stringify(value), message]
          .filter(Boolean)
          .join(' '),
      ),
    ),
  ];
  return parts.filter((part) => part !== '').join('; ');
}

export const rangeText = (from: number, to: number): string =>
  from === to ? isoDay(from) : `${isoDay(from)} to ${isoDay(to)}`;

const listed = (what: string, items: readonly string[]): string =>
  items.length === 0 ? '' : `${what}: ${items.join(', ')}`;

const sheet = (title: string, columns: readonly [string, CellKind][], rows: readonly (readonly Cell[])[]): Sheet => ({
  title,
  columns: columns.map(([name, kind]) => ({ title: name, kind })),
  rows,
});
