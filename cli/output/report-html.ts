/** The report of a run as one HTML page: no script, nothing loaded from elsewhere, light or dark as the reader's screen is. */
import { badge, facts, grid, list, page, section, text } from '../../report/html';
import type { ReportedTable, RunReportDocument } from './report-document';
import { errorLines, figuresGrid, notificationLines, runFacts, tableFacts, tablesGrid } from './report-parts';
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
  return page(title, body);
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
