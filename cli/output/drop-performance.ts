/** How fast a drop folder loads, as a page. */
import type { FolderPerformance, Spread } from '../../core/drop/performance';
import { formatBytes } from '../../core/units';
import type { DropLayout } from './drop-status';
import { count, duration, plural } from './format';
import { formatTable } from './table';
import { oneLine, printable, wrap } from './text';

/** Figures, the tables that took longest, and what would make it faster. */
export function performanceReport(performance: FolderPerformance, layout: DropLayout): string {
  const { colours } = layout;
  const { loaded, failed, skipped, cancelled, tables, findings } = performance;
  if (loaded + failed + skipped + cancelled === 0) return 'No file has ended in this time.';
  const blocks = [`${colours.bold(performance.folder)}\n${figureLines(performance, layout)}`];
  if (tables.length > 0) blocks.push(tableOf(performance, layout));
  blocks.push(
    findings.length === 0
      ? `${colours.green('✓')} No threshold is crossed.`
      : findings.map((finding) => findingText(finding, layout)).join('\n\n'),
  );
  return blocks.join('\n\n');
}

function figureLines(performance: FolderPerformance, { colours }: DropLayout): string {
  const { loaded, failed, skipped, cancelled, rows, bytes, worked, busyMs, took, slowest, waited } = performance;
  const others = [
    failed > 0 && `${count(failed)} failed (${performance.failedPercent ?? 0}%)`,
    skipped > 0 && `${count(skipped)} skipped`,
    cancelled > 0 && `${count(cancelled)} cancelled`,
  ].filter(Boolean);
  const { direct, staged, directPercent, filesPerSecond, filesAtOnce } = performance;
  const lines: [string, string | undefined | false][] = [
    [
      'loaded',
      `${plural(loaded, 'file')}, ${plural(rows, 'row')}, ${formatBytes(bytes)}${others.length > 0 ? `; ${others.join(', ')}` : ''}`,
    ],
    [
      'speed',
      filesPerSecond !== undefined &&
        `${perSecond(filesPerSecond)} files/s: ${plural(worked, 'file')} in ${duration(busyMs)} of work, ${filesAtOnce?.toFixed(1) ?? '0'} at once`,
    ],
    ['a file', took && spread(took)],
    [
      'slowest',
      slowest &&
        `${oneLine(slowest.path)}: ${duration(slowest.ms)}, ${plural(slowest.rows, 'row')}, ${formatBytes(slowest.bytes)}${slowest.table === undefined ? '' : `, into ${oneLine(slowest.table)}`}`,
    ],
    ['waits', waited && spread(waited)],
    [
      'small',
      directPercent !== undefined &&
        `${count(direct)} loaded in one step (${directPercent}%), ${count(staged)} by way of staging`,
    ],
  ];
  return lines.flatMap(([label, text]) => (text ? [`  ${colours.dim(label.padEnd(8))}${text}`] : [])).join('\n');
}

const spread = ({ medianMs, p95Ms, longestMs }: Spread): string =>
  `median ${duration(medianMs)}, p95 ${duration(p95Ms)}, longest ${duration(longestMs)}`;

const perSecond = (value: number): string => (value < 10 ? value.toFixed(1) : count(Math.round(value)));

function tableOf({ tables, tableCount }: FolderPerformance, { colours, width }: DropLayout): string {
  const columns = [
    { title: 'TABLE', flexible: true },
    { title: 'FILES', align: 'right' },
    { title: 'ROWS', align: 'right' },
    { title: 'SIZE', align: 'right' },
    { title: 'TOOK', align: 'right' },
    { title: 'P95', align: 'right' },
    { title: 'ROWS/S', align: 'right' },
    { title: 'MB/S', align: 'right' },
    { title: 'STAGED', align: 'right' },
  ] as const;
  const rows = tables.map((each) => [
    each.table,
    count(each.files),
    count(each.rows),
    formatBytes(each.bytes),
    duration(each.ms),
    duration(each.p95Ms),
    each.rowsPerSecond === undefined ? '' : count(Math.round(each.rowsPerSecond)),
    each.bytesPerSecond === undefined ? '' : (each.bytesPerSecond / 1e6).toFixed(1),
    each.staged > 0 ? `${count(each.staged)} of ${count(each.direct + each.staged)}` : '',
  ]);
  const more = tableCount - tables.length;
  const text = formatTable(columns, rows, { width, paintTitle: colours.dim });
  return more > 0 ? `${text}\nand ${plural(more, 'more table')} that took less` : text;
}

function findingText(
  { message, next }: FolderPerformance['findings'][number],
  { colours, width = 100 }: DropLayout,
): string {
  const [first = '', ...rest] = wrap(printable(message), Math.max(30, width - 8));
  const advice = wrap(printable(next), Math.max(30, width - 10));
  return [
    `${colours.yellow('warning')} ${first}`,
    ...rest.map((line) => `        ${line}`),
    ...advice.map((line, at) => `  ${colours.dim(at === 0 ? 'next    ' : '        ')}${line}`),
  ].join('\n');
}
