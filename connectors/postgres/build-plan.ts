/** Which keys, indexes and constraints staging gets after the load, under temporary names, and what each is called in the end. */
import type { TableRef } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import {
  indexBody,
  isFromPostgres,
  keepsColumns,
  keyColumns,
  needsMissing,
  renames,
  shortName,
  targetNames,
} from './ddl';
import type { LiveTable } from './dependents';
import { identList } from './sql';
import { temporaryName } from './staging';

export interface IndexBuild {
  name: string;
  temporary: string;
  unique: boolean;
  /** From USING on. */
  body: string;
  tablespace: string | null;
  /** The constraint that the index becomes: `PRIMARY KEY` or `UNIQUE`, and how it defers. */
  constraint?: { kind: 'PRIMARY KEY' | 'UNIQUE'; deferral: string };
}

export interface ConstraintBuild {
  name: string;
  temporary: string;
  definition: string;
  /** It has an index of its own, of the same name. */
  indexed: boolean;
}

export interface BuildPlan {
  indexes: IndexBuild[];
  constraints: ConstraintBuild[];
}

/** What the live table has. Constraints other than keys keep their name: it is unique within a table only. */
export function buildLike(live: LiveTable, staging: TableRef): BuildPlan {
  const byIndex = live.constraints.filter(
    (constraint) => (constraint.type === 'p' || constraint.type === 'u') && !constraint.period,
  );
  const others = live.constraints.filter(
    (constraint) =>
      constraint.type === 'x' ||
      (constraint.period && constraint.type !== 'n') ||
      (constraint.type === 'c' && !constraint.validated),
  );
  const indexes = live.indexes.flatMap((index): IndexBuild[] => {
    if (index.body === null || others.some(({ name }) => name === index.constraint)) return [];
    const key = byIndex.find(({ name }) => name === index.constraint);
    const built = {
      name: index.name,
      temporary: temporaryName(staging, index.name),
      unique: index.unique,
      body: index.body,
      tablespace: index.tablespace,
    };
    const deferral = key?.deferrable ? ` DEFERRABLE${key.deferred ? ' INITIALLY DEFERRED' : ''}` : '';
    return [key ? { ...built, constraint: { kind: key.type === 'p' ? 'PRIMARY KEY' : 'UNIQUE', deferral } } : built];
  });
  const constraints = others.map(({ name, type, definition }) => {
    const indexed = type !== 'c';
    return { name, temporary: indexed ? temporaryName(staging, name) : name, definition, indexed };
  });
  return { indexes: uniqueFirst(indexes), constraints };
}

/** What a table gets that the target does not have yet: keys of the source, and its indexes when it is Postgres, too. */
export function buildNew(plan: TablePlan, staging: TableRef): BuildPlan {
  const indexes: IndexBuild[] = [];
  const key = (name: string, columns: string[], kind: 'PRIMARY KEY' | 'UNIQUE'): number =>
    indexes.push({
      name: shortName(name),
      temporary: temporaryName(staging, name),
      unique: true,
      body: `USING btree (${identList(columns)})`,
      tablespace: null,
      constraint: { kind, deferral: '' },
    });
  const { primaryKey, uniqueKeys } = plan.source;
  if (primaryKey && keyColumns(plan).length > 0) key(primaryKey.name, keyColumns(plan), 'PRIMARY KEY');
  for (const { name, columns } of uniqueKeys) {
    if (keepsColumns(plan, columns)) key(name, targetNames(plan, columns), 'UNIQUE');
  }
  if (isFromPostgres(plan) && !renames(plan)) {
    for (const { name, definition, unique } of plan.source.indexes) {
      const body = definition === undefined ? undefined : indexBody(definition);
      if (body === undefined || indexes.some((index) => index.name === name) || needsMissing(plan, body)) continue;
      indexes.push({ name, temporary: temporaryName(staging, name), unique, body, tablespace: null });
    }
  }
  return { indexes: uniqueFirst(indexes), constraints: [] };
}

/** A duplicate shows before time is spent on the other indexes. */
const uniqueFirst = (indexes: IndexBuild[]): IndexBuild[] =>
  indexes.toSorted((a, b) => Number(b.unique) - Number(a.unique));
