/** The report of a run for a terminal, or in full for a text file. */
import type { Colours } from '../core/colours';
import { renderError } from '../core/errors';
import type { ReportedTable, RunReportDocument } from './report-document';
import {
  figuresGrid,
  type Grid,
  notificationLines,
  runFacts,
  speedFacts,
  tableFacts,
  tablesGrid,
} from './report-parts';
import { type Column, formatTable } from './table';
import { oneLine, printable, shorten, wrap } from './text';
import { referenceText } from './verification';

interface Layout {
  colours: Colours;
  /** Of the terminal; undefined writes everything in full. */
  width?: number;
}

export function reportText(report: RunReportDocument, layout: Layout): string {
  const { colours, width } = layout;
  const blocks = [`${colours.bold(oneLine(report.run.id))}\n${facts(runFacts(report), layout)}`];
  if (report.tables.length > 0) blocks.push(tablesBlock(report.tables, layout));
  blocks.push(...report.tables.flatMap((table) => tableBlocks(table, layout)));
  const section = (title: string, lines: string[]): void => {
    if (lines.length > 0)
      blocks.push([colours.bold(title), ...lines.flatMap((line) => indented(line, width))].join('\n'));
  };
  section('Warnings', report.warnings);
  section('Messages', notificationLines(report));
  if (report.errors.length > 0)
    blocks.push(report.errors.map((error) => renderError(error, colours, width)).join('\n'));
  return blocks.join('\n\n');
}

/** Widest terminal in which a line for each table leaves out what stands below it all the same. */
const NARROW = 130;
const isNarrow = ({ width }: Layout): boolean => width !== undefined && width < NARROW;

function tablesBlock(tables: readonly ReportedTable[], layout: Layout): string {
  const wide = tablesGrid(tables);
  if (!isNarrow(layout)) return grid(wide, layout, [0, 9]);
  const kept = [0, 1, 2, 3, 4, 6];
  const narrow: Grid = {
    head: ['table', 'state', 'source', 'target', 'bytes', 'took'],
    right: [2, 3, 4, 5],
    rows: wide.rows.map((row) => kept.map((index) => row[index]!)),
  };
  return grid(narrow, layout, [0]);
}

function tableBlocks(table: ReportedTable, layout: Layout): string[] {
  const { verification: proof } = table;
  const { colours, width } = layout;
  const title = colours.bold(oneLine(table.table));
  const blocks = [`${title}\n${facts([...(isNarrow(layout) ? speedFacts(table) : []), ...tableFacts(table)], layout)}`];
  if (proof && proof.columns.length > 0) blocks.push(columnsBlock(table, layout));
  if (proof && proof.references.length > 0)
    blocks.push(proof.references.flatMap((reference) => indented(referenceText(reference), width)).join('\n'));
  return [blocks.join('\n')];
}

/** Eight figures side by side do not fit a narrow terminal: there, two lines for each column. */
function columnsBlock({ verification }: ReportedTable, layout: Layout): string {
  const columns = verification?.columns ?? [];
  const wide = figuresGrid(columns);
  if (layout.width === undefined || layout.width >= 160) return grid(wide, layout, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const rest = wide.head.slice(9);
  const narrow: Grid = {
    head: ['column', 'side', 'nulls', 'sum', 'min', 'max', ...rest],
    right: [2, 3, 4, 5],
    rows: wide.rows.flatMap((row) => [
      [row[0]!, 'source', row[1]!, row[3]!, row[5]!, row[7]!, ...row.slice(9)],
      ['', 'target', row[2]!, row[4]!, row[6]!, row[8]!, ...rest.map(() => '')],
    ]),
  };
  return grid(narrow, layout, [0, 2, 3, 4, 5, 6, 7]);
}

function grid({ head, right, rows }: Grid, { colours, width }: Layout, flexible: readonly number[]): string {
  const columns = head.map((title, index): Column => ({
    title: title.toUpperCase(),
    align: right.includes(index) ? 'right' : 'left',
    flexible: flexible.includes(index),
  }));
  // What still does not fit ends at the edge, since a wrapped table cannot be read.
  const [titles = '', ...lines] = formatTable(columns, rows, { width })
    .split('\n')
    .map((line) => (width === undefined ? line : shorten(line, width)));
  return [colours.dim(titles), ...lines].join('\n');
}

function facts(pairs: readonly (readonly [string, string])[], { colours, width }: Layout): string {
  const label = Math.max(...pairs.map(([name]) => name.length));
  return pairs
    .flatMap(([name, text]) => {
      const [first = '', ...rest] = wrap(oneLine(text), Math.max(30, (width ?? 10_000) - label - 4));
      const space = ' '.repeat(label + 4);
      return [`  ${colours.dim(name.padEnd(label))}  ${first}`, ...rest.map((line) => `${space}${line}`)];
    })
    .join('\n');
}

function indented(text: string, width: number | undefined): string[] {
  const lines = wrap(printable(text), Math.max(30, (width ?? 10_000) - 4));
  return lines.map((line, index) => `${index === 0 ? '  ' : '    '}${line}`);
}
