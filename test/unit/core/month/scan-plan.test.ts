import fc from 'fast-check';
import { LongshoreError } from '../../../../core/errors/longshore-error';
import { type FileQuestion, planFile, type TableColumn } from '../../../../core/month/scan-plan';
import { defaultQuality } from '../../../../core/quality/settings';
import type { MonthTable } from '../../../../core/types/month';

const table = (more: Partial<MonthTable> = {}): MonthTable => ({
  name: 'trades',
  table: 'TRADES',
  files: ['trades_{month}.tsv'],
  format: { delimiter: '\t', quote: '', encoding: 'utf-8', headerLines: 1, nullTexts: [] },
  rename: {},
  keyColumns: [],
  expectedRange: 'month',
  load: 'append',
  duplicates: 'skip',
  createTable: false,
  types: {},
  quality: defaultQuality(),
  ...more,
});

const column = (name: string, more: Partial<TableColumn> = {}): TableColumn => ({
  name,
  type: { kind: 'text' },
  nullable: true,
  hasDefault: false,
  ...more,
});

const ask = (more: Partial<FileQuestion> = {}) =>
  planFile({ table: table(), header: ['day', 'id'], file: 'in.tsv', isLoad: true, checks: true, ...more });

function refusal(more: Partial<FileQuestion>): { code: string; message: string; next: string; column?: string } {
  try {
    ask(more);
  } catch (error) {
    if (!(error instanceof LongshoreError)) throw error;
    const { code, message, next, place } = error;
    return { code, message, next, ...(place.column !== undefined && { column: place.column }) };
  }
  throw new Error('the file was accepted');
}

describe('how a file is read', () => {
  it('by names of its header, with what the table says of each of its columns', () => {
    const { plan, columns } = ask({
      columns: [
        column('ID', { type: { kind: 'integer', digits: 18 }, nullable: false }),
        column('DAY', { type: { kind: 'date' } }),
        column('NOTE', { width: { limit: 20, unit: 'characters' } }),
      ],
      header: ['day', 'id', 'Note'],
      table: table({ dateColumn: 'DAY', keyColumns: ['id', 'day'] }),
    });
    expect(columns).toEqual(['DAY', 'ID', 'NOTE']);
    expect(plan).toMatchObject({
      dateColumn: 0,
      keyColumns: [1, 0],
      checks: true,
      samples: 20,
      columns: [
        { name: 'day', type: { kind: 'date' }, nullable: true },
        { name: 'id', type: { kind: 'integer' }, nullable: false },
        { name: 'Note', type: { kind: 'text' }, width: { limit: 20, unit: 'characters' }, nullable: true },
      ],
    });
  });

  it('without a header by its definition, and without that by the table', () => {
    const known = [column('a'), column('b')];
    expect(ask({ header: [], table: table({ columns: ['b', 'a'] }), columns: known }).columns).toEqual(['b', 'a']);
    expect(ask({ header: [], columns: known }).columns).toEqual(['a', 'b']);
    expect(refusal({ header: [] })).toMatchObject({ code: 'MONTH_DEFINITION_MISMATCH' });
  });

  it('as text where no table says otherwise, under its own names', () => {
    const { plan, columns } = ask();
    expect(columns).toEqual(['day', 'id']);
    expect(plan.columns).toEqual([
      { name: 'day', type: { kind: 'text' }, nullable: true },
      { name: 'id', type: { kind: 'text' }, nullable: true },
    ]);
    expect(plan.dateColumn).toBeUndefined();
  });

  it('into renamed columns, letter case aside on either side', () => {
    const asked = { table: table({ rename: { DAY: 'as_of' } }), columns: [column('AS_OF'), column('id')] };
    expect(ask(asked).columns).toEqual(['AS_OF', 'id']);
  });

  it('into the column of exactly that name where letter case alone tells two apart', () => {
    const asked = { columns: [column('DAY'), column('day', { type: { kind: 'date' } }), column('id')] };
    expect(ask(asked)).toMatchObject({ columns: ['day', 'id'], plan: { columns: [{ type: { kind: 'date' } }, {}] } });
  });

  it('with a word on columns that the definition expects otherwise', () => {
    const found = ask({ table: table({ columns: ['DAY', 'amount'] }) });
    expect([found.missingColumns, found.unexpectedColumns]).toEqual([['amount'], ['id']]);
  });

  it('asked to check alone, although the table lacks columns of it or needs others', () => {
    const columns = [column('day'), column('must', { nullable: false })];
    expect(ask({ columns, isLoad: false }).columns).toEqual(['day', 'id']);
  });

  it('with its key also where nothing is checked, and without where there is none', () => {
    expect(ask({ table: table({ keyColumns: ['id'] }), checks: false }).plan).toMatchObject({
      keyColumns: [1],
      checks: false,
    });
    expect(ask({ checks: false }).plan.keyColumns).toEqual([]);
  });

  it('has each column of the header once, in its order, whatever the table looks like', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-zA-Z]{1,6}$/), {
      minLength: 1,
      maxLength: 8,
      selector: (name) => name.toLowerCase(),
    });
    fc.assert(
      fc.property(names, fc.infiniteStream(fc.boolean()), (header, upper) => {
        const columns = header.map((name) => column(upper.next().value ? name.toUpperCase() : name)).toReversed();
        const planned = planFile({ table: table(), header, file: 'f', columns, isLoad: true, checks: true });
        expect(planned.plan.columns.map(({ name }) => name)).toEqual(header);
        expect(planned.columns.map((name) => name.toLowerCase())).toEqual(header.map((name) => name.toLowerCase()));
        expect(planned.columns.toSorted()).toEqual(columns.map(({ name }) => name).toSorted());
      }),
    );
  });
});

describe('a file that its definition does not fit', () => {
  it.each<[string, Partial<FileQuestion>, RegExp, string | undefined]>([
    ['two columns of one name', { header: ['a', 'b', 'A'] }, /in\.tsv has two columns named A\./, 'A'],
    [
      'a date column that it lacks',
      { table: table({ dateColumn: 'days' }) },
      /has no column days, which definition trades names as date column; it has day, id/,
      'days',
    ],
    [
      'a key column that it lacks',
      { table: table({ keyColumns: ['id', 'seq'] }) },
      /no column seq, which .* names as key column/,
      'seq',
    ],
    [
      'fields that the table has no column for',
      { columns: [column('days')] },
      /table TRADES lacks: day, id \(it has days\)/,
      'day',
    ],
    [
      'columns that the table cannot do without',
      {
        columns: [
          column('day'),
          column('id'),
          column('must', { nullable: false }),
          column('may', { nullable: false, hasDefault: true }),
        ],
      },
      /lacks columns without which table TRADES takes no row: must\./,
      'must',
    ],
  ])('is refused for %s', (_, question, message, at) => {
    const refused = refusal(question);
    expect(refused).toMatchObject({ code: 'MONTH_DEFINITION_MISMATCH', column: at });
    expect(refused.message).toMatch(message);
  });

  it('is told what the name was probably meant to be', () => {
    expect(refusal({ table: table({ keyColumns: ['idd'] }) }).next).toBe(
      'Correct `keyColumns` of trades; did you mean id?',
    );
    expect(refusal({ table: table({ dateColumn: 'dayy' }) }).next).toBe(
      'Correct `dateColumn` of trades; did you mean day?',
    );
  });
});
