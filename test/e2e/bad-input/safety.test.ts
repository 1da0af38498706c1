/** Rules that protect a target, and runs that stand in one another's way: refused with exit code 4, before anything is read. */
import { expectRefusal } from '../refusals';
import { NOTHING, Site, execute, fingerprint, rows, several } from '../site';

jest.setTimeout(120_000);

const TABLES =
  'create table small(id int primary key, v text); create table big(id int primary key, v text); create table users(id int primary key);';
const FILL = `insert into small select i, 'v' from generate_series(1, 20) i; insert into big select i, 'v' from generate_series(1, 5000) i; insert into users values (1);`;

const SETS = [
  '  read-only: { from: prod, to: locked, tables: [public.small] }',
  '  protected: { from: prod, to: guarded, tables: [public.small, public.users] }',
  '  protected-by-pattern: { from: prod, to: guarded, tables: [public.small: { target: public.audit_log }] }',
  '  protected-in-capitals: { from: prod, to: guarded, tables: [public.small: { target: PUBLIC.USERS }] }',
  '  own-maximum: { from: prod, to: uat, tables: [public.small, public.big: { maxRows: 100 }] }',
  '  set-maximum: { from: prod, to: uat, maxRows: 100, tables: [public.big] }',
  '  environment-maximum: { from: prod, to: limited, tables: [public.big] }',
  '  within-maximum: { from: prod, to: limited, tables: [public.big: { where: "id <= 1000" }] }',
  '  itself: { from: prod, to: same, tables: [public.small] }',
  '  beside-itself: { from: prod, to: same, tables: [public.small: { target: public.copy_of_small }] }',
  '  slow: { from: prod, to: uat, tables: [public.small: { where: "pg_sleep(0.3) is not null" }] }',
];

describe('a safety rule', () => {
  let site: Site;
  let before: string[];

  beforeAll(async () => {
    site = await Site.open(({ source }) => ({
      sets: SETS.join('\n'),
      env: { SAME_URL: source },
      environments: [
        'locked: { kind: postgres, url: "${env:TARGET_URL}", readOnly: true }',
        'guarded: { kind: postgres, url: "${env:TARGET_URL}", protectedTables: [public.users, "*.audit_*"] }',
        'limited: { kind: postgres, url: "${env:TARGET_URL}", maxRowsPerTable: 1000 }',
        'same: { kind: postgres, url: "${env:SAME_URL}" }',
      ],
    }));
    await Promise.all([execute(site.source, TABLES + FILL), execute(site.target, TABLES)]);
    before = await fingerprint(site.target);
  });

  afterAll(() => site?.close());

  const scans = async (): Promise<number> => {
    const [found] = await rows<{ n: number }>(
      site.source,
      `select coalesce(sum(seq_scan), 0)::int as n from pg_stat_user_tables where relname in ('big', 'small')`,
    );
    return found?.n ?? 0;
  };

  test('refuses a read-only target', async () => {
    expectRefusal(await site.command('transfer', 'run', 'read-only'), {
      code: 'READ_ONLY_ENVIRONMENT',
      exit: 4,
      says: ['locked'],
      place: { environment: 'locked' },
    });
  });

  test.each([
    ['by its name', 'protected', 'public.users', 'public.users'],
    ['by a pattern', 'protected-by-pattern', 'public.audit_log', '*.audit_*'],
    ['whatever the letter case', 'protected-in-capitals', 'PUBLIC.USERS', 'public.users'],
  ])('refuses a protected table %s', async (_how, set, table, rule) => {
    expectRefusal(await site.command('transfer', 'run', set), {
      code: 'PROTECTED_TABLE',
      exit: 4,
      says: [table, rule, 'guarded'],
      place: { environment: 'guarded', table },
    });
  });

  test.each([
    ['the table allows', 'own-maximum', 100, {}],
    ['the set allows', 'set-maximum', 100, {}],
    ['the environment allows', 'environment-maximum', 1000, { environment: 'limited' }],
  ])('refuses more rows than %s', async (_who, set, allowed, place) => {
    const outcome = await site.command('transfer', 'run', set);
    expectRefusal(outcome, {
      code: 'MAX_ROWS_EXCEEDED',
      exit: 4,
      says: ['public.big', '5000', String(allowed)],
      place: { table: 'public.big', ...place },
    });
    expect(outcome.shown).toMatchObject({ run: { status: 'refused' }, tables: [] });
  });

  test('refuses to copy a table onto itself, and not to copy it beside itself', async () => {
    expectRefusal(await site.command('transfer', 'run', 'itself'), {
      code: 'SAME_DATABASE',
      exit: 4,
      says: ['prod', 'same', 'public.small'],
      place: { table: 'public.small' },
    });
    expect((await site.command('transfer', 'run', 'beside-itself')).code).toBe(0);
    expect(await rows(site.source, 'select count(*)::int as n from copy_of_small')).toEqual([{ n: 20 }]);
  });

  test('left the target as it was, with nothing behind', async () => {
    expect(await scans()).toBeLessThan(20);
    expect(await fingerprint(site.target)).toEqual(before);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });

  test('lets through what keeps to it', async () => {
    expect((await site.command('transfer', 'run', 'within-maximum')).code).toBe(0);
    expect(await rows(site.target, 'select count(*)::int as n from big')).toEqual([{ n: 1000 }]);
  });

  test('keeps a second run of a set out while one runs, and a run that ended from being steered', async () => {
    const { runId } = await site.installation.json<{ runId: string }>('transfer', 'run', 'slow', '--no-wait');
    const second = await site.command('transfer', 'run', 'slow');
    expectRefusal(second, {
      code: 'RUN_IN_PROGRESS',
      exit: 4,
      says: ['slow', 'uat', runId, 'tester'],
      next: /run list/,
    });
    expect((await site.command('transfer', 'preview', 'slow')).code).toBe(0);
    expect((await site.command('run', 'watch', runId)).code).toBe(0);
    for (const action of ['pause', 'resume', 'cancel']) {
      expectRefusal(await site.command('run', action, runId), {
        code: 'RUN_ENDED',
        says: [runId, 'done'],
        next: /run show/,
      });
    }
  });

  test('knows no run that was not there', async () => {
    const commands = ['show', 'watch', 'pause', 'resume', 'cancel', 'again'].map((verb) => [
      'run',
      verb,
      'slow/1999-01-01T00:00Z',
    ]);
    for (const outcome of await several(commands, (args) => site.command(...args))) {
      expectRefusal(outcome, { code: 'RUN_NOT_FOUND', says: ['slow/1999-01-01T00:00Z'], next: /run list/ });
    }
  });
});
