import { CATALOGUE, type ErrorCode } from '../../../../core/errors/catalogue';
import { type EndedFile, isSpent, monthOutcome } from '../../../../core/month/month-outcome';

const NOW = new Date('2026-11-20T05:00:10Z');
const because = (code: ErrorCode) => ({ code, message: 'm', place: {}, next: CATALOGUE[code].next });
const file = (state: EndedFile['state'], more: Partial<EndedFile> = {}): EndedFile => ({
  state,
  size: 100,
  rows: 7,
  startedAt: new Date('2026-11-20T05:00:00Z'),
  ...more,
});

describe('how a month ends', () => {
  it.each([
    [[file('published'), file('skipped')], undefined, 'done', 7],
    [[file('skipped'), file('skipped')], undefined, 'skipped', 0],
    [[file('checked')], undefined, 'done', 7],
    [[file('published'), file('failed', { error: because('QUALITY_FAILED') })], undefined, 'partial', 7],
    [[file('failed', { error: because('QUALITY_FAILED') })], undefined, 'failed', 0],
    [[file('staged'), file('published')], undefined, 'partial', 7],
    [[file('cancelled')], because('CANCELLED'), 'cancelled', 0],
    [[file('published'), file('cancelled')], because('CANCELLED'), 'partial', 7],
    [[], because('MONTH_NO_FILES'), 'failed', 0],
  ] as const)('%#: counts what arrived, and says so', (files, error, status, rows) => {
    const outcome = monthOutcome('2024-01', files, error, NOW);
    expect(outcome).toMatchObject({ month: '2024-01', status, rows, files: files.length });
    expect(outcome.seconds).toBe(files.length > 0 ? 10 : 0);
    expect(outcome.bytes).toBe((rows / 7) * 100);
  });

  it('names the first error of a file where nothing ended the month as a whole', () => {
    const files = [file('published'), file('failed', { error: because('FILE_CHANGED') })];
    expect(monthOutcome('2024-01', files, undefined, NOW).error?.code).toBe('FILE_CHANGED');
    expect(monthOutcome('2024-01', files, because('CANCELLED'), NOW).error?.code).toBe('CANCELLED');
  });

  it('keeps of a file only what it can be gone on from', () => {
    expect(isSpent(file('failed', { error: because('CONNECTION_LOST') }))).toBe(false);
    expect(isSpent(file('failed', { error: because('QUALITY_FAILED') }))).toBe(true);
    expect(isSpent(file('failed'))).toBe(true);
    expect((['published', 'skipped', 'cancelled'] as const).map((state) => isSpent(file(state)))).toEqual([
      true,
      true,
      true,
    ]);
    expect((['waiting', 'packing', 'staged'] as const).map((state) => isSpent(file(state)))).toEqual([
      false,
      false,
      false,
    ]);
  });
});
