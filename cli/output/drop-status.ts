/** Drop folders as pages and tables. */
import type { DropFile } from '../../catalog';
import type { FolderStatus } from '../../client';
import type { FileErrorAnalysis } from '../../core/drop/failure-analysis';
import { FILE_STATES, type FileState } from '../../core/types/drop';
import { formatBytes } from '../../core/units';
import type { Colours } from '../core/colours';
import { renderError } from '../core/errors';
import { count, duration, moment, plural } from './format';
import { formatTable } from './table';
import { oneLine, printable, wrap } from './text';

export interface DropLayout {
  colours: Colours;
  /** Of the terminal; undefined writes everything in full. */
  width?: number;
}

export function paintFileState(state: string, colours: Colours): string {
  if (state === 'loaded' || state === 'running' || state === 'ok') return colours.green(state);
  if (state === 'failed' || state === 'stopped') return colours.red(state);
  return state === 'watching' || state === 'ready' || state === 'processing'
    ? colours.cyan(state)
    : colours.yellow(state);
}

/** Several folders, a line each. */
export function folderTable(statuses: readonly FolderStatus[], { colours, width }: DropLayout): string {
  const columns = [
    { title: 'FOLDER', flexible: true },
    { title: 'STATE' },
    { title: 'INTO', flexible: true },
    { title: 'WAIT', align: 'right' },
    { title: 'LOADED', align: 'right' },
    { title: 'FAILED', align: 'right' },
    { title: 'ROWS', align: 'right' },
    { title: 'LOOKED' },
    { title: 'ERROR', flexible: true },
  ] as const;
  const rows = statuses.map(({ folder, state, to, files, rows: loaded, lastScanAt, error }) => [
    folder,
    state,
    to ?? '',
    count((files.watching ?? 0) + (files.ready ?? 0) + (files.processing ?? 0)),
    count(files.loaded ?? 0),
    count(files.failed ?? 0),
    count(loaded),
    moment(lastScanAt),
    error ? `${error.code}: ${error.message}` : '',
  ]);
  const paint = (cell: string, _row: number, column: number): string =>
    column === 1 ? cell.replace(/\S+/, (state) => paintFileState(state, colours)) : cell;
  return formatTable(columns, rows, { width, paintTitle: colours.dim, paint });
}

/** One folder: how it is watched, what is in work, what failed and why. */
export function folderReport(status: FolderStatus, layout: DropLayout): string {
  const { colours, width } = layout;
  const { folder, state, pausedBy, to, configVersion, startedAt, triggeredBy, lastScanAt, rows } = status;
  const head = [
    `${colours.bold(folder)}  ${paintFileState(state, colours)}${pausedBy ? ` by ${oneLine(pausedBy)}` : ''}${to ? `  into ${oneLine(to)}` : ''}`,
    startedAt &&
      `watched since ${moment(startedAt)}${triggeredBy ? `, started by ${oneLine(triggeredBy)}` : ''}${configVersion ? `, configuration version ${configVersion}` : ''}`,
    lastScanAt && `looked at last ${moment(lastScanAt)}`,
    countsText(status.files, rows),
  ];
  const blocks = [head.filter(Boolean).join('\n')];
  if (status.inWork.length > 0) blocks.push(inWorkTable(status, layout));
  if (status.problems.length > 0)
    blocks.push(
      status.problems
        .map(({ path, message }) => (message.startsWith(path) ? message : `${path}: ${message}`))
        .map((text) => `${colours.yellow('warning')} ${printable(text)}`)
        .join('\n'),
    );
  if (status.errors.failed > 0) blocks.push(errorTable(status.errors, layout));
  if (status.error) blocks.push(renderError(status.error, colours, width));
  return blocks.join('\n\n');
}

function countsText(files: Partial<Record<FileState, number>>, rows: number): string {
  const known = FILE_STATES.filter((state) => (files[state] ?? 0) > 0).map(
    (state) => `${count(files[state] ?? 0)} ${state}`,
  );
  return known.length === 0 ? 'no file was ever seen' : `files: ${known.join(', ')}; ${plural(rows, 'row')} loaded`;
}

function inWorkTable({ inWork }: FolderStatus, { colours, width }: DropLayout): string {
  const columns = [
    { title: 'IN WORK', flexible: true },
    { title: 'STEP' },
    { title: 'TABLE', flexible: true },
    { title: 'ROWS', align: 'right' },
    { title: 'OF', align: 'right' },
  ] as const;
  const rows = inWork.map(({ path, progress }) => [
    path,
    progress?.step ?? '',
    progress?.table ?? '',
    progress ? count(progress.rows) : '',
    progress?.totalRows === undefined ? '' : count(progress.totalRows),
  ]);
  return formatTable(columns, rows, { width, paintTitle: colours.dim });
}

function errorTable({ findings }: FileErrorAnalysis, { colours, width }: DropLayout): string {
  const columns = [
    { title: 'FAILED', align: 'right' },
    { title: 'CODE' },
    { title: 'CLASS' },
    { title: 'LATEST', flexible: true },
    { title: 'WHY', flexible: true },
  ] as const;
  const rows = findings.map(({ count: files, code, class: kind, example, what }) => [
    count(files),
    code,
    kind,
    example?.path ?? '',
    example?.message ?? what,
  ]);
  return formatTable(columns, rows, { width, paintTitle: colours.dim });
}

/** What failed, by kind: how often, an example, what it means and what to do. */
export function errorReport(analysis: FileErrorAnalysis, { colours, width = 100 }: DropLayout): string {
  const { failed, classes, findings } = analysis;
  if (failed === 0) return 'No file has failed.';
  const head = `${plural(failed, 'file')} failed: ${classes.map((each) => `${count(each.count)} by ${each.class}`).join(', ')}.`;
  const blocks = findings.map(({ code, class: kind, count: files, percent, what, why, next, passing, example }) => {
    const lines = [
      `${colours.red(colours.bold(code))}  ${plural(files, 'file')} (${percent}%), ${kind}`,
      ...block('what', `${what} ${why}`, width, colours),
    ];
    if (example) {
      const place = [
        example.path,
        example.table && `for ${example.table}`,
        example.line !== undefined && `line ${example.line}`,
        example.column && `column ${example.column}`,
      ].filter(Boolean);
      const says = example.message.startsWith(example.path);
      lines.push(
        ...block('latest', says ? example.message : `${place.join(', ')}: ${example.message}`, width, colours),
      );
    }
    lines.push(
      ...block('next', passing ? `${next} What caused it may pass: try the files again.` : next, width, colours),
    );
    return lines.join('\n');
  });
  return [head, ...blocks].join('\n\n');
}

function block(label: string, text: string, width: number, colours: Colours): string[] {
  const [first = '', ...rest] = wrap(printable(text), Math.max(30, width - 10));
  return [`  ${colours.dim(label.padEnd(8))}${first}`, ...rest.map((line) => `          ${line}`)];
}

/** Files, a line each. */
export function fileTable(files: readonly DropFile[], { colours, width }: DropLayout): string {
  if (files.length === 0) return 'There is no such file.';
  const columns = [
    { title: 'ID', align: 'right' },
    { title: 'FILE', flexible: true },
    { title: 'STATE' },
    { title: 'TABLE', flexible: true },
    { title: 'ROWS', align: 'right' },
    { title: 'REJECTED', align: 'right' },
    { title: 'SIZE', align: 'right' },
    { title: 'SEEN' },
    { title: 'TOOK', align: 'right' },
    { title: 'ERROR', flexible: true },
  ] as const;
  const rows = files.map((file) => [
    String(file.id),
    file.path,
    file.state,
    file.table ?? '',
    file.rows === undefined ? '' : count(file.rows),
    file.rejected ? count(file.rejected) : '',
    formatBytes(file.size),
    moment(file.firstSeenAt),
    file.startedAt && file.finishedAt
      ? duration(Math.max(0, file.finishedAt.getTime() - file.startedAt.getTime()))
      : '',
    file.error ? `${file.error.code}: ${file.error.message}` : '',
  ]);
  const paint = (cell: string, _row: number, column: number): string =>
    column === 2 ? cell.replace(/\S+/, (state) => paintFileState(state, colours)) : cell;
  return formatTable(columns, rows, { width, paintTitle: colours.dim, paint });
}
