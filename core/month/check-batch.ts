/** What of a batch cannot be as it is configured, and what is only doubtful. Every finding stands where it is written. */
import { WAREHOUSE_KINDS } from '../../schemas/constants';
import type { ErrorCode } from '../errors/catalogue';
import { parseBytes } from '../units';
import { checkRules, checkTable } from './check-table';
import { compilePattern, exampleOf, patternProblem } from './pattern';
import {
  type BatchFinding,
  type BatchSource,
  type Report,
  type ResolvedBatch,
  type ResolvedTable,
  unknown,
} from './resolve-batch';

const PART_SIZE = { min: 4096, max: 4e9 };

/** `isBase`: the batch is there for others to build on. */
export function checkBatch(
  batch: ResolvedBatch,
  environments: BatchSource['environments'],
  isBase: boolean,
): BatchFinding[] {
  const findings: BatchFinding[] = [];
  const report: Report = {
    problem: (path, message, code = 'CONFIG_INVALID') => findings.push({ path, message, code, level: 'problem' }),
    warning: (path, message) => findings.push({ path, message, code: 'CONFIG_INVALID', level: 'warning' }),
  };
  checkTarget(batch, environments, isBase, findings);
  checkStage(batch, report);
  const { settings, tables } = batch;
  if (tables.length === 0 && !isBase)
    report.problem(settings.origin(['tables']), `The month batch \`${batch.name}\` has no tables.`);
  checkRules(settings.value.quality?.rules, (index) => settings.origin(['quality', 'rules', index, 'name']), report);
  for (const table of tables) checkTable(table, report, isBase);
  checkSameTable(tables, report);
  checkPatterns(tables, report);
  return findings;
}

function checkTarget(
  { settings, name }: ResolvedBatch,
  environments: BatchSource['environments'],
  isBase: boolean,
  findings: BatchFinding[],
): void {
  const { to } = settings.value;
  const path = settings.origin(['to']);
  const add = (message: string, code: ErrorCode, level: BatchFinding['level'] = 'problem'): number =>
    findings.push({ path, message, code, level });
  if (to === undefined) {
    if (!isBase)
      add(
        `\`to\` is missing: the month batch \`${name}\` does not say which environment it loads into.`,
        'CONFIG_INVALID',
      );
    return;
  }
  const environment = Object.hasOwn(environments, to) ? environments[to] : undefined;
  if (!environment) {
    findings.push(unknown(path, 'environment', to, Object.keys(environments)));
    return;
  }
  const { kind, readOnly } = environment;
  if (typeof kind === 'string' && !WAREHOUSE_KINDS.some((each) => each === kind))
    add(`\`${to}\` is of kind ${kind}; month batches go into ${WAREHOUSE_KINDS.join(', ')}.`, 'WAREHOUSE_UNSUITABLE');
  if (readOnly === true)
    add(
      `The batch loads into \`${to}\`, which is \`readOnly: true\`; it will be refused.`,
      'READ_ONLY_ENVIRONMENT',
      'refusal',
    );
}

function checkStage({ settings }: ResolvedBatch, report: Report): void {
  const { stage } = settings.value;
  if (stage?.compression === 'gzip' && (stage.level ?? 1) > 9)
    report.problem(settings.origin(['stage', 'level']), '`level` of gzip must be 1 to 9.');
  const bytes = stage?.partSize === undefined ? undefined : parseBytes(stage.partSize);
  if (bytes !== undefined && (bytes < PART_SIZE.min || bytes > PART_SIZE.max))
    report.problem(settings.origin(['stage', 'partSize']), '`partSize` must be 4096 bytes to 4 GB.');
}

/** Two definitions may share a table, as when its files come from two places, but not with other columns. */
function checkSameTable(tables: readonly ResolvedTable[], report: Report): void {
  const byTable = new Map<string, ResolvedTable>();
  for (const each of tables) {
    const { table, settings } = each;
    const key = `${table.schema ?? ''}.${table.table}`.toLowerCase();
    const first = byTable.get(key);
    if (!first) {
      byTable.set(key, each);
      continue;
    }
    const [mine, other] = [columnsOf(each), columnsOf(first)];
    if (!mine || !other) continue;
    const extra = [...mine.filter((name) => !other.includes(name)), ...other.filter((name) => !mine.includes(name))];
    if (extra.length > 0)
      report.problem(
        settings.origin(['columns']),
        `\`${first.table.name}\` and \`${table.name}\` both load the table \`${table.table}\`, and not with the same columns: ${extra.join(', ')} only in one of them.`,
        'DUPLICATE_TARGET',
      );
  }
}

const columnsOf = ({ table }: ResolvedTable): string[] | undefined =>
  table.columns?.map((name) => (table.rename[name] ?? name).toLowerCase());

/** Files that would fit two definitions are refused when they come; better that it is known before. */
function checkPatterns(tables: readonly ResolvedTable[], report: Report): void {
  const patterns = tables.flatMap(({ table, settings }) =>
    table.files.flatMap((text, index) => {
      if (patternProblem(text) !== undefined) return [];
      const path = settings.origin(Array.isArray(settings.value.files) ? ['files', index] : ['files']);
      return [{ text, table: table.name, path, pattern: compilePattern(text) }];
    }),
  );
  for (const [index, one] of patterns.entries()) {
    for (const other of patterns.slice(index + 1)) {
      if (one.table === other.table) continue;
      if (one.text.toLowerCase() === other.text.toLowerCase())
        report.problem(
          other.path,
          `\`${one.table}\` and \`${other.table}\` have the same pattern \`${other.text}\`: every file would fit both.`,
        );
      else {
        const example = [exampleOf(one.text), exampleOf(other.text)].find(
          (name) => one.pattern.match(name) && other.pattern.match(name),
        );
        if (example !== undefined)
          report.warning(
            other.path,
            `A file such as ${example} fits both \`${one.table}\` (\`${one.text}\`) and \`${other.table}\` (\`${other.text}\`); it will be refused.`,
          );
      }
    }
  }
}
