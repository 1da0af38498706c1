import fc from 'fast-check';
import { referenceFigures, referenceRows, utf8 } from './reference';
import { column, planOf, scan } from './scans';
import { randomFiles } from './tables';

const pieces = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 });

describe('a scan', () => {
  it('counts what a slow reference counts, for any file', () => {
    fc.assert(
      fc.property(randomFiles, ({ plan, file }) => {
        const { figures, rest } = scan(file, plan);
        const { samples, bytes, lines, ...counted } = figures;
        const expected = referenceFigures(file, plan);
        // How many characters a text has that is none is nobody's business.
        for (const [index, facts] of expected.columns.entries())
          if (Number.isNaN(facts.maxCharacters) || counted.columns[index]!.tooWide !== facts.tooWide) {
            if (expected.encodingFaults === 0) continue;
            facts.maxCharacters = counted.columns[index]!.maxCharacters;
            facts.tooWide = counted.columns[index]!.tooWide;
          }
        expect(counted).toEqual(expected);
        expect(bytes + rest).toBe(file.length);
        expect(['', '\n', '\r\n']).toContain(file.slice(bytes));
        expect(lines).toBe(bytes === 0 ? 0 : file.slice(0, bytes).replace(/\n$/, '').split('\n').length);
        expect(Object.keys(samples).toSorted()).toEqual(
          [
            ...(figures.columns.some(({ badType }) => badType > 0) ||
            (samples.types ?? []).some(({ message }) => message.includes('no date'))
              ? ['types']
              : []),
            ...(figures.columns.some(({ tooWide }) => tooWide > 0) ? ['widths'] : []),
            ...(figures.columns.some(({ nullsForbidden }) => nullsForbidden > 0) ? ['nulls'] : []),
            ...(figures.raggedRows > 0 ? ['columns'] : []),
            ...(figures.encodingFaults > 0 ? ['encoding'] : []),
          ].toSorted(),
        );
      }),
      { numRuns: 600 },
    );
  });

  it('does not depend on how the file is cut, nor on how often figures are taken', () => {
    fc.assert(
      fc.property(randomFiles, pieces, fc.boolean(), fc.integer({ min: 0, max: 5 }), (random, sizes, take, samples) => {
        const plan = { ...random.plan, samples };
        expect(scan(random.file, plan, sizes, take)).toEqual(scan(random.file, plan));
      }),
      { numRuns: 400 },
    );
  });

  it('names the physical line of every row that is odd', () => {
    fc.assert(
      fc.property(randomFiles, ({ plan, file }) => {
        const odd = referenceRows(file, plan).filter(({ fields }) => !fields);
        const samples = scan(file, { ...plan, samples: 1000 }).figures.samples.columns ?? [];
        expect(samples.map(({ line }) => line)).toEqual(odd.map(({ line }) => line));
      }),
      { numRuns: 150 },
    );
  });

  it('counts rows and fields alone where no checks are asked for', () => {
    fc.assert(
      fc.property(randomFiles, ({ plan, file }) => {
        const { figures, keys } = scan(file, { ...plan, checks: false });
        const full = scan(file, plan).figures;
        expect(keys).toEqual([]);
        expect(figures).toEqual({
          ...full,
          columns: full.columns.map(({ name }) => ({
            name,
            nulls: 0,
            maxCharacters: 0,
            maxBytes: 0,
            badType: 0,
            tooWide: 0,
            nullsForbidden: 0,
          })),
          days: [],
          dateNulls: 0,
          dateInvalid: 0,
          encodingFaults: 0,
          samples: full.samples.columns ? { columns: full.samples.columns } : {},
        });
      }),
      { numRuns: 100 },
    );
  });

  it('finds each planted fault, on its line, and invents none', () => {
    const columns = [
      column('day', { kind: 'date' }, { nullable: false }),
      column('id', { kind: 'integer', digits: 9 }, { nullable: false }),
      column('name', { kind: 'text' }, { width: { limit: 8, unit: 'characters' } }),
      column('amount', { kind: 'decimal', precision: 6, scale: 2 }),
    ];
    const lines = Array.from(
      { length: 1000 },
      (_, row) => `202401${String((row % 31) + 1).padStart(2, '0')}\t${row}\tName ${row}\t${row}.5`,
    );
    const plant = (line: number, text: string) => (lines[line - 1] = utf8(text));
    plant(10, '20240230\t9\tName\t1.0');
    plant(300, '20240102\t12x\tName\t1.0');
    plant(301, '20240102\t1234567890\tName\t1.0');
    plant(302, '20240102\t7\tMüller-Lüdenscheidt\t1.0');
    plant(303, '20240102\t7\tMüllers!\t1.005');
    plant(304, '20240102\t7\tName');
    plant(305, '20240102\t7\tName\t1.0\t');
    plant(306, '\t\tName\t1.0');
    lines[306] = '20240102\t7\tN\xffme\t1.0';
    plant(308, '');
    plant(1000, '20240102\t7\tName\t12345.00');
    const { figures } = scan(`${lines.join('\r\n')}\r\n`, planOf(columns, { dateColumn: 0 }), [997]);
    const where = Object.entries(figures.samples).flatMap(([check, samples]) =>
      samples.map(({ line, column, value }) => [check, line, column, value]),
    );
    expect(where.toSorted((a, b) => Number(a[1]) - Number(b[1]) || String(a[2]).localeCompare(String(b[2])))).toEqual([
      ['types', 10, 'day', '20240230'],
      ['types', 300, 'id', '12x'],
      ['types', 301, 'id', '1234567890'],
      ['widths', 302, 'name', 'Müller-Lüdenscheidt'],
      ['types', 303, 'amount', '1.005'],
      ['columns', 304, undefined, '20240102\t7\tName'],
      ['columns', 305, undefined, '20240102\t7\tName\t1.0\t'],
      ['nulls', 306, 'day', undefined],
      ['nulls', 306, 'id', undefined],
      ['encoding', 307, 'name', 'N\ufffdme'],
      ['columns', 308, undefined, ''],
      ['types', 1000, 'amount', '12345.00'],
    ]);
    expect(figures).toMatchObject({
      rows: 1000,
      lines: 1000,
      raggedRows: 3,
      encodingFaults: 1,
      dateNulls: 1,
      dateInvalid: 1,
    });
    expect(figures.columns.map(({ badType, tooWide, nulls }) => [badType, tooWide, nulls])).toEqual([
      [1, 0, 1],
      [2, 0, 1],
      [0, 1, 0],
      [2, 0, 0],
    ]);
    expect(figures.days.reduce((sum, [, rows]) => sum + rows, 0)).toBe(1000 - 3 - 2);
  });
});

describe('rows', () => {
  const two = planOf([column('a'), column('b')]);
  const quoted = planOf([column('a'), column('b')], { format: { quote: '"', delimiter: ',' } });

  it('end with a line feed, after a carriage return or not, and at the end of the file', () => {
    expect(scan('1\t2\r\n3\t4\n5\t6', two).figures).toMatchObject({ rows: 3, raggedRows: 0, bytes: 12, lines: 3 });
  });

  it('hold carriage returns that stand alone', () => {
    const { columns } = scan('a\rb\tc\r\r\n', two).figures;
    expect(columns.map(({ maxCharacters }) => maxCharacters)).toEqual([3, 2]);
  });

  it('leave out a blank line at the very end, and no other', () => {
    const { figures, rest, line } = scan('1\t2\n\n3\t4\n\n', two, [1]);
    expect(figures).toMatchObject({ rows: 3, raggedRows: 1, bytes: 9, lines: 3 });
    expect([rest, line]).toEqual([1, 4]);
    expect(figures.samples.columns).toEqual([
      { line: 2, value: '', message: 'the row has 1 field, and 2 are expected' },
    ]);
  });

  it('of one column are NULL where the line is blank', () => {
    const { figures } = scan('a\n\nb\n\n', planOf([column('a')]));
    expect(figures).toMatchObject({ rows: 4, raggedRows: 0, lines: 4 });
    expect(figures.columns[0]!.nulls).toBe(2);
  });

  it('span lines inside of quotes', () => {
    const { figures, line } = scan('"a\n""b"",\r\n",2\n3,"4"\n', quoted, [1]);
    expect(figures).toMatchObject({ rows: 2, raggedRows: 0, lines: 4 });
    expect(figures.columns[0]!.maxCharacters).toBe(8);
    expect(line).toBe(5);
  });

  it('are odd where something follows a closing quotation mark, or none closes', () => {
    const { samples, raggedRows, rows } = scan('"a"x,2\n1,2\n"a,2\n1,2\n', quoted).figures;
    expect([rows, raggedRows]).toEqual([3, 2]);
    expect(samples.columns?.map(({ line, message }) => [line, message])).toEqual([
      [1, 'something stands between a closing quotation mark and the next delimiter; the row has 2 fields'],
      [3, 'a quotation mark is never closed'],
    ]);
  });

  it('tell an empty text in quotes from NULL', () => {
    const { columns } = scan('"",\n"\\N",\\N\n', quoted).figures;
    expect(columns.map(({ nulls }) => nulls)).toEqual([0, 2]);
  });

  it('may be longer than what comes at a time', () => {
    const long = 'x'.repeat(5000);
    const { figures } = scan(`${long}\t${long}\n`, two, [64]);
    expect(figures.columns.map(({ maxBytes }) => maxBytes)).toEqual([5000, 5000]);
    expect(figures.rows).toBe(1);
  });
});

describe('a format', () => {
  it.each(['', '::', 'é', '\n', '\r', '\0'])('with %j as delimiter is refused', (delimiter) => {
    expect(() => scan('', planOf([column('a')], { format: { delimiter } }))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});
