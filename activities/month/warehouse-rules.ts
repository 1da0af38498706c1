import type { Warehouse } from '../../connectors/warehouse';
import { type LongshoreError, toLongshoreError } from '../../core/errors/longshore-error';
import type { FaultSample, QualityRule, RuleFacts } from '../../core/types/quality';
import { isAggregate, ruleProblem } from '../../core/warehouse/rule-check';
import { type CountedRule, ruleQuery, ruleSampleQuery } from '../../core/warehouse/rule-facts';
import type { StagedColumn, StagedRows } from '../../core/warehouse/staged';

/** Columns that are shown of a row where no key tells it apart. */
const SHOWN = 8;
const SAMPLE_LENGTH = 200;

/** Errors that are the fault of the rule's text, and not of the warehouse or the network. */
const OF_THE_RULE = new Set([
  'QUERY_FAILED',
  'COLUMN_NOT_FOUND',
  'TABLE_NOT_FOUND',
  'VALUE_NOT_REPRESENTABLE',
  'RULE_INVALID',
]);

/**
 * Rules counted by SQL, all in one statement; where one of them cannot be evaluated, each in its own, so that it keeps
 * none of the others from being counted. The text of a rule is looked at before it reaches the warehouse, and `query`
 * reads only.
 */
export async function warehouseRules(
  warehouse: Warehouse,
  rows: StagedRows,
  rules: readonly QualityRule[],
  options: { samples: number; keyColumns: readonly string[] },
  signal?: AbortSignal,
): Promise<RuleFacts[]> {
  const reading = signal && { signal };
  const checked = rules.map((rule) => ({
    counted: { rule, kind: isAggregate(warehouse.kind, rule.condition) ? ('aggregate' as const) : ('row' as const) },
    problem: ruleProblem(warehouse.kind, rule.condition),
  }));
  const sound = checked.filter(({ problem }) => problem === undefined).map(({ counted }) => counted);
  const figures = new Map((await figuresOf(sound)).map((figure, index) => [sound[index]?.rule, figure]));
  const facts: RuleFacts[] = [];
  for (const { counted, problem } of checked) {
    const figure = figures.get(counted.rule);
    if (problem !== undefined) facts.push({ ...counted, violations: 0, samples: [], error: `The rule ${problem}.` });
    else if (typeof figure === 'string') facts.push({ ...counted, violations: 0, samples: [], error: figure });
    else facts.push({ ...counted, violations: figure ?? 0, samples: await samplesOf(counted, figure ?? 0) });
  }
  return facts;

  /** A number, or why there is none. */
  async function figuresOf(counted: readonly CountedRule[]): Promise<(number | string)[]> {
    if (counted.length === 0) return [];
    try {
      const [answer = []] = await warehouse.query(ruleQuery(rows, counted), reading);
      return counted.map((_, index) => Number(answer[index] ?? 0));
    } catch (thrown) {
      const error: LongshoreError = toLongshoreError(thrown);
      if (!OF_THE_RULE.has(error.code)) throw thrown;
      if (counted.length === 1) return [error.message];
      const each: (number | string)[] = [];
      for (const rule of counted) each.push(...(await figuresOf([rule])));
      return each;
    }
  }

  async function samplesOf(counted: CountedRule, violations: number): Promise<FaultSample[]> {
    if (violations === 0 || options.samples === 0) return [];
    if (counted.kind === 'aggregate') return [];
    const shown = shownColumns(rows, options.keyColumns);
    const found = await warehouse.query(ruleSampleQuery(rows, counted, shown, options.samples), reading);
    return found.map((row) => {
      const value = shown.map(({ check }, index) => `${check.name}=${row[index] ?? 'NULL'}`).join(', ');
      return { value: value.slice(0, SAMPLE_LENGTH), message: `Rule ${counted.rule.name} does not hold for ${value}.` };
    });
  }
}

function shownColumns({ columns }: StagedRows, keyColumns: readonly string[]): StagedColumn[] {
  const key = columns.filter(({ check }) => keyColumns.some((name) => name.toLowerCase() === check.name.toLowerCase()));
  return key.length > 0 ? key : columns.slice(0, SHOWN);
}
