/** A transfer set with its defaults written into every table: what planning works from. */
import type { PublishScope, PublishStrategy } from '../../schemas/constants';
import type { TableOptions, TransferSet } from '../../schemas/transfer-set';
import type { TableSettings } from '../plan/table-plan';
import type { TableRef } from '../types/table';
import { parseBytes } from '../units';

/** Levels that compress well for their speed, used when none is given. */
const DEFAULT_LEVELS = { none: 0, zstd: 1, gzip: 1, brotli: 1 } as const;

export interface EffectiveTable extends TableSettings {
  /** Undefined: the table has the same name in the target. */
  target?: TableRef;
  /** Undefined: the target chooses. */
  forced?: PublishStrategy;
}

export interface EffectiveEntry {
  /** Name, pattern or exclusion (`!…`), as written. */
  pattern: string;
  options: EffectiveTable;
  /** Where the entry stands, e.g. `transferSets.daily.tables[2]`. */
  path: string;
}

export interface EffectiveSet {
  name: string;
  from: string;
  to: string;
  publish: PublishScope;
  parallelTables: number;
  /** Zone in which date presets count days. */
  timezone: string;
  /** In the order of the configuration. Fits `selectTables`. */
  entries: EffectiveEntry[];
}

/** `set` is checked configuration, so nothing in here can fail. */
export function effectiveSet(name: string, set: TransferSet): EffectiveSet {
  const entries = set.tables.map((entry, index): EffectiveEntry => {
    const [pattern, options] = typeof entry === 'string' ? [entry, null] : (Object.entries(entry)[0] ?? ['', null]);
    return { pattern, options: effectiveTable(set, options ?? {}), path: `transferSets.${name}.tables[${index}]` };
  });
  const { from, to, publish } = set;
  return {
    name,
    from,
    to,
    publish,
    parallelTables: set.parallel.tables,
    timezone: set.schedule?.timezone ?? 'UTC',
    entries,
  };
}

function effectiveTable(set: TransferSet, own: TableOptions): EffectiveTable {
  const strategy = own.strategy ?? set.strategy;
  const { codec, level } = set.compression;
  return {
    where: own.where,
    dates: own.dates,
    limit: own.limit,
    exclude: own.exclude ?? [],
    mode: own.mode ?? set.mode,
    schemaPolicy: own.schema ?? set.schema,
    verify: own.verify ?? set.verify,
    codec,
    codecLevel: level ?? DEFAULT_LEVELS[codec],
    partBytes: parseBytes(own.partSize ?? set.partSize) ?? 128e6,
    batchRows: own.batchRows ?? set.batchRows,
    parallel: own.parallel ?? set.parallel.parts,
    maxRows: own.maxRows ?? set.maxRows,
    minPercentOfLast: own.minPercentOfLast ?? set.minPercentOfLast,
    references: own.references ?? set.references,
    mask: own.mask ?? {},
    personalData: own.personalData ?? set.personalData,
    newColumns: own.newColumns ?? set.newColumns,
    ...(own.target !== undefined && { target: tableRef(own.target) }),
    ...(strategy !== 'auto' && { forced: strategy }),
  };
}

function tableRef(text: string): TableRef {
  const dot = text.indexOf('.');
  return { schema: text.slice(0, dot), name: text.slice(dot + 1) };
}
