import { formatBytes } from '../../core/units';
import type { MonthTaskResultOf } from '../../client';
import type { View } from './file-detection';
import { duration, plural } from './format';
import { formatTable } from './table';
import { oneLine, printable } from './text';

export function stageText({ stage, files }: MonthTaskResultOf<'stage-list'>, { colours, width }: View): string {
  if (files.length === 0) return `${stage} is empty.`;
  const columns = [
    { title: 'FILE', flexible: true },
    { title: 'SIZE', align: 'right' },
    { title: 'LOAD' },
    { title: 'NEEDED' },
  ] as const;
  const rows = files.map(({ name, bytes, load = '', needed }) => [
    oneLine(name),
    formatBytes(bytes),
    load,
    needed ? 'yes' : 'no',
  ]);
  const idle = files.filter(({ needed }) => !needed);
  return [
    formatTable(columns, rows, { width, paintTitle: colours.dim }),
    '',
    `${stage}: ${plural(files.length, 'file')}, ${formatBytes(files.reduce((sum, { bytes }) => sum + bytes, 0))}`,
    ...(idle.length > 0 ? [`${plural(idle.length, 'file')} can go: longshore month stage-clean`] : []),
  ].join('\n');
}

export function diagnosisText(
  { statements, compute, findings }: MonthTaskResultOf<'diagnose'>,
  { colours, width }: View,
): string {
  const columns = [
    { title: 'STATEMENT', flexible: true },
    { title: 'STATE' },
    { title: 'STARTED' },
    { title: 'TOOK', align: 'right' },
    { title: 'SQL', flexible: true },
  ] as const;
  const rows = statements.map(({ id, state, startedAt = '', seconds, sql = '' }) => [
    id,
    state,
    startedAt.slice(0, 19).replace('T', ' '),
    seconds === undefined ? '' : duration(seconds * 1000),
    oneLine(sql),
  ]);
  const figures = statements.flatMap((statement) => {
    const pairs = Object.entries(statement.figures).map(([name, value]) => `${name} ${value}`);
    const error = statement.error === undefined ? [] : [`  ${colours.red(printable(statement.error))}`];
    return pairs.length + error.length === 0 ? [] : [`${statement.id}: ${pairs.join(', ')}`, ...error];
  });
  const { name, size, state } = compute;
  return [
    ...(name === undefined ? [] : [`warehouse ${[name, size, state].filter(Boolean).join(', ')}`]),
    statements.length === 0
      ? 'No statement of this batch is known.'
      : formatTable(columns, rows, { width, paintTitle: colours.dim }),
    ...figures,
    ...(findings.length > 0 ? ['', ...findings.map((finding) => `- ${printable(finding)}`)] : []),
  ].join('\n');
}
