/**
 * Rules of users about a file, each one SQL expression, evaluated by DuckDB in one pass over it for all of them. An
 * expression is safe in three ways: DuckDB's parser must have seen nothing but one expression without subqueries or
 * functions that act on the outside; the instance can reach no file but this one; and its configuration is locked.
 */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { FaultSample, QualityRule, RuleFacts } from '../../core/types/quality';
import type { ScanPlan } from '../../core/types/scan';
import { firstLine } from './errors';
import { columnAliases, fileQuery, probeTable } from './file-query';
import { parsedCondition, textProblem } from './filter';
import { withMemory, type Session } from './instance';
import { memorySettings, type FileWorkSettings } from './key-groups';
import { ident } from './sql';

export interface FileRules {
  /** What DuckDB is to read: UTF-8, compressed or not. */
  file: string;
  /** The file as it is called in messages. */
  path: string;
  plan: ScanPlan;
  rules: readonly QualityRule[];
}

/** A rule that can be asked for. */
interface Bound {
  rule: QualityRule;
  kind: RuleFacts['kind'];
}

/**
 * What became of each rule, in order. A rule that cannot be evaluated is no failure of the others: its facts say why. A
 * condition that is NULL holds, as in a CHECK of SQL. Rows that the checks call ragged are left out.
 */
export async function checkFileRules(
  { file, path, plan, rules }: FileRules,
  settings: FileWorkSettings,
  signal: AbortSignal,
): Promise<RuleFacts[]> {
  if (rules.length === 0) return [];
  return withMemory(memorySettings(settings), { signal, paths: [file], ordered: true }, async (session) => {
    await session.run(probeTable(plan));
    const bound = await Promise.all(rules.map(async (rule) => bind(session, rule)));
    const counts = await count(
      session,
      file,
      plan,
      bound.filter((each): each is Bound => 'kind' in each && !('error' in each)),
    );
    const facts: RuleFacts[] = [];
    for (const each of bound) {
      const { rule, kind } = each;
      const counted = 'error' in each ? each.error : counts.get(rule);
      if (typeof counted !== 'number')
        facts.push({ rule, kind, violations: 0, samples: [], error: counted ?? `${path} could not be read.` });
      else {
        const samples = kind === 'row' && counted > 0 ? await sampleRows(session, file, plan, rule) : [];
        facts.push({ rule, kind, violations: counted, samples });
      }
    }
    return facts;
  });
}

/** Whether the condition is about rows or about the whole: whichever way DuckDB takes it. */
async function bind(session: Session, rule: QualityRule): Promise<Bound | (Bound & { error: string })> {
  const { condition } = rule;
  const problem =
    textProblem(condition) ??
    (await parsedCondition(session, condition)) ??
    (/\bselect\b/i.test(condition) && (await hasSubquery(session, condition)) ? 'it contains a subquery' : undefined);
  if (problem !== undefined) return { rule, kind: 'row', error: `The condition is refused: ${problem}.` };
  try {
    return { rule, kind: await kindOf(session, condition) };
  } catch (error) {
    if (error instanceof LongshoreError && error.code === 'CANCELLED') throw error;
    return { rule, kind: 'row', error: refusal(error) };
  }
}

async function kindOf(session: Session, condition: string): Promise<RuleFacts['kind']> {
  let first: unknown;
  for (const [kind, sql] of [
    ['row', `SELECT (\n${condition}\n) AS condition FROM probe WHERE (\n${condition}\n) IS FALSE`],
    ['aggregate', `SELECT (\n${condition}\n) AS condition FROM probe`],
  ] as const)
    try {
      const [column] = await session.rows(`DESCRIBE ${sql}`);
      const type = String(column?.['column_type']);
      if (type !== 'BOOLEAN') throw new LongshoreError('RULE_INVALID', `the condition is ${type}, not true or false`);
      return kind;
    } catch (error) {
      // Of the two refusals the one counts that is not about aggregates.
      first ??= error;
      if (!/aggregate/i.test(firstLine(first))) throw first;
      if (kind === 'aggregate') throw error;
    }
  throw first;
}

async function hasSubquery(session: Session, condition: string): Promise<boolean> {
  const tree = await session.value('SELECT json_serialize_sql($1::VARCHAR)', [`SELECT 1 WHERE ${condition}`]);
  return String(tree).includes('"class":"SUBQUERY"');
}

const refusal = (error: unknown): string => {
  const line = firstLine(error)
    .replace(/^DuckDB: /, '')
    .replace(/\.$/, '');
  return `The condition cannot be evaluated: ${line}.`;
};

/** Not where DuckDB had too little room, or was stopped. */
const isFaultOfRule = (error: unknown): boolean =>
  !(error instanceof LongshoreError && ['CANCELLED', 'DISK_FULL', 'STAGING_UNAVAILABLE'].includes(error.code)) &&
  !/out of memory|allocate|pin block/i.test(firstLine(error));

/** Violations of each rule. Where all together fail, each is asked alone, so that only the one at fault has no answer. */
async function count(
  session: Session,
  file: string,
  plan: ScanPlan,
  rules: readonly Bound[],
): Promise<Map<QualityRule, number | string>> {
  const counts = new Map<QualityRule, number | string>();
  if (rules.length === 0) return counts;
  const expressions = rules.map(({ rule: { condition }, kind }) =>
    kind === 'row'
      ? `count(*) FILTER (WHERE (\n${condition}\n) IS FALSE)`
      : `CASE WHEN (\n${condition}\n) IS FALSE THEN 1 ELSE 0 END`,
  );
  const list = expressions.map((expression, index) => `${expression} AS r${index}`);
  try {
    const [row] = await session.rows(`SELECT ${list.join(', ')} FROM (${fileQuery(file, plan)})`);
    for (const [index, { rule }] of rules.entries()) counts.set(rule, Number(row?.[`r${index}`]));
  } catch (error) {
    if (!isFaultOfRule(error)) throw error;
    if (rules.length === 1) counts.set(rules[0]!.rule, refusal(error));
    else
      for (const rule of rules)
        for (const [key, value] of await count(session, file, plan, [rule])) counts.set(key, value);
  }
  return counts;
}

/**
 * Rows that break a rule. DuckDB knows rows by their number alone: that is the line where no field can hold line breaks;
 * where fields are quoted the message names the row instead.
 */
async function sampleRows(
  session: Session,
  file: string,
  plan: ScanPlan,
  { condition }: QualityRule,
): Promise<FaultSample[]> {
  if (plan.samples === 0) return [];
  const { format } = plan;
  const mentioned = columnAliases(plan).filter((name) => condition.toLowerCase().includes(name.toLowerCase()));
  const shown = mentioned.length > 0 ? mentioned : columnAliases(plan).slice(0, 3);
  const rows = await session.rows(
    `SELECT row_number AS "row number", ${shown.map((name, index) => `${ident(name)}::VARCHAR AS v${index}`).join(', ')}
     FROM (SELECT *, row_number() OVER () AS row_number FROM (${fileQuery(file, plan, true)}))
     WHERE (\n${condition}\n) IS FALSE LIMIT ${plan.samples}`,
  );
  const skipped = await session.rows('SELECT DISTINCT line FROM reject_errors ORDER BY line');
  const skippedLines = skipped.map((row) => Number(row['line']));
  return rows.map((row) => {
    const values = shown.map((name, index) => `${name} = ${String(row[`v${index}`] ?? 'NULL')}`).join(', ');
    const number = Number(row['row number']);
    const value = values.slice(0, 200);
    if (format.quote !== '') return { value, message: `row ${number} breaks the rule` };
    return { line: lineOf(number, format.headerLines, skippedLines), value, message: 'the row breaks the rule' };
  });
}

/** Physical line of a row by its number among those that DuckDB took. */
function lineOf(row: number, headerLines: number, skipped: readonly number[]): number {
  let line = headerLines + row;
  for (const each of skipped) {
    if (each > line) break;
    line++;
  }
  return line;
}
