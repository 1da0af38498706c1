import { defaultQuality, effectiveQuality } from '../../../../core/quality/settings';
import { monthBatchSchema, type QualityEntry } from '../../../../schemas/month-batch';

/** As the schema gives it. */
const entry = (quality: object): QualityEntry | undefined => monthBatchSchema.parse({ quality }).quality;

describe('quality settings', () => {
  it('are the defaults where nothing is said', () => {
    expect(effectiveQuality([undefined, entry({})])).toEqual(defaultQuality());
    expect(defaultQuality()).toMatchObject({
      levels: { completeness: 'critical', anomalies: 'warning', nulls: 'warning' },
      anomalies: { tolerance: 10, minDays: 5 },
      samples: 20,
      minScore: 0,
    });
  });

  it('take each value from the last entry that has it', () => {
    const settings = effectiveQuality([
      entry({ mode: 'warehouse', levels: { range: 'info', types: 'off' }, nulls: { a: 1, b: 2 }, samples: 5 }),
      undefined,
      entry({ levels: { types: 'warning' }, nulls: { b: 3, '*': 4 }, anomalies: { extreme: 80 }, minScore: 70 }),
    ]);
    expect(settings).toMatchObject({
      mode: 'warehouse',
      levels: { range: 'info', types: 'warning', widths: 'critical' },
      anomalies: { tolerance: 10, extreme: 80, minDays: 5 },
      nulls: { a: 1, b: 3, '*': 4 },
      samples: 5,
      minScore: 70,
    });
  });

  it('do not lose a value to one that is undefined', () => {
    expect(effectiveQuality([{ levels: { range: 'off' } }, { levels: { range: undefined } }]).levels.range).toBe('off');
  });

  it('join rules by name, in the order in which names were first seen', () => {
    const settings = effectiveQuality([
      entry({
        rules: [
          { name: 'a', condition: 'x > 0' },
          { name: 'b', condition: 'y > 0' },
        ],
      }),
      entry({
        rules: [
          { name: 'c', condition: 'z > 0' },
          { name: 'a', condition: 'x > 1', severity: 'critical' },
        ],
      }),
    ]);
    expect(settings.rules).toEqual([
      { name: 'a', condition: 'x > 1', severity: 'critical' },
      { name: 'b', condition: 'y > 0', severity: 'warning' },
      { name: 'c', condition: 'z > 0', severity: 'warning' },
    ]);
  });

  it('number the days of a weekend, and ask for business days where a weekend or a region is named', () => {
    expect(effectiveQuality([entry({ calendar: { weekend: ['friday', 'saturday'] } })]).calendar).toMatchObject({
      days: 'business',
      weekend: [5, 6],
    });
    expect(effectiveQuality([entry({ calendar: { region: 'DE-BY' } })]).calendar.days).toBe('business');
    expect(
      effectiveQuality([entry({ calendar: { days: 'all', region: 'DE' } }), entry({ calendar: { region: 'US' } })])
        .calendar,
    ).toMatchObject({ days: 'all', region: 'US', weekend: [0, 6] });
    expect(
      effectiveQuality([entry({ calendar: { region: 'DE' } }), entry({ calendar: { days: 'all' } })]).calendar.days,
    ).toBe('all');
  });

  it('share nothing between two calls', () => {
    effectiveQuality([]).calendar.closed.push('2024-01-01');
    effectiveQuality([]).nulls.a = 1;
    expect(effectiveQuality([])).toEqual(defaultQuality());
    expect(defaultQuality().calendar.closed).toEqual([]);
  });
});
