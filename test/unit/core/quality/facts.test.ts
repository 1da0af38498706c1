import fc from 'fast-check';
import { type CountedFile, factsFromFigures } from '../../../../core/quality/facts';
import { columnFacts } from './sample-facts';

const counted = (patch: Partial<CountedFile> = {}): CountedFile => ({
  file: 'a.tsv',
  month: '2024-01',
  bytes: 100,
  plan: {
    format: { delimiter: '\t', quote: '', encoding: 'utf-8', headerLines: 1, nullTexts: [] },
    columns: [
      { name: 'day', type: { kind: 'date' }, nullable: false },
      { name: 'name', type: { kind: 'text' }, width: { limit: 20, unit: 'characters' }, nullable: true },
    ],
    dateColumn: 0,
    keyColumns: [],
    checks: true,
    samples: 20,
  },
  header: { found: ['day', 'name'] },
  figures: {
    rows: 5,
    bytes: 90,
    lines: 6,
    columns: [columnFacts('day'), columnFacts('name', { tooWide: 1 })],
    days: [[19_723, 5]],
    dateNulls: 1,
    dateInvalid: 2,
    raggedRows: 3,
    encodingFaults: 4,
    samples: { widths: [{ line: 2, message: 'is too long' }] },
  },
  rules: [],
  seconds: 2,
  ...patch,
});

describe('facts of a file', () => {
  it('are its figures, with types and widths of the columns', () => {
    const { figures } = counted();
    expect(factsFromFigures(counted())).toEqual({
      mode: 'file',
      file: 'a.tsv',
      month: '2024-01',
      rows: 5,
      bytes: 100,
      columns: [
        { ...columnFacts('day'), type: { kind: 'date' } },
        { ...columnFacts('name', { tooWide: 1 }), type: { kind: 'text' }, width: { limit: 20, unit: 'characters' } },
      ],
      missingColumns: [],
      unexpectedColumns: [],
      days: [[19_723, 5]],
      dateNulls: 1,
      dateInvalid: 2,
      raggedRows: 3,
      encodingFaults: 4,
      rules: [],
      samples: figures.samples,
      seconds: 2,
    });
  });

  it('have no days without a date column', () => {
    const { plan } = counted();
    expect(factsFromFigures(counted({ plan: { ...plan, dateColumn: undefined } })).days).toBeUndefined();
  });

  it('name the columns that a header lacks or has too many, whatever their case and order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'B', 'c', 'd')),
        fc.array(fc.constantFrom('A', 'b', 'c', 'e')),
        (expected, found) => {
          const { missingColumns, unexpectedColumns } = factsFromFigures(counted({ header: { expected, found } }));
          const sorted = (names: string[]): string[] => names.map((name) => name.toLowerCase()).toSorted();
          expect(sorted([...expected, ...unexpectedColumns])).toEqual(sorted([...found, ...missingColumns]));
          const folded = new Set(sorted(missingColumns));
          expect(sorted(unexpectedColumns).filter((name) => folded.has(name))).toEqual([]);
        },
      ),
    );
  });
});
