/** Rules of users, counted over typed rows. */
import type { QualityRule } from '../types/quality';
import type { Statement } from '../types/warehouse';
import { dialectOf } from './dialect';
import { countOf } from './column-facts';
import { type StagedColumn, type StagedRows, typedRelation } from './staged';

export interface CountedRule {
  rule: QualityRule;
  kind: 'row' | 'aggregate';
}

/**
 * One row with a number for each rule: rows that break it; for one about the whole 1 where it does not hold, else 0. As in
 * a CHECK, NULL does not break a rule about a row; a rule about the whole must be true.
 */
export const ruleQuery = (rows: StagedRows, rules: readonly CountedRule[]): Statement => ({
  sql: `SELECT ${rules.map(figureOf).join(', ')} FROM ${typedRelation(rows)}`,
});

/** Rows that break a rule: the texts of `shown`. */
export function ruleSampleQuery(
  rows: StagedRows,
  { rule }: CountedRule,
  shown: readonly StagedColumn[],
  samples: number,
): Statement {
  const dialect = dialectOf(rows.kind);
  const texts = shown.map(({ column }) => dialect.text(dialect.ident(column.name), column.type));
  return {
    sql: `SELECT ${texts.join(', ')} FROM ${typedRelation(rows)} WHERE NOT (${rule.condition}) LIMIT ${samples}`,
  };
}

const figureOf = ({ rule, kind }: CountedRule): string =>
  kind === 'row' ? countOf(`NOT (${rule.condition})`) : `CASE WHEN (${rule.condition}) THEN 0 ELSE 1 END`;
