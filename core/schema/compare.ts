import type { DatabaseKind, SchemaPolicy } from '../../schemas/constants';
import { LongshoreError } from '../errors/longshore-error';
import { type ColumnMatch, fillsItself, type TargetTypes } from '../plan/columns';
import { listWords } from '../plan/suggest';
import { type ColumnSchema, type KeySchema, type TableRef, type TableSchema, tableId } from '../types/table';

export interface SchemaDifference {
  kind: 'missing-column' | 'extra-column' | 'type' | 'nullability' | 'length' | 'key' | 'foreign-key';
  column?: string;
  /** `blocks`: rows may not arrive, or not whole. `harmless`: worth knowing. */
  severity: 'blocks' | 'harmless';
  /** Whether `schema: ignore` may let it pass: the rows at hand may fit, and the load fails on the first that does not. */
  waivable: boolean;
  /** A sentence for people. */
  text: string;
}

/** Everything in which a target table differs from its source, in the order of the columns, then keys. */
export function compareSchemas(
  source: TableSchema,
  target: TableSchema,
  match: Pick<ColumnMatch, 'pairs' | 'missing' | 'extra'>,
  options: { types: Pick<TargetTypes, 'fits'>; sourceKind: DatabaseKind; targetKind: DatabaseKind },
): SchemaDifference[] {
  return [
    ...match.missing.map(missingColumn),
    ...match.extra.map(extraColumn),
    ...match.pairs.flatMap((pair) => compareColumns(pair.source, pair.target, options)),
    ...compareKeys(source, target, match.pairs),
    ...compareForeignKeys(source, target, match.pairs),
  ];
}

/** What a policy makes of differences. */
export interface SchemaVerdict {
  problem?: LongshoreError;
  warnings: string[];
  /** Statements that give the target what it lacks; only with `evolve`. */
  evolve: string[];
}

/**
 * `stop` refuses every difference that blocks; `ignore` lets those pass that the rows at hand may survive; `evolve`
 * adds missing columns and refuses the rest. SCHEMA_MISMATCH lists all that is refused.
 */
export function applySchemaPolicy(
  differences: readonly SchemaDifference[],
  policy: SchemaPolicy,
  table: {
    source: TableRef;
    target: TableRef;
    addColumns: { name: string; nativeType: string }[];
    addColumnSql: (table: TableRef, column: { name: string; nativeType: string }) => string;
  },
): SchemaVerdict {
  const passes = (difference: SchemaDifference) =>
    difference.severity === 'harmless' ||
    (policy === 'ignore' && difference.waivable) ||
    (policy === 'evolve' && difference.kind === 'missing-column');
  const refused = differences.filter((difference) => !passes(difference));
  const id = tableId(table.target);
  const verdict: SchemaVerdict = {
    warnings: differences
      .filter((difference) => passes(difference) && !(policy === 'evolve' && difference.kind === 'missing-column'))
      .map(({ text }) => `${id}: ${text}`),
    evolve: policy === 'evolve' ? table.addColumns.map((column) => table.addColumnSql(table.target, column)) : [],
  };
  if (refused.length === 0) return verdict;
  const first = refused.find(({ column }) => column !== undefined)?.column;
  const message = `Table ${tableId(table.source)} does not fit ${id}: ${refused.map(({ text }) => text).join(' ')}`;
  return {
    ...verdict,
    problem: new LongshoreError(
      'SCHEMA_MISMATCH',
      message,
      { table: id, ...(first !== undefined && { column: first }) },
      nextStep(refused, policy),
    ),
  };
}

function nextStep(refused: SchemaDifference[], policy: SchemaPolicy): { next?: string } {
  const ways = ['alter the target'];
  if (refused.every(({ kind }) => kind !== 'extra-column')) ways.push('exclude the column');
  if (policy !== 'evolve' && refused.every(({ kind }) => kind === 'missing-column')) ways.push('set `schema: evolve`');
  if (policy !== 'ignore' && refused.every(({ waivable }) => waivable)) ways.push('set `schema: ignore`');
  const text = `${listWords(ways, 'or')}.`;
  return { next: text.charAt(0).toUpperCase() + text.slice(1) };
}

const difference = (
  kind: SchemaDifference['kind'],
  severity: SchemaDifference['severity'],
  waivable: boolean,
  text: string,
  column?: string,
): SchemaDifference => ({
  kind,
  severity,
  waivable,
  text,
  ...(column !== undefined && { column }),
});

const missingColumn = ({ name, nativeType }: ColumnSchema): SchemaDifference =>
  difference('missing-column', 'blocks', true, `The target has no column ${name} (${nativeType}).`, name);

function extraColumn(column: ColumnSchema): SchemaDifference {
  const { name, nativeType } = column;
  if (fillsItself(column))
    return difference(
      'extra-column',
      'harmless',
      true,
      `The target's column ${name} gets no value from the source.`,
      name,
    );
  return difference(
    'extra-column',
    'blocks',
    false,
    `The target's column ${name} (${nativeType}) is NOT NULL without a default, and the source has no value for it.`,
    name,
  );
}

function compareColumns(
  source: ColumnSchema,
  target: ColumnSchema,
  {
    types,
    sourceKind,
    targetKind,
  }: { types: Pick<TargetTypes, 'fits'>; sourceKind: DatabaseKind; targetKind: DatabaseKind },
): SchemaDifference[] {
  const sameKind = sourceKind === targetKind;
  const found: SchemaDifference[] = [];
  const { name } = target;
  const { nativeType, logical } = source;
  const fit = types.fits({ nativeType, logical, kind: sourceKind }, target.nativeType);
  if (fit.fit === 'refused') {
    found.push(
      difference(
        'type',
        'blocks',
        false,
        `Column ${name} is ${source.nativeType} in the source and ${target.nativeType} in the target: ${sentence(fit.why)}`,
        name,
      ),
    );
  } else if (target.maxLength !== undefined && (source.maxLength ?? Infinity) > target.maxLength) {
    const sourceLength = source.maxLength === undefined ? 'any number of' : `up to ${source.maxLength}`;
    found.push(
      difference(
        'length',
        'blocks',
        true,
        `Column ${name} holds ${sourceLength} characters in the source and up to ${target.maxLength} in the target.`,
        name,
      ),
    );
  } else if (fit.fit === 'checked') {
    // A narrower type is a difference between the tables; that no type of the other database holds more is none.
    const isNarrower = sameKind || source.logical.kind === 'decimal';
    found.push(
      difference(
        'type',
        isNarrower ? 'blocks' : 'harmless',
        true,
        `Column ${name} is ${source.nativeType} in the source and ${target.nativeType} in the target, so each value is checked: ${sentence(fit.why)}`,
        name,
      ),
    );
  } else if (sameKind && source.nativeType !== target.nativeType) {
    found.push(
      difference(
        'type',
        'harmless',
        true,
        `Column ${name} is ${source.nativeType} in the source and ${target.nativeType} in the target, which has room for it.`,
        name,
      ),
    );
  }
  if (source.nullable && !target.nullable)
    found.push(
      difference(
        'nullability',
        'blocks',
        true,
        `Column ${name} may be NULL in the source and is NOT NULL in the target.`,
        name,
      ),
    );
  if (!source.nullable && target.nullable)
    found.push(
      difference(
        'nullability',
        'harmless',
        true,
        `Column ${name} is NOT NULL in the source and may be NULL in the target.`,
        name,
      ),
    );
  return found;
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Key columns of the source under their names in the target, sorted: what makes two keys the same. */
const keyColumns = (columns: readonly string[], rename: Map<string, string> = new Map()): string =>
  JSON.stringify(columns.map((name) => rename.get(name) ?? name).toSorted());

function compareKeys(source: TableSchema, target: TableSchema, pairs: ColumnMatch['pairs']): SchemaDifference[] {
  const found: SchemaDifference[] = [];
  const rename = new Map(pairs.map((pair) => [pair.source.name, pair.target.name]));
  const keysOf = (table: TableSchema): KeySchema[] => [
    ...(table.primaryKey === undefined ? [] : [table.primaryKey]),
    ...table.uniqueKeys,
  ];
  const sourceKeys = new Set(keysOf(source).map((key) => keyColumns(key.columns, rename)));
  if (source.primaryKey !== undefined && target.primaryKey === undefined) {
    found.push(
      difference(
        'key',
        'harmless',
        true,
        `The target has no primary key; the source has one on ${source.primaryKey.columns.join(', ')}.`,
      ),
    );
  }
  for (const key of keysOf(target)) {
    if (sourceKeys.has(keyColumns(key.columns))) continue;
    found.push(
      difference(
        'key',
        'harmless',
        true,
        `The target's key ${key.name} (${key.columns.join(', ')}) has no like in the source: rows that are equal in it will fail.`,
      ),
    );
  }
  return found;
}

function compareForeignKeys(source: TableSchema, target: TableSchema, pairs: ColumnMatch['pairs']): SchemaDifference[] {
  const rename = new Map(pairs.map((pair) => [pair.source.name, pair.target.name]));
  const sourceKeys = new Map(
    source.foreignKeys.map((key) => [`${keyColumns(key.columns, rename)} ${key.to.name}`.toLowerCase(), key]),
  );
  const targetKeys = new Map(
    target.foreignKeys.map((key) => [`${keyColumns(key.columns)} ${key.to.name}`.toLowerCase(), key]),
  );
  const only = (these: typeof sourceKeys, those: typeof sourceKeys) =>
    [...these].filter(([id]) => !those.has(id)).map(([, key]) => key);
  return [
    ...only(sourceKeys, targetKeys).map((key) =>
      difference(
        'foreign-key',
        'harmless',
        true,
        `The target lacks the foreign key ${key.name} (${key.columns.join(', ')}) to ${tableId(key.to)}.`,
      ),
    ),
    ...only(targetKeys, sourceKeys).map((key) =>
      difference(
        'foreign-key',
        'harmless',
        true,
        `The target's foreign key ${key.name} (${key.columns.join(', ')}) to ${tableId(key.to)} has no like in the source: rows that break it will fail.`,
      ),
    ),
  ];
}
