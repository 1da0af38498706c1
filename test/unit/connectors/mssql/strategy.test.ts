import { decide, swapObstacles } from '../../../../connectors/mssql/strategy';
import { liveColumn, liveKey, liveTable } from './live-table';

const FULL = { switches: true, noCheck: true, describesFilters: true, versioned: true };
const wish = { mode: 'replace' as const, targetRef: { schema: 'dbo', name: 't' }, estimatedRows: 1_000_000 };

describe('the way of publishing', () => {
  it('is a switch for big tables, foreign keys being taken off for it', () => {
    const choice = decide(liveTable('t', { referencedBy: [liveKey('fk', 'child', 't')] }), wish, FULL);
    expect(choice.strategy).toBe('swap');
    expect(choice.reason).toMatch(/its foreign key is taken off/);
  });

  it('is a copy for small tables, and says who waits', () => {
    const small = liveTable('t', { rows: 10, bytes: 8192 });
    expect(decide(small, { ...wish, estimatedRows: 5 }, FULL)).toMatchObject({
      strategy: 'delete-insert',
      reason: expect.stringMatching(/small.*do not wait/) as string,
    });
    const locking = decide(small, { ...wish, estimatedRows: 5 }, { ...FULL, versioned: false });
    expect(locking.reason).toMatch(/readers wait until the new rows are in, since the database has no READ_COMMITTED_SNAPSHOT/); // prettier-ignore
    const noisy = decide({ ...small, triggers: [{ name: 'x', disabled: false }] }, { ...wish, estimatedRows: 5 }, FULL);
    expect(noisy.reason).toMatch(/triggers are switched off/);
  });

  it('is a copy where rows cannot be switched, with the reason', () => {
    expect(decide(liveTable('t'), wish, { ...FULL, switches: false })).toMatchObject({
      strategy: 'delete-insert',
      reason: expect.stringContaining('the server has no ALTER TABLE … SWITCH') as string,
    });
    const temporal = liveTable('t', { peculiarities: ['it is a temporal table or the history of one'] });
    expect(decide(temporal, { ...wish, forced: 'swap' }, FULL)).toMatchObject({
      strategy: 'delete-insert',
      reason: expect.stringMatching(/asks for swap, which is not possible: it is a temporal table/) as string,
    });
  });

  it('is what the configuration asks for otherwise', () => {
    expect(decide(liveTable('t'), { ...wish, forced: 'truncate-insert' }, FULL).strategy).toBe('truncate-insert');
    expect(decide(liveTable('t'), { ...wish, mode: 'append' }, FULL).strategy).toBe('append');
    expect(decide(liveTable('t'), { ...wish, mode: 'truncate' }, FULL).strategy).toBe('truncate-insert');
  });

  it('counts types, checks and policies that a switch cannot keep', () => {
    const table = liveTable('t', {
      columns: [liveColumn('g', 'geography'), liveColumn('v', 'xml', { computed: { definition: '(x)', persisted: false } })], // prettier-ignore
      checks: [{ name: 'ck', definition: '(1=1)', disabled: false, trusted: false }],
      policies: [{ schema: 'dbo', name: 'p' }],
    });
    expect(swapObstacles(table)).toEqual([
      'column g has the type geography',
      'row-level security guards it',
      'its check ck was never checked for all rows',
    ]);
  });
});
