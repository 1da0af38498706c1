import fc from 'fast-check';
import { tableNameOf } from '../../../../core/file/table-name';
import { RESERVED_WORDS } from '../../../../core/file/values/reserved-words';

describe('table names', () => {
  it.each([
    ['airports_20241201.csv', 'airports'],
    ['customer-data.csv', 'customer_data'],
    ['FLIGHT_SCHEDULES.CSV', 'flight_schedules'],
    ['test_data_2024-12-01.csv', 'test_data'],
    ['customer data (final).csv', 'customer_data_final'],
    ['données_2024-12-01 (1).csv.txt', 'donnees'],
    ['Café Größe.csv', 'cafe_grosse'],
    ['顧客データ_20241201.csv', '顧客データ'],
    ['Отчёт.csv', 'отчёт'],
    ['2024-12-01_3rd_party.csv', 't_3rd_party'],
    ['3com.csv', 't_3com'],
    ['order.csv', 't_order'],
    ['User_20241201.csv', 't_user'],
    ['../../etc/passwd.csv', 'passwd'],
    [String.raw`..\..\windows\hosts.csv`, 'hosts'],
    ['a\u0000b\nc.csv', 'a_b_c'],
    ["x'; DROP TABLE y;--.csv", 'x_drop_table_y'],
    ['final.csv', 'final'],
    ['copy.csv', 'copy'],
    ['v2.csv', 'v2'],
    ['%20my%20data.csv', 'my_data'],
  ])('%s is %s', (file, table) => {
    expect(tableNameOf(file)).toBe(table);
  });

  it.each([
    ['census_2020.csv', 'census_2020'],
    ['form_1099.csv', 'form_1099'],
    ['orders_100.csv', 'orders_100'],
    ['sku123456.csv', 'sku123456'],
    ['may_orders.csv', 'may_orders'],
    ['march.csv', 'march'],
    ['decimal2024.csv', 'decimal2024'],
    ['summary.csv', 'summary'],
    ['x_20241345.csv', 'x_20241345'],
    ['x_2024-13-45.csv', 'x_2024_13_45'],
    ['version_history.csv', 'version_history'],
    ['photocopy.csv', 'photocopy'],
    ['semifinal.csv', 'semifinal'],
  ])('%s keeps what is no date, version or copy: %s', (file, table) => {
    expect(tableNameOf(file)).toBe(table);
  });

  it.each([
    '2024-12-01.csv',
    '20241201.csv',
    '12345.csv',
    '.csv',
    '',
    '   ',
    '---.csv',
    'dec2024.csv',
    '../..',
    '📈.csv',
  ])('nothing can be made of %j', (file) => {
    expect(() => tableNameOf(file)).toThrow(expect.objectContaining({ code: 'FILE_NAME_UNUSABLE', place: { file } }));
  });

  it.each(['x.csv.gz', 'x.CSV.GZ', 'x.zip', 'x.xlsx'])('%s is no table', (file) => {
    expect(() => tableNameOf(file)).toThrow(/archive or workbook/);
  });

  const MONTHS = ['jan', 'Feb', 'MAR', 'April', 'may', 'June', 'July', 'aug', 'Sept', 'oct', 'November', 'dec'];
  const two = (value: number) => String(value).padStart(2, '0');
  const stamp = (date: Date) => {
    const [y, m, d] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    const [h, min, s] = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two);
    const day = [`${y}${two(m)}${two(d)}`, `${y}-${two(m)}-${two(d)}`, `${y}_${two(m)}_${two(d)}`, `${y}.${m}.${d}`];
    const other = [`${two(d)}.${two(m)}.${y}`, `${d}-${m}-${y}`, `${m}-${d}-${y}`, `${two(d)}${two(m)}${y}`];
    const named = [`${two(d)}-${MONTHS[m - 1]}-${y}`, `${two(d)}${MONTHS[m - 1]}${y}`, `${MONTHS[m - 1]} ${d}, ${y}`];
    const times = [
      '',
      `_${h}${min}${s}`,
      ` ${h}:${min}:${s}`,
      `_${h}-${min}`,
      `T${h}${min}${s}Z`,
      `T${h}:${min}:${s}.123Z`,
      '_001',
    ];
    const days = day.concat(other, named);
    const timed = days.flatMap((text) =>
      times.map((time) => `${text}${/[a-z, ]/i.test(text) && time.startsWith('T') ? '' : time}`),
    );
    const months = [
      `${MONTHS[m - 1]}${y}`,
      `${MONTHS[m - 1]}-${y}`,
      `${y}_${two(m)}`,
      `${y}${two(m)}`,
      `${two(m)}-${y}`,
    ];
    const compact = [`${y}${two(m)}${two(d)}${h}${min}${s}`, `${y}${two(m)}${two(d)}${h}${min}`];
    const parts = [`${y}Q${Math.ceil(m / 3)}`, `${y}-W${two(m)}`];
    const seconds = [String(Math.floor(date.getTime() / 1000)), String(date.getTime())];
    return timed.concat(months, compact, parts, seconds);
  };

  const day = fc.date({
    min: new Date('2001-10-01T00:00:00Z'),
    max: new Date('2035-12-31T00:00:00Z'),
    noInvalidDate: true,
  });
  const words = fc.constantFrom(
    'airports',
    'customer_data',
    'Flight-Schedules',
    'données',
    '顧客',
    'sales_v2_eu',
    'b2b',
  );
  const plain = (word: string) => tableNameOf(`${word}.csv`);

  it('is the same whatever date, time, version or copy stands in the name', () => {
    const number = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(words, day, number, fc.constantFrom('_', '-', ' ', '.'), (word, date, pick, separator) => {
        const shapes = stamp(date);
        const text = shapes[pick % shapes.length]!;
        const endings = ['', '_v2', '-v1.3', ' final', '_rev3', ' (1)', ' - Copy', '_copy2', ' - Copy (2)', '_v2 (3)'];
        const ending = endings[pick % endings.length]!;
        const wanted = plain(word);
        expect([text, tableNameOf(`${word}${separator}${text}${ending}.csv`)]).toEqual([text, wanted]);
        expect([text, tableNameOf(`${text}${separator}${word}${ending}.CSV`)]).toEqual([text, wanted]);
        expect(tableNameOf(`Copy of ${word}${ending}.txt`)).toBe(wanted);
      }),
      { numRuns: 2000 },
    );
  });

  it('is usable without quotes in every database, whatever the file is called, or there is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.string({ maxLength: 30 })), (file) => {
        let name: string;
        try {
          name = tableNameOf(`${file}.csv`);
        } catch (error) {
          expect(error).toMatchObject({ code: 'FILE_NAME_UNUSABLE' });
          return;
        }
        expect(name).toMatch(/^\p{L}[\p{L}\p{N}\p{M}_]*$/u);
        expect(name).toBe(name.toLowerCase());
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
        expect(RESERVED_WORDS.has(name)).toBe(false);
        expect(tableNameOf(`${file}.csv`)).toBe(name);
      }),
      { numRuns: 1000 },
    );
  });

  it('cuts long names to the limit and keeps them apart', () => {
    const long = 'a_long_name_of_a_file_that_nobody_would_call_a_table_by_in_earnest';
    const names = [`${long}_one.csv`, `${long}_two.csv`].map((file) => tableNameOf(file));
    expect(names.map((name) => name.length)).toEqual([63, 63]);
    expect(new Set(names).size).toBe(2);
    expect(tableNameOf(`${long}_one.csv`, { maxLength: 128 })).toBe(`${long}_one`);
    expect(Buffer.byteLength(tableNameOf(`${'ж'.repeat(80)}.csv`))).toBeLessThanOrEqual(63);
  });
});
