import { createCommand } from '../../../cli/core/create-command';
import { choice, flag, integer, list, optional, required, several, text, toggle } from '../../../cli/core/options';
import { runCli } from '../../../cli/core/program';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { fakeIo } from './fake-io';

let seen: unknown;
const command = createCommand({
  path: ['thing', 'make'],
  summary: 'Make a thing',
  args: { name: required('NAME', 'its name'), note: optional('NOTE', 'a note') },
  options: {
    dryRun: flag('do nothing'),
    wait: toggle('wait', 'do not wait'),
    table: list('TABLE', 'tables', 't'),
    limit: integer('N', 20, 'at most'),
    format: choice(['yaml', 'json'], 'format'),
    reason: text('TEXT', 'why'),
  },
  examples: [['thing make x', 'make x']],
  async run(context, input) {
    seen = { ...input, global: context.global };
    if (input.args.name === 'protected')
      throw new LongshoreError('PROTECTED_TABLE', 'public.users is protected in uat.', {
        environment: 'uat',
        table: 'public.users',
      });
    if (input.args.name === 'broken') throw new TypeError('x is undefined');
    return input.args.name === 'partial' ? 3 : undefined;
  },
});
const run = async (line: string[], io = fakeIo()) => ({
  code: await runCli(line, io, { commands: [command], nouns: { thing: 'Things' }, version: '1.2.3' }),
  io,
});

beforeEach(() => {
  seen = undefined;
});

describe('command line', () => {
  it('hands options over by type, with their defaults', async () => {
    expect((await run(['thing', 'make', 'x'])).code).toBe(0);
    expect(seen).toMatchObject({
      args: { name: 'x', note: undefined },
      options: { dryRun: false, wait: true, table: [], limit: 20, format: undefined, reason: undefined },
    });
    await run([
      'thing',
      'make',
      'x',
      'n',
      '--dry-run',
      '--no-wait',
      '-t',
      'a',
      '--table',
      'b',
      '--limit',
      '5',
      '--format',
      'json',
      '--reason',
      'why not',
    ]);
    expect(seen).toMatchObject({
      args: { note: 'n' },
      options: { dryRun: true, wait: false, table: ['a', 'b'], limit: 5, format: 'json', reason: 'why not' },
    });
  });

  it('hands over any number of what may be given several times, and asks for one', async () => {
    let files: string[] = [];
    const many = createCommand({
      path: ['thing', 'read'],
      summary: 'Read things',
      args: { files: several('FILE', 'files') },
      options: {},
      examples: [['thing read a', 'read a']],
      run: async (_context, { args }) => void (files = args.files),
    });
    const read = (...names: string[]) =>
      runCli(['thing', 'read', ...names], fakeIo(), { commands: [many], nouns: {}, version: '1' });
    expect(await read('a', 'b', 'c')).toBe(0);
    expect(files).toEqual(['a', 'b', 'c']);
    expect(await read('a')).toBe(0);
    expect(files).toEqual(['a']);
    expect(await read()).toBe(2);
  });

  it('takes global options before and after the command', async () => {
    await run(['--json', 'thing', 'make', 'x', '-q', '--config', 'a.yaml', '--no-color']);
    expect(seen).toMatchObject({
      global: { json: true, quiet: true, config: 'a.yaml', configGiven: true, colour: false },
    });
    await run(['thing', 'make', 'x'], fakeIo({ env: { LONGSHORE_CONFIG: 'b.yaml' } }));
    expect(seen).toMatchObject({ global: { config: 'b.yaml', configGiven: true } });
  });

  it.each([
    [['thng'], 'thing'],
    [['thing', 'mkae', 'x'], 'make'],
    [['thing', 'make', 'x', '--dry-rum'], '--dry-run'],
  ])('suggests what %j may have meant', async (line, suggestion) => {
    const { code, io } = await run(line);
    expect(code).toBe(2);
    expect(io.stderr).toContain('USAGE');
    expect(io.stderr).toContain(`Did you mean ${suggestion}?`);
  });

  it.each([
    [['thing', 'make']],
    [['thing', 'make', 'x', '--limit', '0']],
    [['thing', 'make', 'x', '--limit', '1e3']],
    [['thing', 'make', 'x', '--format', 'xml']],
    [['thing', 'make', 'x', 'y', 'z']],
  ])('refuses %j', async (line) => {
    const { code, io } = await run(line);
    expect([code, seen]).toEqual([2, undefined]);
    expect(io.stderr).toMatch(/^USAGE .+\n {2}next {2}See the command with --help\.\n$/);
  });

  it('shows help and version without an error', async () => {
    const help = await run(['thing', 'make', '--help']);
    expect([help.code, help.io.stderr]).toEqual([0, '']);
    for (const part of [
      'Make a thing.',
      '--no-wait',
      '(default: 20)',
      '(choices: "yaml", "json")',
      '--json',
      'longshore thing make x',
    ])
      expect(help.io.stdout).toContain(part);
    expect((await run(['--version'])).io.stdout).toBe('1.2.3\n');
    expect((await run([])).code).toBe(2);
  });

  it('returns the exit code of the command', async () =>
    expect((await run(['thing', 'make', 'partial'])).code).toBe(3));

  it('prints an error as code, message, place and remedy', async () => {
    const { code, io } = await run(['thing', 'make', 'protected']);
    expect(code).toBe(4);
    expect(io.stdout).toBe('');
    expect(io.stderr).toContain('PROTECTED_TABLE public.users is protected in uat.');
    expect(io.stderr).toContain('where environment uat, table public.users');
    expect(io.stderr).toContain('next  Exclude the table');
  });

  it('prints an error as JSON on stdout with --json', async () => {
    const { code, io } = await run(['thing', 'make', 'protected', '--json']);
    expect(code).toBe(4);
    expect(io.stderr).toBe('');
    expect(JSON.parse(io.stdout)).toMatchObject({
      error: { code: 'PROTECTED_TABLE', place: { table: 'public.users' }, next: expect.any(String) },
    });
    expect(JSON.parse((await run(['nonsense', '--json'])).io.stdout)).toMatchObject({ error: { code: 'USAGE' } });
  });

  it('owns up to mistakes of its own', async () => {
    const { code, io } = await run(['thing', 'make', 'broken']);
    expect(code).toBe(1);
    expect(io.stderr).toContain('INTERNAL x is undefined');
  });
});
