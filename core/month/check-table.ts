/** What of one table of a batch cannot be as it is configured. */
import { didYouMean, listWords } from '../plan/suggest';
import { checkMonthFormat } from './format';
import type { SettingPath } from './layers';
import { compilePattern, patternProblem, readDay } from './pattern';
import type { Report, ResolvedTable } from './resolve-batch';

/** `isBase`: what is missing may still come from a batch that builds on this one. */
export function checkTable({ table, settings }: ResolvedTable, report: Report, isBase: boolean): void {
  const { name } = table;
  const at = (...path: SettingPath): SettingPath => settings.origin(path);
  checkFiles({ table, settings }, report, isBase);
  for (const { field, message } of checkMonthFormat(table.format)) report.problem(at(field), message);
  checkColumns({ table, settings }, report);
  if (table.load === 'replace' && table.dateColumn === undefined && !isBase)
    report.problem(
      at('load'),
      `\`load: replace\` of \`${name}\` needs a \`dateColumn\`: it tells which rows of the table are of the month.`,
    );
  if (table.format.headerLines === 0 && !table.columns && table.createTable)
    report.problem(
      at('columns'),
      `\`${name}\` is made from files without a header, so \`columns\` must name its columns.`,
    );
  if (Object.keys(table.types).length > 0 && !table.createTable)
    report.warning(
      at('types'),
      `\`types\` of \`${name}\` count for a table that is made, and \`createTable\` is not true.`,
    );
  const { expectedRange } = table;
  if (typeof expectedRange === 'object') {
    const days = { from: readDay(expectedRange.from), to: readDay(expectedRange.to) };
    for (const side of ['from', 'to'] as const) {
      if (days[side] === undefined)
        report.problem(at('expectedRange', side), `\`${expectedRange[side]}\` is no day of the calendar.`);
    }
    if (days.from !== undefined && days.to !== undefined && days.to < days.from)
      report.problem(at('expectedRange'), '`expectedRange` ends before it begins.');
  }
  checkRules(settings.value.quality?.rules, (index) => at('quality', 'rules', index, 'name'), report);
}

/** Rules go by their names, in reports and where one replaces another. */
export function checkRules(
  rules: readonly { name: string }[] = [],
  pathOf: (index: number) => SettingPath,
  report: Report,
): void {
  for (const [index, { name }] of rules.entries()) {
    if (rules.findIndex((other) => other.name === name) < index)
      report.problem(pathOf(index), `There are two rules named \`${name}\`.`);
  }
}

function checkFiles({ table, settings }: ResolvedTable, report: Report, isBase: boolean): void {
  if (table.files.length === 0 && !isBase)
    report.problem(
      settings.origin(['files']),
      `\`files\` of \`${table.name}\` is missing: no file would belong to it. Write a pattern such as \`${table.name}_{month}.tsv\`.`,
    );
  const isList = Array.isArray(settings.value.files);
  let hasRange = false;
  for (const [index, text] of table.files.entries()) {
    const path = settings.origin(isList ? ['files', index] : ['files']);
    const problem = patternProblem(text);
    if (problem !== undefined) {
      report.problem(path, `The pattern \`${text}\` ${problem}.`);
      continue;
    }
    const pattern = compilePattern(text);
    hasRange ||= pattern.hasRange;
    if (!pattern.hasMonth)
      report.warning(
        path,
        `The pattern \`${text}\` has neither {month} nor {date_range}: its files must be named with --files, together with one month.`,
      );
    if (table.files.indexOf(text) < index) report.problem(path, `The pattern \`${text}\` stands there twice.`);
  }
  if (table.expectedRange === 'file' && table.files.length > 0 && !hasRange)
    report.problem(
      settings.origin(['expectedRange']),
      `\`expectedRange: file\` of \`${table.name}\` needs a pattern with {date_range}.`,
    );
}

/** Names of columns count without letter case, as they do when files are read. */
function checkColumns({ table, settings }: ResolvedTable, report: Report): void {
  const { columns, rename, keyColumns, dateColumn, types, quality } = table;
  const at = (...path: SettingPath): SettingPath => settings.origin(path);
  const twice = (names: readonly string[]): (readonly [string, number])[] =>
    names.flatMap((each, index) =>
      names.findIndex((other) => same(each, other)) < index ? [[each, index] as const] : [],
    );
  for (const [each, index] of twice(keyColumns)) report.problem(at('keyColumns', index), `\`${each}\` is named twice.`);
  if (!columns) return;
  for (const [each, index] of twice(columns))
    report.problem(at('columns', index), `There are two columns \`${each}\`.`);
  const isKnown = (column: string): boolean => columns.some((each) => same(each, column));
  const missing = (column: string): string =>
    `\`${table.name}\` has no column \`${column}\`.${didYouMean(column, columns) || ` Its columns are ${listWords(columns)}.`}`;
  if (dateColumn !== undefined && !isKnown(dateColumn)) report.problem(at('dateColumn'), missing(dateColumn));
  for (const [index, column] of keyColumns.entries()) {
    if (!isKnown(column)) report.problem(at('keyColumns', index), missing(column));
  }
  for (const column of Object.keys(rename)) {
    if (!isKnown(column)) report.problem(at('rename', column), missing(column));
  }
  for (const column of Object.keys(quality.nulls)) {
    if (column !== '*' && !isKnown(column)) report.problem(at('quality', 'nulls', column), missing(column));
  }
  const targets = columns.map((column) => rename[column] ?? column);
  for (const [target, index] of twice(targets)) {
    // Columns of one name were told of already.
    if (twice(columns).some(([, other]) => other === index)) continue;
    report.problem(at('rename'), `Two columns of \`${table.name}\` would be \`${target}\` in the table.`);
  }
  for (const column of Object.keys(types)) {
    if (!isKnown(column) && !targets.some((target) => same(target, column)))
      report.problem(at('types', column), missing(column));
  }
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
