import * as fc from 'fast-check';
import {
  DROP_PATHS,
  extensionFilter,
  extensionOf,
  isIgnoredName,
  isPlacement,
  placementOf,
  TREE_PATHS,
} from '../../../../core/drop/tree';

describe('the tree', () => {
  it('is the one that the requirement draws', () => {
    expect(TREE_PATHS.toSorted()).toEqual(
      [
        'none_reference_data_table',
        'none_reference_data_table/append',
        'none_reference_data_table/append/error',
        'none_reference_data_table/append/processed',
        'none_reference_data_table/fullload',
        'none_reference_data_table/fullload/error',
        'none_reference_data_table/fullload/processed',
        'reference_data_table',
        'reference_data_table/append',
        'reference_data_table/append/error',
        'reference_data_table/append/processed',
        'reference_data_table/fullload',
        'reference_data_table/fullload/error',
        'reference_data_table/fullload/processed',
      ].toSorted(),
    );
  });

  it('has every folder after the one it lies in', () => {
    const parentOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const tooEarly = TREE_PATHS.filter((path, index) => !['', ...TREE_PATHS.slice(0, index)].includes(parentOf(path)));
    expect(tooEarly).toEqual([]);
  });
});

describe('placementOf', () => {
  it.each([
    ['reference_data_table/fullload/a.csv', 'reference', 'fullload'],
    ['reference_data_table/append/a.csv', 'reference', 'append'],
    ['none_reference_data_table/fullload/a.csv', 'none-reference', 'fullload'],
    ['none_reference_data_table/append/a.csv', 'none-reference', 'append'],
    ['Reference_Data_Table/FullLoad/a.csv', 'reference', 'fullload'],
  ])('reads %s as %s, %s', (path, dataset, loadType) => {
    expect(placementOf(path)).toEqual({ dataset, loadType, name: 'a.csv' });
  });

  it('gives every name that is not hidden or temporary a place, whatever its characters', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DROP_PATHS),
        fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => !name.includes('/') && !isIgnoredName(name)),
        (folder, name) => {
          expect(placementOf(`${folder}/${name}`)).toMatchObject({ name });
        },
      ),
    );
  });

  it.each([
    ['a.csv', 'beside the drop folders'],
    ['reference_data_table/a.csv', 'not in one of its folders'],
    ['other/a.csv', 'other, which is none of the tree'],
    ['other/fullload/a.csv', 'other, which is none of the tree'],
    ['reference_data_table/monthly/a.csv', 'reference_data_table/monthly, which is none'],
    ['reference_data_table/fullload/2026/a.csv', 'in the folder 2026'],
    ['reference_data_table/fullload/2026/11/a.csv', 'in the folder 2026'],
    ['reference_data_table/fullload/../../a.csv', 'leads out of the folder'],
    ['/etc/passwd', 'leads out of the folder'],
    ['', 'leads out of the folder'],
  ])('calls %j misplaced and says where and where to', (path, where) => {
    expect(placementOf(path)).toMatchObject({
      path,
      code: 'misplaced',
      message: expect.stringMatching(
        new RegExp(`${where.replaceAll('.', String.raw`\.`)}.*reference_data_table/fullload/`),
      ) as string,
    });
    expect(isPlacement(placementOf(path))).toBe(false);
  });

  it.each(['.x.csv', '~$budget.csv', 'a.csv~', 'a.csv.tmp', 'a.PART', 'a.csv.partial', 'a.crdownload', 'a.filepart'])(
    'ignores %s',
    (name) => {
      for (const folder of [...DROP_PATHS, 'somewhere']) expect(placementOf(`${folder}/${name}`)).toBe('ignored');
    },
  );

  it.each(['.a.swp', '.longshore-watch.json', 'Thumbs.db', 'desktop.ini', '.DS_Store', 'a.csv.swp'])(
    'ignores what systems leave: %s',
    (name) => {
      expect(placementOf(name)).toBe('ignored');
    },
  );

  it('does not take an ordinary name for a temporary one', () => {
    for (const name of ['$prices.csv', '~a.csv', 'part.csv', 'tmp.csv', 'a.part.csv', '-rf.csv', 'lock', 'download'])
      expect(placementOf(`${DROP_PATHS[0]}/${name}`)).toMatchObject({ name });
  });

  it('ignores what has been put away, and hidden folders', () => {
    for (const path of ['processed/a.csv', 'ERROR/a.csv', 'Processed/x/a.csv', '.snapshot/a.csv'])
      expect(placementOf(`reference_data_table/append/${path}`)).toBe('ignored');
  });

  it('tells of extensions that are not loaded, and takes those that are in any case', () => {
    const extensions = ['csv', '.TSV'];
    const at = (name: string) => placementOf(`${DROP_PATHS[0]}/${name}`, { extensions });
    for (const name of ['a.csv', 'a.CSV', 'a.tsv', 'a.b.Tsv']) expect(at(name)).toMatchObject({ name });
    expect(at('a.xlsx')).toMatchObject({ code: 'extension', message: expect.stringContaining('xlsx') as string });
    expect(at('csv')).toMatchObject({ code: 'extension', message: expect.stringContaining('no extension') as string });
  });
});

describe('extensions', () => {
  it('are what stands after the last dot, in small letters', () => {
    const found = ['a.CSV', 'a.tar.gz', 'a', '.csv', 'a.', 'é.çsv'].map(extensionOf);
    expect(found).toEqual(['csv', 'gz', '', '', '', 'çsv']);
  });

  it('are filtered as a comparison of extensions says', () => {
    const extensions = ['csv', 'txt', 'tar.gz'.slice(4)];
    const filter = extensionFilter(extensions);
    fc.assert(
      fc.property(
        fc
          .array(fc.constantFrom('.', 'csv', 'CSV', 'txt', 'a', 'gz', ' '), { minLength: 1 })
          .map((all) => all.join('')),
        (name) => {
          expect(filter(name)).toBe(extensions.includes(extensionOf(name)));
        },
      ),
    );
  });
});
