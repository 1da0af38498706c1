import { folderEnds, formatOptionsOf, transferEnds } from '../../../client/configuration';

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

describe('what a configuration says of a drop folder', () => {
  const document = {
    dropFolders: {
      reference: {
        path: 'drop',
        to: 'uat',
        format: { delimiter: ';', dateOrder: 'dmy' },
        files: [
          { match: 'a*.csv', format: { delimiter: '|' } },
          { match: '*.csv', format: { quote: '' } },
        ],
      },
    },
  };
  const configuration = { document, source: 'shop.yaml' };

  it('is where it lies and where its files go', () => {
    expect(folderEnds(configuration, 'reference')).toEqual({ path: 'drop', to: 'uat' });
    expect(() => folderEnds(configuration, 'referenec')).toThrow(/did you mean reference\?/);
    expect(() => folderEnds({ document: {}, source: 'x' }, 'a')).toThrow(/it defines none/);
  });

  it('is how files are read: as the folder says, and the first rule that fits the name in any letter case', () => {
    const formatOf = (path: string) => formatOptionsOf(configuration, 'reference', path);
    expect(formatOf('/data/ABC.csv')).toEqual({ delimiter: '|', dateOrder: 'dmy' });
    expect(formatOf('b.csv')).toEqual({ delimiter: ';', dateOrder: 'dmy', quote: '' });
    expect(formatOf('b.txt')).toEqual({ delimiter: ';', dateOrder: 'dmy' });
    expect(() => formatOptionsOf(configuration, 'none', 'a.csv')).toThrow(/no drop folder none/);
  });
});
