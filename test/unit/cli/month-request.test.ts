import { join } from 'node:path';
import { confirmTyped } from '../../../cli/core/confirm-typed';
import { createContext, type CommandContext, type GlobalOptions } from '../../../cli/core/context';
import { batchRequest, existingFile, monthsOf, qualityMode, taskRequest } from '../../../cli/core/month-request';
import { folderWith } from '../config/files';
import { type FakeIo, fakeIo } from './fake-io';

const CONFIG = `version: 1
environments: { dwh: { kind: duckdb, path: b.duckdb, password: secret } }
`;
const config = (batches: string): string =>
  `version: 1\nenvironments: { dwh: { kind: duckdb, path: b.duckdb } }\nmonthBatches:\n${batches}`;

const PLAIN = config('  trades: { to: dwh, tables: { t: { files: "t_{month}.tsv" } } }\n');

/** Somebody at a terminal who answers one thing after the other; without answers nobody is there. */
function at(yaml: string, { answers, ...global }: { answers?: string[] } & Partial<GlobalOptions> = {}) {
  const cwd = folderWith({ 'longshore.yaml': yaml, 't_2024-01.tsv': 'a\n1\n' });
  const asked: string[] = [];
  const io: FakeIo = Object.assign(fakeIo({ cwd, env: { LONGSHORE_USER: 'ann' } }), {
    canAsk: answers !== undefined,
    ask: async (question: string) => {
      asked.push(question);
      return answers?.shift() ?? '';
    },
  });
  io.time = Date.UTC(2024, 2, 15);
  const context: CommandContext = createContext(io, {
    json: false,
    quiet: false,
    colour: false,
    config: 'longshore.yaml',
    configGiven: true,
    ...global,
  });
  return { context, io, asked, cwd };
}

describe('where quality is checked', () => {
  it('is as given, else as configured, along what the batch builds on', async () => {
    const yaml = config(`  base: { to: dwh, quality: { mode: warehouse } }
  middle: { extends: base }
  trades: { extends: middle, tables: { t: { files: "t_{month}.tsv" } } }
`);
    const { context, asked } = at(yaml, { answers: ['3'] });
    expect(await qualityMode(context, 'trades', 'none')).toBe('none');
    expect(await qualityMode(context, 'trades', undefined)).toBe('warehouse');
    expect(asked).toEqual([]);
  });

  it.each([
    ['', 'file'],
    ['1', 'file'],
    [' Warehouse ', 'warehouse'],
    ['2', 'warehouse'],
    ['3', 'none'],
    ['none', 'none'],
  ])('is asked for, and %j means %s', async (answer, mode) => {
    const { context, io } = at(PLAIN, { answers: [answer] });
    expect(await qualityMode(context, 'trades', undefined)).toBe(mode);
    expect(io.stderr).toContain('How is quality to be checked?');
    expect(io.stdout).toBe('');
  });

  it('is asked for again until the answer means something', async () => {
    const { context, io, asked } = at(PLAIN, { answers: ['4', 'yes', '2'] });
    expect(await qualityMode(context, 'trades', undefined)).toBe('warehouse');
    expect(asked).toHaveLength(3);
    expect(io.stderr).toContain('Answer 1, 2 or 3; yes is none of these.');
  });

  it.each([{}, { answers: ['3'], json: true }, { answers: ['3'], quiet: true }])(
    'is `file` where nobody is to be asked: %j',
    async (options) => {
      const { context, asked } = at(PLAIN, options);
      expect(await qualityMode(context, 'trades', undefined)).toBe('file');
      expect(asked).toEqual([]);
    },
  );

  it('is not asked for a batch that there is not', async () => {
    await expect(qualityMode(at(PLAIN).context, 'trade', undefined)).rejects.toMatchObject({
      code: 'CONFIG_UNKNOWN_NAME',
    });
  });
});

describe('what a batch is asked', () => {
  const OPTIONS = { month: [], table: [], files: [], parallel: 0 };

  it('has absolute paths, months in order, and nothing that was not given', async () => {
    const { context, cwd } = at(PLAIN);
    const request = await batchRequest(
      context,
      'trades',
      'load',
      {
        month: ['2024-03', '012024'],
        table: ['t'],
        files: ['t_2024-01.tsv'],
        basePath: 'in',
        parallel: 3,
        reason: 'month end',
      },
      'file',
    );
    expect(request).toMatchObject({
      batch: 'trades',
      action: 'load',
      quality: 'file',
      by: 'ann',
      months: ['2024-01', '2024-03'],
      tables: ['t'],
      files: [join(cwd, 't_2024-01.tsv')],
      basePath: join(cwd, 'in'),
      parallel: 3,
      reason: 'month end',
    });
    const least = await batchRequest(context, 'trades', 'check', OPTIONS, 'none');
    expect(Object.keys(least).toSorted()).toEqual(['action', 'batch', 'by', 'configuration', 'months', 'quality']);
  });

  it('takes words for months by the day it is', () => {
    expect(monthsOf(at(PLAIN).context, ['last-month'])).toEqual(['2024-02']);
    expect(monthsOf(at(PLAIN).context, [])).toEqual([]);
    expect(() => monthsOf(at(PLAIN).context, ['2024-13'])).toThrow(expect.objectContaining({ code: 'MONTH_INVALID' }));
    // A variable that was not set is not all months.
    expect(() => monthsOf(at(PLAIN).context, [''])).toThrow(expect.objectContaining({ code: 'MONTH_INVALID' }));
  });

  it('keeps secrets out of the configuration that it carries', async () => {
    const { context } = at(
      CONFIG.replace('kind: duckdb, path: b.duckdb', 'kind: postgres, host: h, database: d, user: u'),
    );
    const { configuration, by, reason } = await taskRequest(context, 'because');
    expect(JSON.stringify(configuration)).not.toContain('"secret"');
    expect([configuration.source, by, reason]).toEqual(['longshore.yaml', 'ann', 'because']);
    expect(await taskRequest(context)).not.toHaveProperty('reason');
  });

  it('names files that are there', () => {
    const { context, cwd } = at(PLAIN);
    expect(existingFile(context, 't_2024-01.tsv')).toBe(join(cwd, 't_2024-01.tsv'));
    expect(() => existingFile(context, 'none.tsv')).toThrow(expect.objectContaining({ code: 'FILE_NOT_FOUND' }));
  });
});

describe('before rows are destroyed', () => {
  const confirm = (options: Parameters<typeof at>[1], yes = false) => {
    const made = at(PLAIN, options);
    return { ...made, done: confirmTyped(made.context, 'Type trades: ', 'trades', yes) };
  };

  it('a word must be typed, or --yes be given', async () => {
    const { done, asked } = confirm({ answers: [' trades '] });
    await done;
    expect(asked).toEqual(['Type trades: ']);
    const given = confirm({}, true);
    await given.done;
    expect(given.asked).toEqual([]);
  });

  it.each(['', 'yes', 'TRADES', 'trade'])('%j changes nothing', async (answer) => {
    await expect(confirm({ answers: [answer] }).done).rejects.toMatchObject({
      code: 'CANCELLED',
      message: 'Nothing was changed.',
      next: 'Type trades to go on.',
    });
  });

  it.each([{}, { answers: ['trades'], json: true }])('nobody can be asked: %j', async (options) => {
    await expect(confirm(options).done).rejects.toMatchObject({
      code: 'USAGE',
      next: expect.stringContaining('--yes and --reason'),
    });
  });
});
