/** What month batches promise, whatever the warehouse: checked, loaded, resumed, replaced, deleted, brought back, reported on. */
import { existsSync, readFileSync } from 'node:fs';
import type { MonthReport } from '../../../core/types/month-report';
import { unzip } from '../../unit/report/unzip';
import { asKept, type FileOutcome, fileOf, FIELDS, monthRows, type MonthSite, type Summary, text } from './month-site';

export const BATCHES = `
  trades:
    to: wh
    basePath: data
    tables:
      trades: { files: "trades_{month}.tsv", ${FIELDS} }
  strict:
    to: wh
    basePath: data
    tables:
      strict: { files: "copy_*_{month}.tsv", duplicates: fail, ${FIELDS} }
  twice:
    to: wh
    basePath: data
    tables:
      twice: { files: "copy_*_{month}.tsv", duplicates: load, ${FIELDS}, quality: { levels: { duplicates: off } } }
  dirty:
    to: wh
    basePath: data
    tables:
      dirty: { files: "dirty_{month}.tsv", ${FIELDS} }
`;

interface Deletion {
  id: string;
  rows: number;
  month: string;
  state: string;
  reason?: string;
}

interface QualityResult {
  month: string;
  verdict: string;
  score: number;
  result: { sentence: string; checks: { check: string; status: string; count: number }[] };
}

/** The tests stand in the order in which somebody would do these things, and each goes on from where the last one ended. */
export function coreSuite(site: () => MonthSite): void {
  const january = monthRows('2024-01');
  const february = monthRows('2024-02');
  const corrected = monthRows('2024-01', { salt: 5 });
  const month = (name: string, condition = '2024-01'): string =>
    `${name} >= DATE '${condition}-01' AND ${name} < DATE '${condition}-01' + INTERVAL '1 month'`;

  test('a preview says which file belongs to which month and table', async () => {
    site().write('trades_2024-01.tsv', text(january));
    site().write('trades_022024.tsv', text(february.filter(([day]) => day !== '2024-02-10')));
    site().write('notes.txt', 'nothing of ours');
    const { code, printed } = await site().json<{ files: { path: string; month: string; table: string }[]; unmatched: string[] }>('month', 'preview', 'trades'); // prettier-ignore
    expect(code).toBe(0);
    expect(printed.files.map((file) => [file.path, file.month, file.table])).toEqual([
      [site().path('trades_2024-01.tsv'), '2024-01', 'trades'],
      [site().path('trades_022024.tsv'), '2024-02', 'trades'],
    ]);
    expect(printed.unmatched).toEqual(['notes.txt']);
  });

  test('a check finds the day without rows, says so in one sentence, and loads nothing', async () => {
    const { code, printed } = await site().json<Summary>('month', 'check', 'trades');
    expect(code).toBe(3);
    expect(fileOf(printed, 'trades_2024-01.tsv').quality).toMatchObject({ verdict: 'passed', score: 100 });
    expect(fileOf(printed, 'trades_022024.tsv').quality).toMatchObject({
      verdict: 'failed',
      sentence: expect.stringMatching(/^1 day of February 2024 has no rows \(2024-02-10\)/) as string,
    });
    expect((await site().tables()).filter((name) => name === 'trades')).toEqual([]);
    const {
      code: quiet,
      stdout,
      stderr,
    } = await site().run('month', 'check', 'trades', '--month', '2024-02', '--quiet');
    expect(quiet).toBe(1);
    expect(stdout + stderr).toContain('2024-02-10');
  });

  test('a month that passes is loaded with every value, one that fails leaves nothing behind', async () => {
    const { code, printed } = await site().load('trades', '--qc', 'file');
    expect(code).toBe(3);
    expect(printed.status).toBe('partial');
    expect(fileOf(printed, 'trades_2024-01.tsv')).toMatchObject({
      state: 'published',
      rows: january.length,
      rowsCopied: january.length,
      rowsStaged: january.length,
    });
    expect(fileOf(printed, 'trades_022024.tsv').error).toMatchObject({
      code: 'QUALITY_FAILED',
      message: expect.stringContaining('2024-02-10') as string,
    });
    expect(await site().kept('trades')).toEqual(asKept(january));
    expect(await site().checkpoint('trades')).toMatchObject({
      status: 'partial',
      months: ['2024-01', '2024-02'],
      completedMonths: ['2024-01'],
      failedMonths: ['2024-02'],
      currentMonths: [],
    });
  });

  test('resume takes the file that was put right, and nothing twice', async () => {
    site().write('trades_022024.tsv', text(february));
    const { code, printed } = await site().json<Summary>('month', 'resume', 'trades');
    expect([code, printed.status]).toEqual([0, 'done']);
    expect(await site().kept('trades')).toEqual(asKept([...january, ...february]));
    expect(await site().checkpoint('trades')).toMatchObject({
      batchId: printed.batchId,
      status: 'completed',
      completedMonths: ['2024-01', '2024-02'],
      failedMonths: [],
    });
    const again = await site().json('month', 'resume', 'trades');
    expect([again.code, again.error?.code]).toEqual([2, 'BATCH_NOT_FOUND']);
  });

  test('a check in the warehouse stages and drops rows, one without checks counts them, and neither loads any', async () => {
    const before = await site().kept('trades');
    for (const [mode, verdict] of [
      ['warehouse', 'passed'],
      ['none', undefined],
    ] as const) {
      const { code, printed } = await site().json<Summary>(
        'month',
        'check',
        'trades',
        '--month',
        '2024-01',
        '--qc',
        mode,
      );
      expect(code).toBe(0);
      const file = fileOf(printed, 'trades_2024-01.tsv');
      expect(file).toMatchObject({ state: 'checked', rows: january.length });
      expect(file.quality?.verdict).toBe(verdict);
    }
    expect(await site().kept('trades')).toEqual(before);
    expect((await site().tables()).filter((name) => name.startsWith('longshore_staging.'))).toEqual([]);
  });

  test('a file whose content was loaded before is skipped, and told of', async () => {
    const { code, printed } = await site().load('trades', '--month', '2024-01');
    expect(code).toBe(0);
    expect(printed.files.map(({ state }) => state)).toEqual(['skipped']);
    expect(printed.files[0]?.warnings.join(' ')).toContain('trades_2024-01.tsv');
    expect(await site().count('trades')).toBe(january.length + february.length);
  });

  test('or refused, or loaded again, as the definition says', async () => {
    site().write('copy_a_2024-01.tsv', text(january));
    expect((await site().load('strict')).code).toBe(0);
    expect((await site().load('twice')).code).toBe(0);
    const strict = await site().load('strict');
    expect(strict.code).toBe(1);
    expect(strict.printed.files[0]?.error).toMatchObject({ code: 'FILE_DUPLICATE' });
    expect((await site().load('twice')).code).toBe(0);
    expect(await site().kept('strict')).toEqual(asKept(january));
    expect(await site().kept('twice')).toEqual(asKept([...january, ...january]));
  });

  test('--replace puts the rows of a month in the place of the old ones, and leaves other months alone', async () => {
    site().write('trades_2024-01.tsv', text(corrected));
    const { code } = await site().load('trades', '--month', '012024', '--replace', '--reason', 'corrected file');
    expect(code).toBe(0);
    expect(await site().kept('trades')).toEqual(asKept([...corrected, ...february]));
  });

  test('nothing is deleted by a preview, without a reason, or where nobody can be asked', async () => {
    const dry = await site().json<{ tables: { rows: number; days: [string, number][] }[]; deleted: boolean }>('month', 'delete', 'trades', '--month', '2024-01', '--dry-run'); // prettier-ignore
    expect([dry.code, dry.printed.deleted]).toEqual([0, false]);
    expect(dry.printed.tables[0]?.rows).toBe(corrected.length);
    expect(dry.printed.tables[0]?.days.map(([, rows]) => rows)).toEqual(Array.from({ length: 31 }, () => 10));
    for (const args of [['--yes'], []]) {
      const { code, error } = await site().json('month', 'delete', 'trades', '--month', '2024-01', ...args);
      expect([code, error?.code]).toEqual([2, 'USAGE']);
    }
    expect(await site().count('trades')).toBe(corrected.length + february.length);
  });

  test('a month is deleted with a record of who and why, and comes back once', async () => {
    const deleted = await site().json<{ deletions: Deletion[] }>('month', 'delete', 'trades', '--month', '2024-01', '--yes', '--reason', 'delivered twice'); // prettier-ignore
    expect(deleted.code).toBe(0);
    expect(await site().kept('trades')).toEqual(asKept(february));
    const { printed: known } = await site().json<Deletion[]>('month', 'deletions', 'trades');
    const [deletion] = known;
    expect(deletion).toMatchObject({
      rows: corrected.length,
      month: '2024-01',
      state: 'deleted',
      reason: 'delivered twice',
    });

    const restored = await site().json<{ rows: number }>('month', 'restore', 'trades', deletion?.id ?? '');
    expect([restored.code, restored.printed.rows]).toEqual([0, corrected.length]);
    expect(await site().kept('trades')).toEqual(asKept([...corrected, ...february]));
    const second = await site().json('month', 'restore', 'trades', deletion?.id ?? '');
    expect(second.error?.code).toBe('RESTORE_UNAVAILABLE');
    expect(await site().count('trades')).toBe(corrected.length + february.length);
  });

  test('a report says of the table what plain SQL says of it', async () => {
    const { code, printed } = await site().json<MonthReport>('month', 'report', 'trades');
    expect(code).toBe(0);
    const [table] = printed.tables;
    const truth = await site().sql(
      `SELECT CAST(day AS VARCHAR) AS day, count(*) AS n, count(*) - count(note) AS nulls FROM trades GROUP BY day ORDER BY day`,
    );
    expect(table?.days).toEqual(truth.map((row) => [row['day'], Number(row['n'])]));
    expect(table).toMatchObject({
      rows: corrected.length + february.length,
      firstDay: '2024-01-01',
      lastDay: '2024-02-29',
    });
    expect(table?.columns.find(({ name }) => name === 'note')?.nulls).toBe(
      truth.reduce((sum, row) => sum + Number(row['nulls']), 0),
    );
    expect([table?.gaps, table?.duplicates?.keys]).toEqual([[], 0]);
  });

  test('the same report as text, CSV, workbook and page', async () => {
    const { stdout } = await site().run('month', 'report', 'trades');
    expect(stdout).toContain((corrected.length + february.length).toLocaleString('en'));
    const csv = await site().run('month', 'report', 'trades', '--format', 'csv', '--detail', 'days');
    expect(csv.stdout.trim().split(/\r?\n/)).toHaveLength(1 + 31 + 29);

    const book = site().path('report.xlsx');
    expect((await site().run('month', 'report', 'trades', '--output', book)).code).toBe(0);
    const inside = unzip(readFileSync(book));
    expect([...inside.keys()].filter((name) => /worksheets\/sheet\d+\.xml$/.test(name)).length).toBeGreaterThan(3);
    expect([...inside.values()].join('')).toContain('2024-02-29');

    const page = site().path('report.html');
    expect((await site().run('month', 'report', 'trades', '--output', page)).code).toBe(0);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('<svg');
    expect(html).not.toMatch(/<script|javascript:|\son\w+=|(src|href)="https?:/i);
    const refused = await site().json('month', 'report', 'trades', '--output', page);
    expect([refused.code, refused.error?.code]).toEqual([2, 'USAGE']);
  });

  test('results of checks are kept, and two can be compared', async () => {
    const { printed } = await site().json<QualityResult[]>(
      'month',
      'quality',
      'trades',
      '--history',
      '--month',
      '2024-02',
    );
    expect(printed.map(({ verdict }) => verdict).at(0)).toBe('passed');
    expect(printed.map(({ verdict }) => verdict)).toContain('failed');
    const failed = printed.find(({ verdict }) => verdict === 'failed');
    expect(failed?.result.checks.find(({ check }) => check === 'completeness')).toMatchObject({
      status: 'failed',
      count: 1,
    });
    const compared = await site().run('month', 'quality', 'trades', '--month', '2024-02', '--compare');
    expect(compared.code).toBe(0);
    expect(compared.stdout).toContain('2024-02');
  });

  test('the same checks run as SQL in the warehouse, and stop the load alike', async () => {
    site().write('trades_2024-03.tsv', text(monthRows('2024-03').filter(([day]) => day !== '2024-03-31')));
    const failed = await site().load('trades', '--month', '2024-03', '--qc', 'warehouse');
    expect(failed.code).toBe(1);
    expect(failed.printed.files[0]?.error?.code).toBe('QUALITY_FAILED');
    expect(failed.printed.files[0]?.quality).toMatchObject({ mode: 'warehouse', verdict: 'failed' });
    expect(await site().count('trades', month('day', '2024-03'))).toBe(0);
    site().write('trades_2024-03.tsv', text(monthRows('2024-03')));
    const passed = await site().load('trades', '--month', '2024-03', '--qc', 'warehouse');
    expect(passed.code).toBe(0);
    expect(await site().count('trades', month('day', '2024-03'))).toBe(310);
  });

  test('the good rows of a bad file are written beside it, and can be loaded', async () => {
    const good = monthRows('2024-01');
    const lines = text(good).split('\n');
    lines.splice(5, 0, '2024-01-01\t99\tnot a number\tx', 'half a row');
    site().write('dirty_2024-01.tsv', lines.join('\n'));
    const refused = await site().load('dirty', '--qc', 'file');
    expect([refused.code, refused.printed.files[0]?.error?.code]).toEqual([1, 'QUALITY_FAILED']);

    const { code, printed } = await site().json<{ clean: string; rejected: string; rows: number; rejectedRows: number }>('month', 'clean-file', 'dirty', site().path('dirty_2024-01.tsv')); // prettier-ignore
    expect([code, printed.rows, printed.rejectedRows]).toEqual([0, good.length, 2]);
    expect(readFileSync(printed.clean, 'utf8')).toBe(text(good));
    expect(readFileSync(printed.rejected, 'utf8')).toMatch(/^6\t.*\n7\t/m);
    expect((await site().load('dirty', '--files', printed.clean)).code).toBe(0);
    expect(await site().kept('dirty')).toEqual(asKept(good));
  });

  test('stage, staging tables and disk are empty when runs have ended', async () => {
    const { printed } = await site().json<{ files: FileOutcome[] }>('month', 'stage', 'trades');
    expect(printed.files).toEqual([]);
    const own = (await site().tables()).filter((name) => !['trades', 'strict', 'twice', 'dirty'].includes(name));
    expect(own.map((name) => name.toUpperCase())).toEqual(['LONGSHORE_LEDGER']);
    const left = site()
      .site.installation.stagedFiles()
      .filter((name) => !name.includes('backups'));
    expect(left).toEqual([]);
    expect(existsSync(site().path('dirty_2024-01.tsv'))).toBe(true);
  });
}
