/** What was asked of a drop folder, as text. */
import type { ResultOf } from '../../client';
import type { FileOutcome } from '../../core/types/drop';
import { formatBytes } from '../../core/units';
import { renderError } from '../core/errors';
import { type DropLayout, paintFileState } from './drop-status';
import { count, moment, plural } from './format';
import { formatTable } from './table';
import { oneLine, printable } from './text';

export function healthReport({ status, checks }: ResultOf<'health'>, layout: DropLayout): string {
  const { colours, width } = layout;
  const columns = [
    { title: 'CHECK' },
    { title: 'STATUS' },
    { title: 'WHAT', flexible: true },
    { title: 'FIGURES', flexible: true },
  ] as const;
  const rows = checks.map((check) => [
    check.name,
    check.status,
    check.message,
    Object.entries(check.details)
      .map(([key, value]) => `${key} ${figure(key, value)}`)
      .join(', '),
  ]);
  const paint = (cell: string, _row: number, column: number): string =>
    column === 1 ? cell.replace(/\S+/, (text) => paintFileState(text, colours)) : cell;
  const errors = checks.flatMap(({ error }) => (error ? [renderError(error, colours, width)] : []));
  const verdict = {
    ok: 'All is well.',
    warning: 'It works; look at what is warned of.',
    failed: 'Something has failed.',
  };
  return [formatTable(columns, rows, { width, paintTitle: colours.dim, paint }), ...errors, verdict[status]].join(
    '\n\n',
  );
}

const figure = (key: string, value: string | number): string =>
  typeof value === 'string' ? value : key.endsWith('Bytes') ? formatBytes(value) : count(value);

export function cleanUpReport(
  { removed }: ResultOf<'clean-up'>,
  dryRun: boolean,
  { colours, width }: DropLayout,
): string {
  const columns = [
    { title: dryRun ? 'WOULD GO' : 'REMOVED' },
    { title: 'COUNT', align: 'right' },
    { title: 'BYTES', align: 'right' },
  ] as const;
  const rows = removed.map((each) => [each.what, count(each.removed), each.bytes > 0 ? formatBytes(each.bytes) : '']);
  return formatTable(columns, rows, { width, paintTitle: colours.dim });
}

export function findingsReport({ findings }: ResultOf<'check-config'>, { colours, width }: DropLayout): string {
  if (findings.length === 0)
    return `${colours.green('✓')} Every reference table has its record, and every record its table.`;
  const columns = [
    { title: 'RECORD', align: 'right' },
    { title: 'TABLE', flexible: true },
    { title: 'PROBLEM' },
    { title: 'MENDED' },
    { title: 'WHAT', flexible: true },
  ] as const;
  const rows = findings.map(({ record, problem, repaired, message }) => [
    String(record.id),
    `${record.schemaName}.${record.tableName}`,
    problem,
    repaired ? 'yes' : 'no',
    message,
  ]);
  return formatTable(columns, rows, { width, paintTitle: colours.dim });
}

export function tableReport({ table, rows, backups, reference }: ResultOf<'table-info'>, layout: DropLayout): string {
  const { colours, width } = layout;
  const columns = [{ title: 'COLUMN', flexible: true }, { title: 'TYPE', flexible: true }, { title: 'NULLS' }] as const;
  const lines = table.columns.map(({ name, nativeType, nullable }) => [name, nativeType, nullable ? 'yes' : 'no']);
  const blocks = [
    `${colours.bold(`${oneLine(table.ref.schema)}.${oneLine(table.ref.name)}`)}  ${plural(rows, 'row')}`,
    formatTable(columns, lines, { width, paintTitle: colours.dim }),
  ];
  if (reference)
    blocks.push(
      `Reference table: ${reference.loadType}, fed last by ${oneLine(reference.sourceFile)} at ${moment(new Date(reference.updatedAt))}${reference.isActive ? '' : ' (inactive)'}.`,
    );
  if (backups.length > 0) {
    const backupRows = backups.map(({ ref, takenAt, rows: kept }) => [
      `${ref.schema}.${ref.name}`,
      moment(new Date(takenAt)),
      count(kept),
    ]);
    const titles = [
      { title: 'BACKUP', flexible: true },
      { title: 'TAKEN' },
      { title: 'ROWS', align: 'right' },
    ] as const;
    blocks.push(formatTable(titles, backupRows, { width, paintTitle: colours.dim }));
  }
  return blocks.join('\n\n');
}

export function retryReport(files: ResultOf<'retry'>['files'], { colours }: DropLayout): string {
  if (files.length === 0) return 'There is no such failed file.';
  const refused = files.filter(({ ok }) => !ok);
  const back = files.length - refused.length;
  return [
    `${plural(back, 'file')} put back. ${back === 0 ? '' : 'They are loaded when they have stood still.'}`.trimEnd(),
    ...refused.map(
      ({ path, message }) => `${colours.red('✗')} ${printable(path)}: ${printable(message ?? 'not put back')}`,
    ),
  ].join('\n');
}

export function outcomeReport(outcome: FileOutcome, { colours, width }: DropLayout): string {
  const { path, state, table, rows, rejected, movedTo, error } = outcome;
  const lines = [
    `${paintFileState(state, colours)} ${printable(path)}${table ? ` → ${oneLine(table)}` : ''}${state === 'loaded' ? `, ${plural(rows, 'row')}` : ''}${rejected > 0 ? `, ${count(rejected)} rejected` : ''}`,
  ];
  if (movedTo !== undefined) lines.push(colours.dim(`  now at ${printable(movedTo)}`));
  if (error) lines.push(renderError(error, colours, width));
  return lines.join('\n');
}
