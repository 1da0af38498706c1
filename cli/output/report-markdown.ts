/** The report of a run as Markdown, for tickets and wikis. */
import type { ReportedTable, RunReportDocument } from './report-document';
import {
  errorLines,
  figuresGrid,
  type Grid,
  notificationLines,
  runFacts,
  tableFacts,
  tablesGrid,
} from './report-parts';
import { oneLine } from './text';
import { referenceText } from './verification';

export function reportMarkdown(report: RunReportDocument): string {
  const blocks = [`# ${safe(report.run.id)}`, facts(runFacts(report))];
  if (report.errors.length > 0)
    blocks.push(
      '## Errors',
      report.errors
        .map(errorLines)
        .map(({ title, facts: more }) =>
          [`- **${safe(title)}**`, ...more.map(([name, text]) => `  - ${name}: ${safe(text)}`)].join('\n'),
        )
        .join('\n'),
    );
  if (report.warnings.length > 0) blocks.push('## Warnings', list(report.warnings));
  if (report.tables.length > 0) blocks.push('## Tables', grid(tablesGrid(report.tables)));
  blocks.push(...report.tables.flatMap(tableBlocks));
  if (report.notifications.length > 0) blocks.push('## Messages', list(notificationLines(report)));
  return `${blocks.join('\n\n')}\n`;
}

function tableBlocks(table: ReportedTable): string[] {
  const { verification: proof } = table;
  const blocks = [`### ${safe(table.table)}`, facts(tableFacts(table))];
  if (proof && proof.columns.length > 0) blocks.push(grid(figuresGrid(proof.columns)));
  if (proof && proof.references.length > 0) blocks.push(list(proof.references.map(referenceText)));
  return blocks;
}

const list = (lines: readonly string[]): string => lines.map((line) => `- ${safe(line)}`).join('\n');

const facts = (pairs: readonly (readonly [string, string])[]): string =>
  pairs.map(([name, text]) => `- ${name}: ${safe(text)}`).join('\n');

function grid({ head, right, rows }: Grid): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(safe).join(' | ')} |`;
  const rule = head.map((_, index) => (right.includes(index) ? '---:' : '---'));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** Names and values come from databases: nothing of them is taken for markup, least of all HTML. */
const safe = (text: string): string =>
  oneLine(text)
    .replace(/[\\`*_{}[\]()#|~!]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
