/** The report of a run as one HTML page: no script, nothing loaded from elsewhere, light or dark as the reader's screen is. */
import { printable } from './text';
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
import { REPORT_STYLE } from './report-style';
import { referenceText } from './verification';

export function reportHtml(report: RunReportDocument): string {
  const title = `${report.run.id}: ${report.run.status}`;
  const body = [
    `<header><h1>${text(report.run.id)}</h1>${badge(report.run.status)}</header>`,
    facts(runFacts(report).filter(([name]) => name !== 'status')),
    errors(report),
    section('Warnings', list(report.warnings, 'warning')),
    report.tables.length === 0 ? '' : section('Tables', grid(tablesGrid(report.tables), 1)),
    ...report.tables.map(tableSection),
    section('Messages', list(notificationLines(report))),
  ];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${text(title)}</title>`,
    `<style>${REPORT_STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    ...body.filter((part) => part !== ''),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function tableSection(table: ReportedTable): string {
  const { verification: proof } = table;
  const parts = [
    facts(tableFacts(table)),
    proof && proof.columns.length > 0 ? grid(figuresGrid(proof.columns), -1) : '',
    proof ? list(proof.references.map(referenceText)) : '',
  ];
  const isOpen = proof?.equal === false || table.error !== undefined;
  return [
    `<details${isOpen ? ' open' : ''}>`,
    `<summary><h3>${text(table.table)}</h3>${badge(table.state)} <span>${text(table.compared)}</span></summary>`,
    ...parts.filter((part) => part !== ''),
    '</details>',
  ].join('\n');
}

function errors(report: RunReportDocument): string {
  const items = report.errors.map(errorLines).map(({ title, facts: more }) => {
    return `<div class="error"><p>${text(title)}</p>${facts(more)}</div>`;
  });
  return section('Errors', items.join('\n'));
}

const section = (title: string, content: string): string =>
  content === '' ? '' : `<section>\n<h2>${title}</h2>\n${content}\n</section>`;

const list = (lines: readonly string[], kind = ''): string =>
  lines.length === 0
    ? ''
    : `<ul${kind === '' ? '' : ` class="${kind}"`}>${lines.map((line) => `<li>${text(line)}</li>`).join('')}</ul>`;

const facts = (pairs: readonly (readonly [string, string])[]): string =>
  `<dl>${pairs.map(([name, value]) => `<dt>${text(name)}</dt><dd>${text(value)}</dd>`).join('')}</dl>`;

const GOOD = new Set(['done', 'published', 'equal', 'equal by parts', 'ready']);
const BAD = new Set(['failed', 'refused', 'different']);

const toneOf = (word: string): string => (GOOD.has(word) ? 'good' : BAD.has(word) ? 'bad' : 'other');

const badge = (word: string): string => `<span class="badge ${toneOf(word)}">${text(word)}</span>`;

/** `state`: the column whose word is coloured, from the end when negative. */
function grid({ head, right, rows }: Grid, state: number): string {
  const at = state < 0 ? head.length + state : state;
  const side = (index: number): string => (right.includes(index) ? ' class="figure"' : '');
  const titles = head.map((title, index) => `<th scope="col"${side(index)}>${text(title)}</th>`);
  const lines = rows.map((row) => {
    const cells = row.map((cell, index) =>
      index === at ? `<td>${badge(cell)}</td>` : `<td${side(index)}>${text(cell)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<div class="wide"><table><thead><tr>${titles.join('')}</tr></thead><tbody>\n${lines.join('\n')}\n</tbody></table></div>`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Names and values come from databases: none of them becomes markup. */
const text = (value: string): string => printable(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
