import * as fc from 'fast-check';
import { dayChart } from '../../../report/day-chart';
import { csvOf } from '../../../report/csv';
import { monthReportCsv, monthReportWorkbook } from '../../../report/month-report-files';
import { monthReportHtml } from '../../../report/month-report-html';
import { reportSheets } from '../../../report/month-report-sheets';
import { workbookOf } from '../../../report/workbook';
import { monthReport, NASTY, tableReport } from './records';
import { unzip } from './unzip';

/** Fields of CSV as RFC 4180 has it, read one character after the other. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const next = text[at]!;
    if (quoted && next === '"' && text[at + 1] === '"') field += text[(at += 1)]!;
    else if (next === '"') quoted = !quoted;
    else if (!quoted && (next === ',' || next === '\r')) {
      rows.at(-1)!.push(field);
      field = '';
      if (next === '\r') rows.push([]);
      if (next === '\r') at += 1;
    } else field += next;
  }
  return rows.slice(0, -1);
}

describe('a report as CSV', () => {
  it('has a row per table with exact figures and ISO dates', () => {
    const [head, row] = readCsv(monthReportCsv(monthReport()));
    const cell = (title: string) => row![head!.indexOf(title)];
    expect(row).toHaveLength(head!.length);
    expect(
      ['Table', 'Rows', 'Bytes', 'First day', 'Missing days', 'Anomalies', 'Mean per day', 'Extra rows', 'Nulls'].map(
        cell,
      ),
    ).toEqual(['trades', '12345678', '9876543210', '2024-01-01', '2', '1', '1118.5', '2', '1234567']);
  });

  it('has a row per day, none left out, with what each is', () => {
    const [, ...rows] = readCsv(monthReportCsv(monthReport(), 'days'));
    expect(rows).toHaveLength(29);
    expect(rows.map((row) => [row[1], Number(row[2])])).toEqual(tableReport().days);
    expect(rows.find((row) => row[1] === '2024-01-21')).toEqual([
      'trades',
      '2024-01-21',
      '4000',
      '293.7',
      'extremely high',
    ]);
  });

  it('gives a spreadsheet no formula', () => {
    const [, row] = readCsv(monthReportCsv(monthReport([tableReport({ name: '=1+1', sentence: '@SUM(A1)' })])));
    expect(row![0]).toBe("'=1+1");
    expect(row).toContain("'@SUM(A1)");
  });

  it('reads back as what was written, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 2 })), (rows) => {
        const columns = ['a', 'b'].map((title) => ({ title, kind: 'text' as const }));
        const plain = rows.map((row) => row.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)));
        const read = readCsv(csvOf({ title: 'x', columns, rows }));
        expect(read).toEqual([['a', 'b'], ...plain]);
      }),
    );
  });
});

describe('a report as a workbook', () => {
  it('has a sheet for each kind of thing, with numbers as numbers, days as dates and no formula at all', async () => {
    const files = unzip(await monthReportWorkbook(monthReport()));
    const names = [...files.get('xl/workbook.xml')!.matchAll(/<sheet [^>]*name="([^"]*)"/g)].map(([, name]) => name);
    expect(names).toEqual(['Summary', 'Days', 'Gaps', 'Anomalies', 'Duplicates', 'Columns']);
    for (const [name, content] of files) expect([name, /<f[ >]/.test(content)]).toEqual([name, false]);
    const days = files.get('xl/worksheets/sheet2.xml')!;
    // 2024-01-01 is day 45,292 of Excel.
    const rows = [...days.matchAll(/<row r="(\d+)"[^>]*>(.*?)<\/row>/gs)].map(([, , cells]) =>
      [...cells!.matchAll(/<v>([^<]*)<\/v>/g)].map(([, value]) => value),
    );
    expect(rows).toHaveLength(30);
    expect(rows[1]!.slice(1, 3)).toEqual(['45292', '1000']);
    expect(rows[29]!.slice(1, 3)).toEqual(['45322', '1030']);
    const strings = files.get('xl/sharedStrings.xml') ?? [...files.values()].join('');
    expect(strings).toContain('=HYPERLINK(');
    expect(strings).toContain('&lt;script&gt;');
    expect(strings).not.toContain('\u001b');
  });

  it('goes on in another sheet where one is full, and takes texts of any length', async () => {
    const columns = [{ title: 'n', kind: 'figure' as const }];
    const rows = Array.from({ length: 100 }, (_, index) => [index]);
    const files = unzip(await workbookOf([{ title: 'Days', columns, rows }], 100));
    const count = (name: string) => files.get(name)!.match(/<row /g)?.length;
    expect([count('xl/worksheets/sheet1.xml'), count('xl/worksheets/sheet2.xml')]).toEqual([100, 2]);
    const long = [{ title: 'Long', columns: [{ title: 't', kind: 'text' as const }], rows: [['x'.repeat(40_000)]] }];
    const texts = [...unzip(await workbookOf(long)).values()].join('');
    expect(texts.includes(`${'x'.repeat(32_765)}…`)).toBe(true);
    expect(texts.includes('x'.repeat(32_766))).toBe(false);
  });
});

describe('a report as HTML', () => {
  const html = monthReportHtml(
    monthReport([tableReport(), tableReport({ name: NASTY, status: 'ok', sentence: 'Well.' })]),
  );

  it('is one page that loads and runs nothing, and takes no name for markup', () => {
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toMatch(/<script|<link|<img|src=|href=|url\(|\u001b/i);
    expect(html).toContain('=HYPERLINK(&quot;http://x&quot;)&lt;script&gt;');
    expect(html).toContain('prefers-color-scheme: dark');
    for (const tag of ['table', 'details', 'section', 'dl', 'tr', 'td', 'th', 'div', 'svg', 'rect', 'ul', 'h4'])
      expect([tag, html.split(new RegExp(`<${tag}[ >]`)).length]).toEqual([
        tag,
        html.split(`</${tag}>`).length + (tag === 'rect' ? html.match(/<rect class="band"[^>]*\/>/g)!.length : 0),
      ]);
  });

  it('shows everything there is, and opens what is not well', () => {
    for (const fact of [
      '12,345,678 rows',
      '9.9 GB',
      '2024-01-01 to 2024-01-31: 29 days with rows, 2 missing',
      'median 1,016, mean 1,119, deviation 548, 1,000 to 4,000',
      '1 key of id, day more than once, 2 rows too many',
      '+293.7 %',
      'VARCHAR(20)',
      'day=NULL',
      'The size is that of the whole table.',
    ])
      expect(html).toContain(fact);
    expect(html.match(/<details open>/g)).toHaveLength(1);
  });

  it('draws a bar as high as its day has rows, at the place of its day', () => {
    const chart = dayChart(tableReport());
    const bars = [
      ...chart.matchAll(
        /<rect class="(bar|odd|extreme)" x="([\d.]+)" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"><title>([^:]*): ([\d,]*) rows/g,
      ),
    ];
    expect(bars).toHaveLength(29);
    const step = (960 - 84) / 31;
    for (const [, kind, x, y, height, day, rows] of bars) {
      const number = Number(rows!.replace(',', ''));
      expect(Number(x)).toBeCloseTo(84 + (Number(day!.slice(-2)) - 1) * step, 1);
      expect(Number(height)).toBeCloseTo((number / 4000) * 148, 1);
      expect(Number(y) + Number(height)).toBeCloseTo(158, 1);
      expect(kind).toBe(day === '2024-01-21' ? 'extreme' : 'bar');
    }
    expect(chart).toContain('<title>2024-01-10 to 2024-01-11: 2 days without rows</title>');
    expect(chart).toContain('<title>median: 1,016 rows</title>');
    const [, top, height] = /class="band" x="84" y="([\d.]+)" width="876" height="([\d.]+)"/.exec(chart)!;
    expect(Number(top)).toBeCloseTo(158 - (1016 * 1.1 * 148) / 4000, 1);
    expect(Number(height)).toBeCloseTo((1016 * 0.2 * 148) / 4000, 1);
  });

  it('draws nothing without days, and no calendar of centuries for two days', () => {
    expect(dayChart({ days: [], gaps: [], anomalies: [] })).toBe('');
    const chart = dayChart({
      days: [
        ['1970-01-01', 1],
        ['2099-12-31', 1],
      ],
      gaps: [],
      anomalies: [],
    });
    expect(chart.match(/width="437"/g)).toHaveLength(2);
  });

  it('takes any days, gaps and figures without a figure that is none', () => {
    const day = fc
      .integer({ min: -20_000, max: 60_000 })
      .map((number) => new Date(number * 86_400_000).toISOString().slice(0, 10));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(day, fc.nat()), { maxLength: 40 }),
        fc.array(day, { maxLength: 5 }),
        (days, missing) => {
          const sorted = days.toSorted(([a], [b]) => (a < b ? -1 : 1));
          const gaps = missing.toSorted().map((each) => ({ from: each, to: each, days: 1 }));
          const chart = dayChart({ days: sorted, gaps, anomalies: [] });
          expect(chart).not.toMatch(/NaN|Infinity|undefined/);
          expect(chart.match(/="-/)).toBeNull();
        },
      ),
    );
  });

  it('reports on no table at all, and on one of which nothing is known but its rows', () => {
    expect(monthReportHtml(monthReport([]))).toContain('0, 0 rows');
    const { name, table, status, sentence, rows, seconds } = tableReport({ status: 'failed' });
    const bare = {
      name,
      table,
      status,
      sentence,
      rows,
      seconds,
      columns: [],
      days: [],
      gaps: [],
      anomalies: [],
      notes: [],
    };
    expect(monthReportHtml(monthReport([bare]))).not.toMatch(/undefined|NaN|<svg/);
    expect(reportSheets(monthReport([bare])).map((sheet) => sheet.rows.length)).toEqual([1, 0, 0, 0, 0, 0]);
  });
});
