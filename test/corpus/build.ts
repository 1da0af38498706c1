import { encodeText, sameIn } from './encode';
import { randomOf, type Random } from './random';
import { SUBJECTS, type Subject, type SubjectName } from './subjects';
import type { CorpusFile, Encoding, Kind, Truth, TruthRow } from './truth';
import { PLAIN, Writer, type Writing } from './write';

export interface Recipe {
  subject: SubjectName;
  rows?: number;
  writing?: Partial<Writing>;
  encoding?: Encoding;
  bom?: boolean;
  /** Rows of header before the names of columns count too; 0 for none. */
  header?: 'names' | 'none' | readonly (readonly string[])[];
  /** Lines before and after the table, without line ends. */
  before?: readonly string[];
  after?: readonly string[];
  /** The last line has no line end. */
  openEnd?: boolean;
  extension?: string;
  /** Alters written records (header records come first) and says what they must come out as. */
  spoil?(records: SpoiledRecord[], random: Random, writer: Writer): void;
  /** Truth that differs from what follows from the recipe. */
  truth?: Partial<Truth>;
}

export interface SpoiledRecord {
  text: string;
  row: TruthRow | undefined;
  isHeader: boolean;
}

/** Writes one table by a recipe and says the truth about it. */
export function build(name: string, recipe: Recipe): CorpusFile {
  const random = randomOf(name);
  const how: Writing = { ...PLAIN, ...recipe.writing };
  const writer = new Writer(how);
  const subject: Subject = SUBJECTS[recipe.subject];
  const columns = subject.columns;
  const rows = Array.from({ length: recipe.rows ?? random.int(12, 60) }, (_, i) =>
    columns.map((column) => writer.fit(column.make(random, i))),
  );
  const wanted = recipe.header ?? 'names';
  const headers =
    wanted === 'none'
      ? []
      : (wanted === 'names' ? [columns.map(({ name: each }) => each)] : wanted).map((cells) =>
          cells.map((cell) => writer.fit(cell)),
        );
  const records: SpoiledRecord[] = [
    ...headers.map((cells) => ({ text: writer.record(cells), row: undefined, isHeader: true })),
    ...rows.map((cells) => ({ text: writer.record(cells), row: cells, isHeader: false })),
  ];
  recipe.spoil?.(records, random, writer);
  const before = recipe.before ?? [];
  const after = recipe.after ?? [];
  const lines = [...before, ...records.map(({ text }) => text), ...after];
  const text = lines.join(how.newline) + (recipe.openEnd ? '' : how.newline);
  const encoding = recipe.encoding ?? 'utf-8';
  const bom = recipe.bom ?? false;
  const truth: Truth = {
    encodings: sameIn(text, encoding, bom),
    bom,
    ...writer.facts(),
    headerRows: headers.length,
    header: joinHeaders(headers),
    startLine: before.length + 1,
    footer: after.length === 0 ? false : after.some((line) => line.trim() !== '') ? true : undefined,
    tables: 1,
    rows: records.flatMap(({ row }) => (row === undefined ? [] : [row])),
    kinds: rows.length < 5 ? undefined : columns.map(({ kind }) => kind),
    ...recipe.truth,
  };
  return { name: `${name}.${recipe.extension ?? 'csv'}`, bytes: encodeText(text, encoding, bom), truth };
}

const joinHeaders = (headers: readonly (readonly string[])[]): string[] =>
  (headers[0] ?? []).map((_, index) =>
    headers
      .map((cells) => (cells[index] ?? '').trim())
      .filter((cell) => cell !== '')
      .join(' '),
  );

/** A file whose truth is written down with it. */
export function byHand(
  name: string,
  text: string,
  truth: Partial<Truth>,
  options: { encoding?: Encoding; bom?: boolean } = {},
): CorpusFile {
  const { encoding = 'utf-8', bom = false } = options;
  return {
    name,
    bytes: encodeText(text, encoding, bom),
    truth: { encodings: sameIn(text, encoding, bom), bom, ...truth },
  };
}

export type { Kind };
