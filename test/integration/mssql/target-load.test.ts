/** Parts into staging: every value as it is, once, and with the place of whatever does not fit. */
import { qualified } from '../../../connectors/mssql/sql';
import { stagingRef } from '../../../connectors/mssql/staging';
import type { LogicalType, TableRef } from '../../../core/types/table';
import { describeMssql } from '../../helpers/mssql';
import { newProgress, openFixture, table, type MssqlFixture, type Value } from './target-fixture';

describeMssql('loading parts into SQL Server', () => {
  let db: MssqlFixture;
  beforeAll(async () => {
    db = await openFixture();
  });
  afterAll(() => db?.close());

  const stagingOf = (runId: string, ref: TableRef): string => qualified(stagingRef(db.stagingSchema, runId, ref));
  const days = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
  const micros = (text: string): bigint => BigInt(Date.parse(`${text}Z`)) * 1000n;

  it('keeps every value of every type', async () => {
    await db.run(`CREATE TABLE dbo.everything (
      id int NOT NULL PRIMARY KEY, b bit, t1 tinyint, i2 smallint, i8 bigint, r real, f float,
      d5 decimal(5,2), d18 decimal(18,4), d38 decimal(38,10), n numeric(20,0), m money, sm smallmoney,
      da date, t0 time(0), t6 time(6), t7 time(7), dt datetime, sdt smalldatetime, d2 datetime2(2), d7 datetime2(7), o7 datetimeoffset(7),
      vc varchar(20), vm varchar(max), nv nvarchar(20), nm nvarchar(max), vb varbinary(20), bm varbinary(max), bi binary(4), g uniqueidentifier, x xml)`);
    const plan = await db.plan(table('everything'));
    // A server may keep six digits where seven were asked for; its catalog says so.
    const typeOf = (name: string) => plan.columns.find(({ target }) => target === name)?.targetType ?? '';
    const isText = (name: string) => /7/.test(typeOf(name));
    const guid = Buffer.from('6f9619ff8b86d011b42d00c04fc964ff', 'hex');
    const full: Value[] = [
      1, true, 255, -32768, -(2n ** 63n), Math.fround(0.1), -0,
      -99999n, 999999999999999999n, 10n ** 37n - 1n, 10n ** 20n - 1n, -(2n ** 63n), -2147483648n,
      days('9999-12-31'), 86_399_000_000n, 86_399_999_999n, isText('t7') ? '23:59:59.9999999' : 86_399_999_999n, micros('2024-02-29T23:59:59.997'), micros('2079-06-06T23:59:00'), micros('0001-01-01T00:00:00.010'), isText('d7') ? '9999-12-31 23:59:59.9999999' : 253_402_300_799_999_999n, /6/.test(typeOf('o7')) ? '2024-02-29 01:00:00.123456 +05:30' : '2024-02-29 01:00:00.1234567 +05:30',
      'naïve €', 'tab\tquote\'"\r\n\\', 'emoji 😀 e\u0301', 'x'.repeat(9000), Uint8Array.of(0, 255), new Uint8Array(9000).fill(7), Uint8Array.of(1, 2, 3, 4), guid, '<a> <b/></a>',
    ]; // prettier-ignore
    const empty: Value[] = plan.columns.map((_, index) => (index === 0 ? 2 : null));
    const blank = full.map((value, index): Value =>
      index === 0 ? 3 : index === 9 ? -(10n ** 36n - 1n) : index >= 22 && index <= 25 ? '' : value,
    );
    await db.stage('types', plan, [full, empty, blank]);
    const staging = stagingOf('types', plan.targetRef);
    const text = (name: string, style = '') => `CONVERT(nvarchar(100), [${name}]${style}) AS [${name}]`;
    const [row, nulls, blanks] = await db.rows(
      `SELECT ${['b', 't1', 'i2', 'i8', 'd5', 'd18', 'd38', 'n', 'g'].map((name) => text(name)).join(', ')},
        ${['da', 't0', 't6', 't7', 'dt', 'sdt', 'd2', 'd7', 'o7'].map((name) => text(name, ', 121')).join(', ')},
        ${['r', 'f'].map((name) => text(name, ', 2')).join(', ')}, CONVERT(varchar(40), CONVERT(decimal(38,4), m)) AS m, CONVERT(varchar(40), CONVERT(decimal(38,4), sm)) AS sm,
        vc, vm, nv, nm, vb, bm, bi FROM ${staging} ORDER BY id`,
    );
    expect(row).toMatchObject({
      b: '1',
      t1: '255',
      i2: '-32768',
      i8: '-9223372036854775808',
      d5: '-999.99',
      d18: '99999999999999.9999',
      d38: `${'9'.repeat(27)}.${'9'.repeat(10)}`,
      n: '9'.repeat(20),
      m: '-922337203685477.5808',
      sm: '-214748.3648',
      da: '9999-12-31',
      dt: '2024-02-29 23:59:59.997',
      r: '0.1',
      bi: Buffer.of(1, 2, 3, 4),
      vc: 'naïve €',
      vm: 'tab\tquote\'"\r\n\\',
      nv: 'emoji 😀 e\u0301',
      nm: 'x'.repeat(9000),
      vb: Buffer.of(0, 255),
      bm: Buffer.alloc(9000, 7),
    });
    expect(String(row?.['g']).toLowerCase()).toBe('6f9619ff-8b86-d011-b42d-00c04fc964ff');
    expect(Object.values(nulls ?? {}).every((value) => value === null)).toBe(true);
    expect(blanks).toMatchObject({ d38: `-${'9'.repeat(26)}.${'9'.repeat(10)}`, vc: '', vm: '', nv: '', nm: '' });
  });

  it('refuses a value that would be changed, naming table, column and key of the row', async () => {
    await db.run(`CREATE TABLE dbo.narrow (
      id int NOT NULL PRIMARY KEY, vc varchar(5), nv nvarchar(3), b binary(3), dt datetime, sdt smalldatetime, d2 datetime2(3),
      t tinyint, sm smallmoney, f float, needed int NOT NULL, o datetimeoffset(3), d decimal(5,2))`);
    const base = await db.plan(table('narrow'));
    const wider: Record<string, LogicalType> = {
      sm: { kind: 'decimal', precision: 19, scale: 4 },
      d: { kind: 'decimal', precision: 10, scale: 3 },
      t: { kind: 'int32' },
    };
    const plan = { ...base, columns: base.columns.map((column) => ({ ...column, logical: wider[column.target] ?? column.logical })) }; // prettier-ignore
    await db.target.prepare({ runId: 'narrow', plan });
    const refusals: [column: string, value: Value, code: string, why: RegExp][] = [
      ['vc', 'six by', 'VALUE_TOO_LONG', /6 bytes/],
      ['vc', 'Āha', 'VALUE_NOT_REPRESENTABLE', /code page 1252 lacks the character U\+0100/],
      ['nv', '😀😀', 'VALUE_TOO_LONG', /4 UTF-16 units/],
      ['nv', Uint8Array.of(0xed, 0xa0, 0x80), 'VALUE_NOT_REPRESENTABLE', /half of a surrogate pair/],
      ['b', Uint8Array.of(1), 'VALUE_NOT_REPRESENTABLE', /filled up/],
      ['b', new Uint8Array(4), 'VALUE_TOO_LONG', /4 bytes/],
      ['dt', micros('2024-01-01T00:00:00.001'), 'VALUE_NOT_REPRESENTABLE', /rounded/],
      ['dt', micros('1752-12-31T00:00:00'), 'VALUE_NOT_REPRESENTABLE', /1753/],
      ['sdt', micros('2024-01-01T00:00:01'), 'VALUE_NOT_REPRESENTABLE', /rounded/],
      ['d2', micros('2024-01-01T00:00:00') + 1n, 'VALUE_NOT_REPRESENTABLE', /3 decimal places/],
      ['d2', 2n ** 63n - 1n, 'VALUE_NOT_REPRESENTABLE', /1 to 9999/],
      ['t', 256, 'VALUE_NOT_REPRESENTABLE', /out of range/],
      ['sm', 2n ** 31n, 'VALUE_NOT_REPRESENTABLE', /out of range/],
      ['f', Number.NaN, 'VALUE_NOT_REPRESENTABLE', /finite/],
      ['needed', null, 'NULL_IN_NOT_NULL', /NULL/],
      ['o', '2024-02-29 01:00:00.1234 +00:00', 'VALUE_NOT_REPRESENTABLE', /3 decimal places/],
      ['o', 'yesterday', 'VALUE_NOT_REPRESENTABLE', /not written as/],
      ['d', 1_000_000n, 'VALUE_NOT_REPRESENTABLE', /before the decimal point/],
      ['d', 1n, 'VALUE_NOT_REPRESENTABLE', /2 decimal places/],
    ];
    const row = (id: number, column?: string, value?: Value): Value[] =>
      plan.columns.map(({ target }) => (target === 'id' ? id : target === column ? (value ?? null) : target === 'needed' ? 1 : null)); // prettier-ignore
    for (const [index, [column, value, code, why]] of refusals.entries()) {
      const part = await db.part(plan, 'narrow', index, [row(1), row(17, column, value), row(3)]);
      const error = await db.target.loadPart(part, newProgress()).catch((caught: unknown) => caught);
      expect({ value: String(value), error }).toMatchObject({
        value: String(value),
        error: { code, place: { table: 'dbo.narrow', column, key: 'id=17', part: index } },
      });
      expect(String(error)).toMatch(why);
    }
    const [left] = await db.rows(`SELECT COUNT(*) AS n FROM ${stagingOf('narrow', plan.targetRef)}`);
    expect(left).toEqual({ n: 0 });
  });

  it('loads a part once, however often and by however many it is asked', async () => {
    await db.run('CREATE TABLE dbo.once (id bigint NOT NULL PRIMARY KEY, v nvarchar(20))');
    const plan = await db.plan(table('once'));
    await db.target.prepare({ runId: 'once', plan });
    const rows = (from: number): Value[][] =>
      Array.from({ length: 2500 }, (_, index) => [BigInt(from + index), `v${from + index}`]);
    const parts = await Promise.all([0, 1, 2].map((part) => db.part(plan, 'once', part, rows(part * 2500))));
    const progress = newProgress();
    await Promise.all([...parts, ...parts].map((part) => db.target.loadPart(part, progress)));
    await db.target.loadPart(parts[0]!, progress);
    const [found] = await db.rows(
      `SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids, CONVERT(varchar(20), SUM(id)) AS total FROM ${stagingOf('once', plan.targetRef)} WHERE v = 'v' + CONVERT(nvarchar(20), id)`,
    );
    expect(found).toEqual({ n: 7500, ids: 7500, total: String((7499 * 7500) / 2) });
    expect(progress[0]).toBe(7500n);
  });

  it('carries names that need quoting, and a value of many megabytes', async () => {
    await db.run(
      'CREATE TABLE dbo.[odd "table".x] ([a b.c] int NOT NULL PRIMARY KEY, [select] nvarchar(max), ["] varbinary(max))',
    );
    const ref = table('odd "table".x');
    const plan = await db.plan(ref);
    const length = 20_000_000;
    await db.stage('odd', plan, [[1, 'é'.repeat(length), new Uint8Array(length).fill(9)]]);
    const rows = await db.rows(
      `SELECT [a b.c] AS id, CONVERT(int, DATALENGTH([select])) AS t, CONVERT(int, DATALENGTH(["])) AS b, RIGHT([select], 2) AS last FROM ${stagingOf('odd', ref)}`,
    );
    expect(rows).toEqual([{ id: 1, t: length * 2, b: length, last: 'éé' }]);
  });

  it('notices a file that is not what was written, and leaves nothing of it', async () => {
    await db.run('CREATE TABLE dbo.corrupt (id int NOT NULL PRIMARY KEY)');
    const plan = await db.plan(table('corrupt'));
    await db.target.prepare({ runId: 'corrupt', plan });
    const part = await db.part(plan, 'corrupt', 0, [[1]]);
    await expect(db.target.loadPart({ ...part, sha256: '00' }, newProgress())).rejects.toMatchObject({ code: 'PART_CORRUPT' }); // prettier-ignore
    await expect(db.target.loadPart({ ...part, rows: 2 }, newProgress())).rejects.toMatchObject({ code: 'COUNT_MISMATCH' }); // prettier-ignore
    await db.target.loadPart(part, newProgress());
    expect(await db.rows(`SELECT id FROM ${stagingOf('corrupt', plan.targetRef)}`)).toEqual([{ id: 1 }]);
  });

  it('stops when it is told to, and the part can be loaded afterwards', async () => {
    await db.run('CREATE TABLE dbo.stopped (id int NOT NULL PRIMARY KEY, v nvarchar(200))');
    const plan = await db.plan(table('stopped'));
    await db.target.prepare({ runId: 'stopped', plan });
    const rows = Array.from({ length: 60_000 }, (_, id): Value[] => [id, 'x'.repeat(200)]);
    const part = await db.part(plan, 'stopped', 0, rows);
    const progress = newProgress();
    const stop = new AbortController();
    const loading = db.target.loadPart(part, progress, stop.signal);
    while (progress[0] === 0n) await new Promise((resolve) => setTimeout(resolve, 2));
    stop.abort();
    await expect(loading).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await db.rows(`SELECT COUNT(*) AS n FROM ${stagingOf('stopped', plan.targetRef)}`)).toEqual([{ n: 0 }]);
    await db.target.loadPart(part, newProgress());
    expect(await db.rows(`SELECT COUNT(*) AS n FROM ${stagingOf('stopped', plan.targetRef)}`)).toEqual([{ n: 60_000 }]);
  });
});
