import { LongshoreError } from '../../../../core/errors/longshore-error';
import { refuseRagged, refuseRounding, refuseStrays } from '../../../../core/month/refusals';
import { emptyColumn, emptyFigures } from '../../../../core/quality/scan/figures';
import type { ScanFigures, ScanPlan } from '../../../../core/types/scan';

const PLACE = { file: '/in/a.tsv', table: 'TRADES' };
const PLAN: ScanPlan = {
  format: { delimiter: '\t', quote: '', encoding: 'utf-8', headerLines: 1, nullTexts: [] },
  columns: [
    { name: 'note', type: { kind: 'text' }, nullable: true },
    { name: 'amount', type: { kind: 'decimal', precision: 5, scale: 2 }, nullable: true },
  ],
  keyColumns: [],
  checks: true,
  samples: 5,
};
const figures = (more: Partial<ScanFigures>): ScanFigures => ({ ...emptyFigures(PLAN), rows: 10, ...more });
const bad = (note: number, amount: number): ScanFigures =>
  figures({
    columns: [
      { ...emptyColumn('note'), badType: note },
      { ...emptyColumn('amount'), badType: amount },
    ],
    samples: { types: [{ line: 4, column: 'amount', value: '1.239', message: '1.239 has too many digits.' }] },
  });
const refusal = (work: () => void): unknown => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof LongshoreError ? { code: error.code, ...error.place } : error;
  }
};

describe('a file', () => {
  it('with rows of another number of fields is not copied, and the first of them is named', () => {
    const ragged = figures({ raggedRows: 2, samples: { columns: [{ line: 9, message: '3 fields instead of 2' }] } });
    expect(refusal(() => refuseRagged(PLACE, PLAN, ragged))).toEqual({ code: 'COPY_FAILED', ...PLACE, line: 9 });
    expect(refusal(() => refuseRagged(PLACE, PLAN, figures({})))).toBeUndefined();
  });

  it('with numbers that would be rounded is not copied into Snowflake, which rounds them in silence', () => {
    const round = (kind: 'snowflake' | 'postgres', found: ScanFigures) =>
      refusal(() => refuseRounding(PLACE, kind, PLAN, found));
    expect(round('snowflake', bad(0, 1))).toEqual({
      code: 'VALUE_NOT_REPRESENTABLE',
      ...PLACE,
      column: 'amount',
      line: 4,
    });
    expect(round('postgres', bad(0, 1))).toBeUndefined();
    expect(round('snowflake', bad(3, 0))).toBeUndefined();
  });

  it('that is to replace a month has rows of that month alone', () => {
    const strays = (days: [number, number][], more: Partial<ScanFigures> = {}) =>
      refusal(() =>
        refuseStrays([{ path: PLACE.file, figures: figures({ days, ...more }) }], { from: 100, to: 130 }, '2024-01'),
      );
    expect(
      strays([
        [100, 5],
        [130, 5],
      ]),
    ).toBeUndefined();
    for (const day of [99, 131])
      expect(
        strays([
          [100, 9],
          [day, 1],
        ]),
      ).toEqual({ code: 'QUALITY_FAILED', file: PLACE.file });
    expect(strays([[100, 9]], { dateNulls: 1 })).toMatchObject({ code: 'QUALITY_FAILED' });
  });
});
