import { transferEnds } from '../../../client/configuration';

const configuration = {
  source: 'shop.yaml',
  document: { version: 1, transferSets: { 'sales-daily': { from: 'prod', to: 'uat', tables: ['*'] } } },
};

describe('transferEnds', () => {
  it('gives source and target of a set', () => {
    expect(transferEnds(configuration, 'sales-daily')).toMatchObject({ from: 'prod', to: 'uat' });
  });

  it.each(['sales-dayly', 'constructor', '__proto__', ''])('refuses %j, naming what there is', (name) => {
    expect(() => transferEnds(configuration, name)).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNKNOWN_NAME', message: expect.stringContaining('sales-daily') }),
    );
  });

  it('says so when there is no set at all', () => {
    expect(() => transferEnds({ source: 'x.yaml', document: null }, 'a')).toThrow('it defines none');
  });
});
