import type { ComputeInfo, StatementReport } from '../../../../core/types/warehouse';
import { copyFindings } from '../../../../core/warehouse/copy-findings';

const statement = (more: Partial<StatementReport> = {}): StatementReport => ({
  id: 'q1',
  state: 'done',
  seconds: 20,
  figures: {},
  ...more,
});
const find = (more: Partial<StatementReport>, compute: ComputeInfo = {}): string[] =>
  copyFindings([statement(more)], compute);

describe('what may hold a COPY up', () => {
  it('is nothing where it goes at an ordinary pace', () => {
    expect(find({ seconds: 100, figures: { BYTES_SCANNED: 5_000_000_000 } })).toEqual([]);
    expect(find({ state: 'running', seconds: 600 })).toEqual([]);
    expect(copyFindings([], { name: 'WH', state: 'STARTED' })).toEqual([]);
  });

  it('is a warehouse that is busy, now or before it began', () => {
    expect(find({ state: 'queued' })).toEqual([
      'q1 waits for the warehouse, which is busy with other statements: another or a larger one helps.',
    ]);
    expect(find({ figures: { QUEUED_OVERLOAD_TIME: 90_000 } })).toEqual([
      expect.stringMatching(/^q1 waited 1m30s for the warehouse before it began\.$/),
    ]);
    expect(find({ figures: { QUEUED_OVERLOAD_TIME: '30000' } })).toEqual([]);
  });

  it('is a small warehouse, which a larger one halves the time of', () => {
    const slow = { seconds: 100, figures: { bytes_scanned: '400000000' } };
    expect(find(slow, { name: 'WH', size: 'X-Small' })).toEqual([
      'q1 ran for 1m40s, 4.0 MB/s; the warehouse WH is X-Small: each size up halves the time at the same cost.',
    ]);
    expect(find(slow, { name: 'WH', size: 'Large' })[0]).toContain('see `stage.partSize`');
    expect(find({ ...slow, seconds: 30 })).toEqual([]);
    expect(find({ ...slow, figures: { bytes_scanned: '600000000' } })).toEqual([]);
  });

  it('is one that runs for very long, at whatever pace', () => {
    expect(find({ state: 'running', seconds: 601 }, { size: 'Small' })).toEqual([
      expect.stringMatching(/^q1 has been running for 10m1s; the warehouse is Small/),
    ]);
    expect(find({ seconds: 601 })).toEqual([]);
  });

  it('is what it failed with, that nobody knows it, and a warehouse that sleeps', () => {
    expect(find({ state: 'failed', error: 'no such stage' })).toEqual(['q1 failed: no such stage']);
    expect(find({ state: 'unknown' })[0]).toMatch(/^q1 is not known to the warehouse any more/);
    expect(copyFindings([], { name: 'WH', state: 'SUSPENDED' })[0]).toMatch(/^The warehouse WH is suspended/);
  });

  it('makes nothing of figures that are no numbers', () => {
    expect(find({ seconds: 700, figures: { bytes: 'many', queued: 'long' } })).toEqual([]);
  });
});
