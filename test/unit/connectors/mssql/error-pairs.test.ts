import { errorNumber, toMssqlError } from '../../../../connectors/mssql/errors';

const said = (message: string, number: number): Error => Object.assign(new Error(message), { number });

describe('an error that the server gives in two messages', () => {
  it('is what the first one says', () => {
    const pair = new AggregateError([
      said('The duplicate key value is (5).', 1505),
      said('Could not create constraint or index. See previous errors.', 1750),
    ]);
    expect(errorNumber(pair)).toBe(1505);
    const known = toMssqlError(pair, { table: 'dbo.t' });
    expect(known).toMatchObject({ code: 'DUPLICATE_KEY', place: { table: 'dbo.t', key: '5' } });
    expect(known.message).toContain('duplicate key value');
    expect(errorNumber(known)).toBe(1505);
  });
});
