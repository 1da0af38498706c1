/** Compares what was recognised and read of a file with the truth about it. */
import { isDeepStrictEqual } from 'node:util';
import { LongshoreError } from '../../core/errors/longshore-error';
import { columnNames } from '../../core/file/column-names';
import { detectFormat } from '../../core/file/detect';
import { createInference } from '../../core/file/infer';
import { createRecordReader } from '../../core/file/record-reader';
import type { FieldBatch, FileFormat, InferredColumn } from '../../core/types/file';
import type { CorpusFile, Kind, Truth, TruthRow } from './truth';

export const TRAITS = [
  'encoding',
  'mark',
  'delimiter',
  'quote',
  'escape',
  'line ends',
  'header',
  'header names',
  'preamble',
  'footer',
  'tables',
  'rows',
  'types',
  'ambiguity',
  'refused',
] as const;
export type Trait = (typeof TRAITS)[number];

export interface Verdict {
  trait: Trait;
  right: boolean;
  /** For people: what was found and what is true. */
  found: string;
  truth: string;
}

/** A verdict for each trait that the file has. */
export function judge({ bytes, truth }: CorpusFile): Verdict[] {
  let read: Read;
  try {
    read = readAll(bytes);
  } catch (error) {
    if (!(error instanceof LongshoreError)) throw error;
    return expectations(truth).map(([trait, expected]) => ({
      trait,
      right: trait === 'refused' && truth.refused === true && error.code === 'FILE_NOT_DELIMITED',
      found: `${error.code}: ${error.message}`,
      truth: shown(expected),
    }));
  }
  return expectations(truth).map(([trait, expected]) => {
    const found = FOUND[trait](read, truth);
    return { trait, right: isRight(trait, expected, found), found: shown(found), truth: shown(expected) };
  });
}

interface Read {
  format: FileFormat;
  rows: string[][];
  columns: InferredColumn[];
}

/** The bytes come in pieces of no even size, as they would from a slow disk. */
const PIECE = 4099;

function readAll(bytes: Uint8Array): Read {
  const format = detectFormat({ head: bytes, size: bytes.length });
  const table = format.tables[0];
  if (table === undefined) return { format, rows: [], columns: [] };
  const inference = createInference(columnNames(table.header, table.width));
  const reader = createRecordReader(format);
  const rows: string[][] = [];
  const take = (batches: readonly FieldBatch[]): void => {
    for (const batch of batches) {
      inference.add(batch);
      rows.push(...textsOf(batch));
    }
  };
  for (let at = reader.firstByte; at < bytes.length && !reader.done; at += PIECE)
    take(reader.push(bytes.subarray(at, at + PIECE)));
  take(reader.end());
  return { format, rows, columns: inference.result() };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textsOf({ rows, columns, data, starts, ends }: FieldBatch): string[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_each, column) => {
      const at = row * columns + column;
      return utf8.decode(data.subarray(starts[at], ends[at]));
    }),
  );
}

/** What the truth says, trait by trait; nothing where it leaves a trait open. */
function expectations(truth: Truth): [Trait, unknown][] {
  if (truth.refused) return [['refused', true]];
  const all: [Trait, unknown][] = [
    ['encoding', truth.tables === 0 ? undefined : truth.encodings],
    ['mark', truth.bom],
    ['delimiter', truth.delimiter],
    ['quote', truth.quote],
    ['escape', truth.escape],
    ['line ends', truth.newline],
    ['header', truth.headerRows],
    ['header names', truth.header],
    ['preamble', truth.startLine],
    ['footer', truth.footer],
    ['tables', truth.tables],
    ['rows', truth.rows],
    ['types', truth.kinds],
    ['ambiguity', truth.ambiguous],
  ];
  return all.filter(([, expected]) => expected !== undefined);
}

const FOUND: Readonly<Record<Trait, (read: Read, truth: Truth) => unknown>> = {
  encoding: ({ format }) => format.encoding,
  mark: ({ format }) => format.bom > 0,
  delimiter: ({ format }) => format.dialect.delimiter,
  quote: ({ format }) => format.dialect.quote,
  escape: ({ format }) => format.dialect.escape,
  'line ends': ({ format }) => format.dialect.newline,
  header: ({ format }) => format.tables[0]?.headerRows ?? 0,
  'header names': ({ format }) => format.tables[0]?.header ?? [],
  preamble: ({ format }) => format.tables[0]?.startLine,
  footer: ({ format }) => format.footerLines > 0,
  tables: ({ format }) => format.tables.length,
  rows: ({ rows }, truth) => firstDifference(rows, truth.rows ?? []) ?? 'as they are',
  types: ({ columns }) => columns.map(kindOf),
  ambiguity: ({ columns }) => columns.flatMap(({ ambiguity }, index) => (ambiguity === undefined ? [] : [index])),
  refused: () => false,
};

function isRight(trait: Trait, expected: unknown, found: unknown): boolean {
  if (trait === 'encoding') return (expected as readonly unknown[]).includes(found);
  if (trait === 'rows') return found === 'as they are';
  if (trait !== 'types') return isDeepStrictEqual(expected, found);
  const kinds = expected as readonly (Kind | undefined)[];
  const all = found as readonly Kind[];
  return kinds.length === all.length && kinds.every((kind, index) => kind === undefined || kind === all[index]);
}

function kindOf({ logical, format, alternatives = [] }: InferredColumn): Kind | 'bytes' {
  const signed = [format, ...alternatives].flatMap((each) =>
    'affix' in each && each.affix !== undefined ? [each.affix] : [],
  );
  if (signed[0] !== undefined && (logical.kind === 'text' || logical.kind === 'decimal')) return signed[0];
  switch (logical.kind) {
    case 'int16':
    case 'int32':
    case 'int64':
      return 'integer';
    case 'float32':
    case 'float64':
      return 'decimal';
    case 'timestamptz':
      return 'timestamp';
    default:
      return logical.kind;
  }
}

/** Where rows that were read leave the truth; undefined where they do not. */
function firstDifference(rows: readonly (readonly string[])[], truth: readonly TruthRow[]): string | undefined {
  let at = 0;
  for (const [index, expected] of truth.entries()) {
    const choices = 'either' in expected ? expected.either : [expected];
    const actual = rows[at];
    if (choices.some((choice) => choice !== 'rejected' && isDeepStrictEqual(choice, actual))) at++;
    else if (!choices.includes('rejected'))
      return `row ${index + 1} is ${shown(actual)} and should be ${shown(choices)}`;
  }
  return at === rows.length ? undefined : `${rows.length - at} rows too many, the first ${shown(rows[at])}`;
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 300);
