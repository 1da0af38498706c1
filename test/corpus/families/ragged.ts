/** Rows with too few or too many fields, blank lines among rows, delimiters at the ends of lines. */
import { build, type Recipe } from '../build';
import type { SubjectName } from '../subjects';
import type { CorpusFile } from '../truth';

type Spoil = NonNullable<Recipe['spoil']>;

const SUBJECTS: readonly SubjectName[] = ['sensors', 'airports', 'orders', 'customers'];

/** Some of the data rows, never the first three. */
function some(records: Parameters<Spoil>[0], share: number): Parameters<Spoil>[0] {
  const rows = records.filter(({ isHeader }) => !isHeader).slice(3);
  const step = Math.max(2, Math.round(1 / share));
  return rows.filter((_, index) => index % step === 1);
}

const cellsOf = (record: Parameters<Spoil>[0][number]): readonly string[] =>
  Array.isArray(record.row) ? (record.row as readonly string[]) : [];

const SPOILS: Readonly<Record<string, Spoil>> = {
  'short-last': (records, _random, writer) => {
    for (const record of some(records, 0.1)) {
      const cells = cellsOf(record);
      record.text = writer.record(cells.slice(0, -1));
      record.row = { either: [[...cells.slice(0, -1), ''], 'rejected'] };
    }
  },
  'short-many': (records, _random, writer) => {
    for (const record of some(records, 0.1)) {
      const cells = cellsOf(record);
      record.text = writer.record(cells.slice(0, 2));
      record.row = { either: [[...cells.slice(0, 2), ...cells.slice(2).map(() => '')], 'rejected'] };
    }
  },
  'long-empty': (records, _random, writer) => {
    for (const record of some(records, 0.1)) {
      record.text += writer.how.delimiter.repeat(2);
      record.row = { either: [cellsOf(record), 'rejected'] };
    }
  },
  'long-text': (records, _random, writer) => {
    for (const record of some(records, 0.1)) {
      record.text += `${writer.how.delimiter}surplus`;
      record.row = { either: ['rejected'] };
    }
  },
  'one-long': (records, _random, writer) => {
    const record = records.at(-4)!;
    record.text += `${writer.how.delimiter}x${writer.how.delimiter}y`;
    record.row = { either: ['rejected'] };
  },
  'end-delimiter-rows': (records, _random, writer) => {
    for (const record of records) if (!record.isHeader) record.text += writer.how.delimiter;
  },
  'blank-lines': (records) => {
    for (const record of some(records, 0.2)) record.text += '\n';
  },
  'blank-line-after-header': (records) => {
    records[0]!.text += '\n';
  },
  'every-second-blank': (records) => {
    for (const record of records) record.text += '\n';
  },
  'empty-cells-row': (records, _random, writer) => {
    const record = records.at(-5)!;
    const empty = cellsOf(record).map(() => '');
    record.text = empty.join(writer.how.delimiter);
    record.row = { either: [empty, 'rejected'] };
  },
  'lost-delimiter': (records, _random, writer) => {
    const record = records.at(-3)!;
    const cells = cellsOf(record);
    record.text = record.text.replace(writer.how.delimiter, '');
    record.row = { either: [cells, 'rejected'] };
  },
};

export function ragged(): CorpusFile[] {
  let at = 0;
  return Object.entries(SPOILS).flatMap(([name, spoil]) =>
    [',', ';', '\t'].map((delimiter) =>
      build(`ragged-${name}-${at}`, {
        subject: SUBJECTS[at++ % SUBJECTS.length]!,
        writing: { delimiter },
        rows: 30 + at,
        spoil,
        truth: { newline: undefined },
      }),
    ),
  );
}

/** A delimiter at the end of every line, header included: a column without name and values may be kept or left out. */
export function endDelimiters(): CorpusFile[] {
  return [',', ';', '|', '\t'].map((delimiter, at) =>
    build(`ragged-end-delimiter-${at}`, {
      subject: 'sensors',
      writing: { delimiter },
      spoil: (records) => {
        for (const record of records) {
          const cells = cellsOf(record);
          record.text += delimiter;
          if (!record.isHeader) record.row = { either: [cells, [...cells, '']] };
        }
      },
      truth: { header: undefined, kinds: undefined },
    }),
  );
}
