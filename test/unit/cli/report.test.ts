import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createColors } from 'picocolors';
import type { CommandContext } from '../../../cli/core/context';
import { runReportCommand } from '../../../cli/commands/run/report';
import { reportDocument } from '../../../cli/output/report-document';
import { reportHtml } from '../../../cli/output/report-html';
import { reportMarkdown } from '../../../cli/output/report-markdown';
import { reportText } from '../../../cli/output/report-text';
import { widthOf } from '../../../cli/output/text';
import { fakeIo } from './fake-io';
import { details, tableRecord, verification } from './run-records';

const error = {
  code: 'VALUES_MISMATCH' as const,
  message: 'Table public.<b>items</b> differs.',
  place: { table: 'public.items', column: 'price' },
  next: 'Report it with the run id.',
};
const HOSTILE = 'public.<script>alert(1)</script>|`x`';
const notifications = [
  {
    runId: 'transfer/daily/1',
    event: 'partial',
    channel: 'ops',
    delivered: true,
    at: new Date('2026-11-20T05:00:31Z'),
  },
  {
    runId: 'transfer/daily/1',
    event: 'partial',
    channel: 'slack',
    delivered: false,
    error: { code: 'NOTIFICATION_FAILED' as const, message: 'The webhook answered 500.', place: {}, next: 'Look.' },
    at: new Date('2026-11-20T05:00:32Z'),
  },
] as const;
const run = details(
  [
    tableRecord(),
    tableRecord({
      tableId: HOSTILE,
      phase: 'failed',
      error,
      finishedAt: undefined,
      lockedMs: undefined,
      warnings: [],
      verification: {
        ...verification,
        columns: [{ ...verification.columns[0]!, verdict: 'different' }],
        references: [],
      },
      targetAggregates: {
        rows: '1000',
        columns: [{ column: 'id', nulls: '0', sum: '10', min: '1', max: '123456789012345678901234567890' }],
      },
    }),
  ],
  { status: 'partial' },
);
const report = reportDocument(
  { ...run, notifications: [...notifications] },
  { version: '9.9.9', now: new Date('2026-11-21T00:00:00Z') },
);
const colours = createColors(false);

describe('the report of a run', () => {
  it('has what, when, who, from where to where, and how fast', () => {
    expect(report).toMatchObject({
      longshore: '9.9.9',
      run: {
        id: 'transfer/daily/1',
        set: 'daily',
        from: 'prod',
        to: 'uat',
        status: 'partial',
        triggeredBy: 'ada',
        seconds: 30,
      },
      totals: { tables: 2, published: 1, rows: 2000, bytes: 5_000_000, rowsPerSecond: 67 },
      errors: [{ code: 'VALUES_MISMATCH' }],
      notifications: [{ delivered: true }, { delivered: false, error: { message: 'The webhook answered 500.' } }],
    });
    expect(report.tables[0]).toMatchObject({
      table: 'public.orders',
      source: 'dbo.orders',
      strategy: 'swap',
      filter: "status <> 'draft'",
      seconds: 10,
      rowsPerSecond: 100,
      lockedMs: 42,
      masks: [{ column: 'email', rule: 'email' }],
      verification: { equal: true, fingerprint: { equal: true } },
    });
  });

  const forms = {
    text: reportText(report, { colours }),
    markdown: reportMarkdown(report).replaceAll('\\', ''),
    html: reportHtml(report),
  };

  it.each(Object.entries(forms))('says all of it as %s', (_form, text) => {
    for (const fact of [
      'transfer/daily/1',
      'prod',
      'ada',
      'a fresh copy',
      'version 7',
      '9.9.9',
      'swap: nothing hangs on it',
      '2.5',
      '42 ms',
      '4000 UTF-16 units',
      '4400 bytes',
      'equal by parts',
      '123456789012345678901234567890',
      'abababababababababababababababab, equal on both sides',
      'customer_id → public.customers',
      'point at no row',
      'VALUES_MISMATCH',
      'Report it with the run id.',
      'The webhook answered 500.',
    ])
      expect(text).toContain(fact);
  });

  it.each([60, 80, 100, 120, 200])('fits a terminal of %p columns', (width) => {
    const lines = reportText(report, { colours, width }).split('\n');
    expect(lines.filter((line) => widthOf(line) > width && line.trim().includes(' '))).toEqual([]);
  });

  it('leaves out no figure where there is room', () => {
    expect(forms.text).not.toContain('…');
    expect(reportText(report, { colours, width: 240 })).not.toContain('…');
  });

  it('is one HTML page that loads and runs nothing, and takes no name for markup', () => {
    const { html } = forms;
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toMatch(/<script|<link|<img|src=|href=|url\(/i);
    expect(html).toContain('public.&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html.match(/<details open>/g)).toHaveLength(1);
    for (const tag of ['table', 'details', 'section', 'dl', 'tr', 'td', 'th', 'div', 'span', 'ul', 'li'])
      expect([tag, html.split(new RegExp(`<${tag}[ >]`)).length]).toEqual([tag, html.split(`</${tag}>`).length]);
  });

  it('keeps names from breaking out of Markdown', () => {
    const markdown = reportMarkdown(report);
    expect(markdown).not.toContain('<script>');
    const rows = markdown.split('\n').filter((line) => line.startsWith('| public'));
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(12);
  });
});

describe('longshore run report', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'longshore-report-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function invoke(options: Record<string, unknown>, json = false) {
    const io = fakeIo({ cwd: folder });
    const context = {
      io,
      global: { json },
      colours,
      width: undefined,
      note: (text: string) => io.err(text),
      result: (data: unknown) => io.out(JSON.stringify(data)),
      connect: () =>
        Promise.resolve({
          runs: { show: () => Promise.resolve(run) },
          catalog: { notifications: { list: () => Promise.resolve(notifications) } },
        }),
    } as unknown as CommandContext;
    return runReportCommand.invoke(context, { run: 'daily' }, options).then(() => io);
  }

  it('prints text, and JSON with --json', async () => {
    expect((await invoke({})).stdout).toContain('VALUES_MISMATCH Table public.<b>items</b> differs.');
    expect(JSON.parse((await invoke({}, true)).stdout)).toMatchObject({ run: { id: 'transfer/daily/1' } });
  });

  it('goes by the name of the file, and overwrites none unless told', async () => {
    await invoke({ output: 'run.html' });
    expect(readFileSync(join(folder, 'run.html'), 'utf8')).toMatch(/^<!doctype html>/);
    await expect(invoke({ output: 'run.html' })).rejects.toMatchObject({ code: 'USAGE' });
    await invoke({ output: 'run.html', replace: true, format: 'markdown' });
    expect(readFileSync(join(folder, 'run.html'), 'utf8')).toMatch(/^# transfer/);
    const io = await invoke({ output: 'run.md' }, true);
    expect(JSON.parse(io.stdout)).toMatchObject({ format: 'markdown', run: 'transfer/daily/1' });
  });
});
