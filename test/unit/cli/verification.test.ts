import { createColors } from 'picocolors';
import { runReport } from '../../../cli/output/run-report';
import { comparedText, figureText, verdictOf } from '../../../cli/output/verification';
import { details, figures, tableRecord, verification } from './run-records';

const shown = (...record: Parameters<typeof tableRecord>): string =>
  runReport(details([tableRecord(...record)]), { colours: createColors(false), figures: true });

describe('what was compared of a table', () => {
  it('is what the run found, with the figures of both sides', () => {
    const proof = verdictOf(tableRecord())!;
    expect(proof).toMatchObject({ equal: true, rows: { equal: true }, fingerprint: { equal: true } });
    const [id, name, email] = proof.columns;
    expect(id!.figures.map(({ equal }) => equal)).toEqual([true, true, true, true]);
    expect(name!.units).toEqual({ source: 'UTF-16 units', target: 'bytes' });
    expect(figureText(name!, 'sum')).toBe('4000 / 4400');
    expect(email!.figures).toContainEqual({ figure: 'sum', source: null, target: '777' });
  });

  it('never shows what the source has in a masked column', () => {
    const sourceAggregates = { rows: '1000', columns: [figures('email', { sum: '31337', max: 'secret' })] };
    expect(JSON.stringify(verdictOf(tableRecord({ sourceAggregates })))).not.toMatch(/31337|secret/);
  });

  it.each<[string, Parameters<typeof tableRecord>[0]]>([
    ['rows, 3 of 3 columns, fingerprint equal; 2 orphans', {}],
    ['rows differ', { verification: { ...verification, rows: { source: '1000', target: '999' } } }],
    ['fingerprint differs', { verification: { ...verification, fingerprint: { source: 'a', target: 'b' } } }],
    [
      '1 column differ',
      { verification: { ...verification, columns: [{ ...verification.columns[0]!, verdict: 'different' }] } },
    ],
    ['rows equal', { verification: { level: 'counts', rows: verification.rows, columns: [], references: [] } }],
    ['source only', { verification: undefined, targetAggregates: undefined }],
  ])('reads: %s', (text, patch) => {
    const record = tableRecord(patch);
    expect(comparedText(record, verdictOf(record))).toBe(text);
    expect(verdictOf(record)?.equal ?? true).toBe(!text.includes('differ'));
  });

  it('is worked out from the figures of a run that recorded no findings', () => {
    const old = { verification: undefined, targetAggregates: { rows: '1000', columns: [figures('id', { max: '8' })] } };
    const proof = verdictOf(tableRecord(old))!;
    expect(proof.columns).toMatchObject([{ target: 'id', verdict: 'different' }]);
    expect(figureText(proof.columns[0]!, 'max')).toBe('9 ≠ 8');
    expect(proof.equal).toBe(false);
  });

  it('stands in `run show`, with masks and foreign keys', () => {
    const text = shown();
    expect(text).toMatch(/email .* equal +email$/m);
    expect(text).toMatch(/name .* equal by parts/);
    expect(text).toContain('customer_id → public.customers (orders_fk): 2 rows without a parent, e.g. 17, 18');
    expect(text.match(/point at no row/g)).toHaveLength(1);
  });
});
