import { zstdCompressSync } from 'node:zlib';
import { checkFileRules } from '../../../../connectors/duckdb/file-rules';
import type { MonthFormat } from '../../../../core/types/month';
import type { QualityRule } from '../../../../core/types/quality';
import type { ScanPlan } from '../../../../core/types/scan';
import { withUtf8File } from '../../../../storage/month';
import { column, FORMAT, never, planOf, testFolder, write } from '../../storage/month/files';

const at = testFolder();
const PLAN = planOf([column('id', 'integer'), column('amount', 'decimal'), column('day', 'date'), column('Name')]);
const HEADER = 'id\tamount\tday\tName\n';

const rule = (condition: string): QualityRule => ({ name: condition, condition, severity: 'critical' });
const check = async (path: string, conditions: string[], plan: ScanPlan = PLAN) =>
  withUtf8File(path, plan.format, at('temp'), never(), async (file) =>
    checkFileRules({ file, path, plan, rules: conditions.map(rule) }, { tempDirectory: at('temp') }, never()),
  );

describe('rules about a file', () => {
  it('hold for rows or for the whole, whichever they speak of, and NULL breaks none', async () => {
    const rows = Array.from(
      { length: 1000 },
      (_, row) => `${row}\t${row % 10 === 0 ? -1 : 5}.5\t202401${String((row % 31) + 1).padStart(2, '0')}\tn${row}`,
    );
    rows[7] = '7\t\t\t';
    const path = write(at('in.tsv'), `${HEADER}${rows.join('\n')}\n`);
    const found = await check(path, [
      'amount > 0',
      'count(*) = 1000',
      'count(DISTINCT id) < 10',
      `day >= DATE '2024-01-02'`,
      'length(name) <= 3',
    ]);
    expect(found.map(({ kind, violations, error }) => [kind, violations, error])).toEqual([
      ['row', 100, undefined],
      ['aggregate', 0, undefined],
      ['aggregate', 1, undefined],
      ['row', 33, undefined],
      ['row', 900, undefined],
    ]);
    expect(found[0]?.samples.map(({ line }) => line)).toEqual([2, 12, 22, 32, 42, 52, 62, 72, 82, 92]);
    expect(found[0]?.samples[1]?.value).toContain('amount = -1.50');
  });

  it('name lines behind rows that cannot be read, and rows by number where fields are quoted', async () => {
    const path = write(at('in.tsv'), `${HEADER}1\t1\t\t\n2\n3\t1\t\t\t\t\n4\t-1\t\t\n`);
    expect((await check(path, ['amount > 0']))[0]).toMatchObject({ violations: 1, samples: [{ line: 5 }] });
    const quoted = { ...PLAN, format: { ...FORMAT, quote: '"' as const } };
    const [found] = await check(write(at('q.tsv'), `${HEADER}1\t1\t\t"a\nb"\n2\t-1\t\t"x"\n`), ['amount > 0'], quoted);
    expect(found?.samples).toEqual([expect.objectContaining({ message: 'row 2 breaks the rule' })]);
    expect(found?.samples[0]?.line).toBeUndefined();
  });

  it.each([
    ['amount >', /cannot|syntax/i],
    ['nothing > 1', /nothing/],
    ['1 = 1; DROP TABLE probe', /semicolon/],
    ['true) FROM probe WHERE (true', /bracket/],
    [`id IN (SELECT 1)`, /subquery/],
    [`EXISTS (SELECT * FROM read_text('/etc/passwd'))`, /read_text|subquery/],
    [`getenv('HOME') = 'x'`, /getenv/],
    ['amount', /DECIMAL/],
    ['', /empty/],
  ])('are refused with a reason, the others evaluated all the same: %s', async (condition, reason) => {
    const path = write(at('in.tsv'), `${HEADER}1\t1\t\t\n`);
    const [bad, good] = await check(path, [condition, 'id = 1']);
    expect(bad?.error).toMatch(reason);
    expect(good).toMatchObject({ violations: 0, kind: 'row' });
    expect(good?.error).toBeUndefined();
  });

  it('that fail on a value have no answer, and the others do', async () => {
    const path = write(at('in.tsv'), `${HEADER}1\t1\t\tabc\n`);
    const [bad, good] = await check(path, ['CAST(name AS INTEGER) > 0', 'id = 2']);
    expect(bad?.error).toMatch(/abc/);
    expect(good).toMatchObject({ violations: 1 });
  });

  it('read other encodings, formats of dates and compressed files', async () => {
    const format: MonthFormat = { ...FORMAT, encoding: 'windows-1252', dateFormat: 'DD.MM.YYYY', nullTexts: ['NULL'] };
    const content = Buffer.from(`${HEADER}1\tNULL\t31.01.2024\t\x80uro\n`, 'latin1');
    for (const path of [write(at('in.tsv'), content), write(at('in.tsv.zst'), zstdCompressSync(content))]) {
      const found = await check(path, [`day = DATE '2024-01-31'`, 'amount IS NULL', `name = '€uro'`], {
        ...PLAN,
        format,
      });
      expect(found.map(({ violations, error }) => [violations, error])).toEqual([
        [0, undefined],
        [0, undefined],
        [0, undefined],
      ]);
    }
    const utf8 = { ...PLAN, format: { ...format, encoding: 'utf-8' as const } };
    const path = write(at('u.tsv.zst'), zstdCompressSync(`${HEADER}1\tNULL\t31.01.2024\tä\n`));
    expect(await check(path, [`name = 'ä'`, `day = DATE '2024-01-30'`], utf8)).toMatchObject([
      { violations: 0 },
      { violations: 1 },
    ]);
  });
});
