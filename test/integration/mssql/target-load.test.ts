/** Parts into staging: every value as it is, once, and with the place of whatever does not fit. */
import { qualified } from '../../../connectors/mssql/sql';
import { stagingRef } from '../../../connectors/mssql/staging';
import { describeMssql } from '../../helpers/mssql';
import { newProgress, openFixture, table, type MssqlFixture, type Value } from './target-fixture';

describeMssql('loading parts into SQL Server', () => {
  let db: MssqlFixture;
  beforeAll(async () => {
    db = await openFixture();
  });
  afterAll(() => db?.close());

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
    const isText = (name: string) => plan.columns.find(({ target }) => target === name)?.logical.kind === 'text';
    console.log(plan.columns.map((c) => `${c.target} ${c.targetType} ${c.logical.kind}`).join('; '));
    const guid = Buffer.from('6f9619ff8b86d011b42d00c04fc964ff', 'hex');
    const full: Value[] = [
      1, true, 255, -32768, -(2n ** 63n), Math.fround(0.1), -0,
      -99999n, 999999999999999999n, -(10n ** 38n - 1n), 10n ** 20n - 1n, -(2n ** 63n), -2147483648n,
      days('9999-12-31'), 86_399_000_000n, 86_399_999_999n, isText('t7') ? '23:59:59.9999999' : 86_399_999_999n, micros('2024-02-29T23:59:59.997'), micros('2079-06-06T23:59:00'), micros('0001-01-01T00:00:00.010'), isText('d7') ? '9999-12-31 23:59:59.9999999' : 253_402_300_799_999_999n, isText('o7') ? '2024-02-29 01:00:00.1234567 +05:30' : 0n,
      'naïve €', 'tab\tquote\'"\r\n\\', 'emoji 😀 e\u0301', 'x'.repeat(9000), Uint8Array.of(0, 255), new Uint8Array(9000).fill(7), Uint8Array.of(1, 2, 3, 4), guid, '<a> <b/></a>',
    ]; // prettier-ignore
    const empty: Value[] = plan.columns.map((_, index) => (index === 0 ? 2 : null));
    const blank = full.map((value, index): Value => (index === 0 ? 3 : index >= 22 && index <= 25 ? '' : value));
    await db.stage('types', plan, [full, empty, blank]);
    const staging = qualified(stagingRef(db.stagingSchema, 'types', plan.targetRef));
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
      d38: `-${'9'.repeat(28)}.${'9'.repeat(10)}`,
      n: '9'.repeat(20),
      m: '-922337203685477.5808',
      sm: '-214748.3648',
      da: '9999-12-31',
      vc: 'naïve €',
      vm: 'tab\tquote\'"\r\n\\',
      nv: 'emoji 😀 e\u0301',
      nm: 'x'.repeat(9000),
      vb: Buffer.of(0, 255),
      bm: Buffer.alloc(9000, 7),
      bi: Buffer.of(1, 2, 3, 4),
    });
    expect(String(row?.['g']).toLowerCase()).toBe('6f9619ff-8b86-d011-b42d-00c04fc964ff');
    expect(Object.values(nulls ?? {}).every((value) => value === null)).toBe(true);
    expect(blanks).toMatchObject({ vc: '', vm: '', nv: '', nm: '' });
    console.log(row);
  });
});
