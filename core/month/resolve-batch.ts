/** Follows what a batch builds on: other batches, templates, defaults. */
import type { MonthBatchEntry, MonthTableEntry, MonthTemplate, QualityEntry } from '../../schemas/month-batch';
import type { ErrorCode } from '../errors/catalogue';
import { didYouMean, listWords } from '../plan/suggest';
import { effectiveQuality } from '../quality/settings';
import type { MonthTable } from '../types/month';
import { DEFAULT_FORMAT, readDelimiter } from './format';
import { type Layer, type Layered, layOver, type SettingPath } from './layers';

/** What of a configuration month batches need; a checked `Config` is one. */
export interface BatchSource {
  monthBatches: Readonly<Record<string, MonthBatchEntry>>;
  monthTemplates: Readonly<Record<string, MonthTemplate>>;
  environments: Readonly<Record<string, { kind?: unknown; readOnly?: unknown }>>;
}

/** Something that is wrong with a batch, or doubtful, at a path of the configuration. */
export interface BatchFinding {
  path: SettingPath;
  message: string;
  code: ErrorCode;
  /** `refusal`: the configuration is as it should be, and the batch can never be loaded. */
  level: 'problem' | 'refusal' | 'warning';
}

/** Takes findings of the single checks. */
export interface Report {
  problem(path: SettingPath, message: string, code?: ErrorCode): void;
  warning(path: SettingPath, message: string): void;
}

export interface ResolvedTable {
  table: MonthTable;
  settings: Layered<MonthTableEntry>;
}

export interface ResolvedBatch {
  name: string;
  settings: Layered<MonthBatchEntry>;
  tables: ResolvedTable[];
  /** Unknown names and circles of `extends`. */
  findings: BatchFinding[];
}

/** `name` must be a batch of `source`. Nothing is thrown: what cannot be followed is a finding. */
export function resolveBatch(source: BatchSource, name: string): ResolvedBatch {
  const findings: BatchFinding[] = [];
  const chain = chainOf(source, name, findings);
  const settings = layOver<MonthBatchEntry>(chain);
  const tables = Object.keys(settings.value.tables ?? {}).map((table) =>
    resolveTable(source, chain, settings.value, table, findings),
  );
  return { name, settings, tables, findings };
}

/** The batch and those it builds on, the most general first. */
function chainOf({ monthBatches }: BatchSource, name: string, findings: BatchFinding[]): BatchLayer[] {
  const chain: BatchLayer[] = [];
  const seen: string[] = [];
  for (let next: string | undefined = name; next !== undefined;) {
    const value: MonthBatchEntry | undefined = Object.hasOwn(monthBatches, next) ? monthBatches[next] : undefined;
    const path = ['monthBatches', seen.at(-1) ?? name, 'extends'];
    if (seen.includes(next)) {
      const circle = [...seen.slice(seen.indexOf(next)), next].join(' → ');
      const message = `Batches build on one another in a circle: ${circle}.`;
      findings.push({ path, message, code: 'CONFIG_EXTENDS_CYCLE', level: 'problem' });
      break;
    }
    if (!value) {
      const others = Object.keys(monthBatches).filter((other) => !seen.includes(other));
      findings.push(unknown(path, 'month batch', next, others));
      break;
    }
    seen.push(next);
    chain.unshift({ path: ['monthBatches', next], value });
    next = value.extends;
  }
  return chain;
}

interface BatchLayer extends Layer {
  value: MonthBatchEntry;
}

function resolveTable(
  { monthTemplates }: BatchSource,
  chain: readonly BatchLayer[],
  batch: MonthBatchEntry,
  name: string,
  findings: BatchFinding[],
): ResolvedTable {
  const inBatches = (where: readonly string[], pick: (entry: MonthBatchEntry) => object | undefined): Layer[] =>
    chain.flatMap(({ path, value }) => {
      const found = pick(value);
      return found ? [{ path: [...path, ...where], value: found }] : [];
    });
  const defaults = inBatches(['defaults'], (entry) => entry.defaults);
  const own = layOver<MonthTableEntry>(inBatches(['tables', name], (entry) => entry.tables?.[name]));
  const templates = [own.value.template ?? []].flat().flatMap((template, index): Layer[] => {
    const value = Object.hasOwn(monthTemplates, template) ? monthTemplates[template] : undefined;
    if (value) return [{ path: ['monthTemplates', template], value }];
    const path = own.origin(Array.isArray(own.value.template) ? ['template', index] : ['template']);
    findings.push(unknown(path, 'month template', template, Object.keys(monthTemplates)));
    return [];
  });
  const settings = layOver<MonthTableEntry>([
    ...defaults,
    ...templates,
    ...inBatches(['tables', name], (entry) => entry.tables?.[name]),
  ]);
  const qualities = [...defaults, ...templates].map(({ value }) => (value as MonthTemplate).quality);
  const quality = [batch.quality, ...qualities, own.value.quality];
  return { table: tableOf(name, settings.value, quality), settings };
}

function tableOf(name: string, entry: MonthTableEntry, quality: (QualityEntry | undefined)[]): MonthTable {
  const { schema, columns, dateColumn, dateFormat, timestampFormat } = entry;
  return {
    name,
    table: entry.table ?? name,
    ...(schema !== undefined && { schema }),
    files: [entry.files ?? []].flat(),
    format: {
      delimiter: readDelimiter(entry.delimiter ?? DEFAULT_FORMAT.delimiter),
      quote: entry.quote ?? DEFAULT_FORMAT.quote,
      encoding: entry.encoding ?? DEFAULT_FORMAT.encoding,
      headerLines: entry.headerLines ?? DEFAULT_FORMAT.headerLines,
      nullTexts: [...(entry.nullTexts ?? DEFAULT_FORMAT.nullTexts)],
      ...(dateFormat !== undefined && { dateFormat }),
      ...(timestampFormat !== undefined && { timestampFormat }),
    },
    ...(columns && { columns }),
    rename: entry.rename ?? {},
    ...(dateColumn !== undefined && { dateColumn }),
    keyColumns: entry.keyColumns ?? [],
    expectedRange: entry.expectedRange ?? 'month',
    load: entry.load ?? 'append',
    duplicates: entry.duplicates ?? 'skip',
    createTable: entry.createTable ?? false,
    types: entry.types ?? {},
    quality: effectiveQuality(quality),
  };
}

/** A name that does not exist, with what it may have been meant to be. */
export function unknown(path: SettingPath, what: string, name: string, known: readonly string[]): BatchFinding {
  const hint =
    didYouMean(name, known) || (known.length > 0 ? ` Defined are ${listWords(known)}.` : ' None is defined.');
  return { path, message: `There is no ${what} \`${name}\`.${hint}`, code: 'CONFIG_UNKNOWN_NAME', level: 'problem' };
}
