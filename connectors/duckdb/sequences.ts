/** Sequences behind default values: after rows arrived with values of their own, the next number must be a free one. */
import { tableId } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import type { Session } from './instance';
import { leadingName, literal, qualified, ident } from './sql';

/** DuckDB can only move a sequence by drawing from it; beyond this many numbers the user is told instead. */
const MOST_DRAWS = 20_000_000;

/** Draws each sequence past the largest value that arrived; answers what could not be done. */
export async function advanceSequences(session: Session, plan: TablePlan): Promise<string[]> {
  const warnings: string[] = [];
  for (const column of plan.target?.columns ?? []) {
    const named = /^nextval\('((?:[^']|'')*)'\)$/i.exec(column.defaultSql ?? '')?.[1]?.replaceAll("''", "'");
    if (named === undefined || !plan.columns.some(({ target }) => target === column.name)) continue;
    const [schema, name] = splitName(named);
    const [sequence] = await session.rows(
      `SELECT start_value, increment_by, last_value FROM duckdb_sequences() WHERE database_name = current_database() AND sequence_name = ${literal(name)} AND schema_name = ${literal(schema ?? 'main')}`,
    );
    const increment = BigInt(String(sequence?.increment_by ?? 0));
    if (sequence === undefined || increment <= 0n) continue;
    const largest = await session.value(
      `SELECT max(${ident(column.name)})::HUGEINT::VARCHAR FROM ${qualified(plan.targetRef)}`,
    );
    if (typeof largest !== 'string') continue;
    const reached =
      sequence.last_value === null
        ? BigInt(String(sequence.start_value)) - increment
        : BigInt(String(sequence.last_value));
    const draws = (BigInt(largest) - reached + increment - 1n) / increment;
    if (draws <= 0n) continue;
    if (draws > MOST_DRAWS)
      warnings.push(
        `${tableId(plan.targetRef)}: the sequence ${named} stands at ${reached} and column ${column.name} reaches ${largest}; make the sequence anew with START ${BigInt(largest) + increment}.`,
      );
    else await session.run(`SELECT max(nextval(${literal(named)})) FROM range(${draws})`);
  }
  return warnings;
}

/** `schema.name` or `name`, either quoted or not. */
function splitName(text: string): [string | undefined, string] {
  const parts: string[] = [];
  for (let rest = text; rest !== '';) {
    const quoted = rest.startsWith('"');
    const name = quoted ? leadingName(rest) : (/^[^.]*/.exec(rest)?.[0] ?? rest);
    parts.push(name);
    rest = rest.slice(quoted ? name.replaceAll('"', '""').length + 2 : name.length).replace(/^\./, '');
  }
  return [parts.at(-2), parts.at(-1) ?? text];
}
