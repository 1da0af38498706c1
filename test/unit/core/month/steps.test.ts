import { isSettled, tablesOf } from '../../../../core/month/steps';
import { MONTH_FILE_STATES } from '../../../../core/types/month';

describe('how far files of a month are', () => {
  it('nothing more is done about files that ended, whichever way, and something about all others', () => {
    expect(MONTH_FILE_STATES.filter((state) => !isSettled(state))).toEqual([
      'waiting',
      'packing',
      'checking',
      'copying',
      'staged',
    ]);
  });

  it('files come table by table, in the order in which tables and files were given', () => {
    const files = ['b1', 'a1', 'b2', 'c1', 'a2'].map((name) => ({ name, table: name[0] ?? '' }));
    expect(tablesOf(files).map((table) => table.map(({ name }) => name))).toEqual([['b1', 'b2'], ['a1', 'a2'], ['c1']]);
    expect(tablesOf([])).toEqual([]);
  });
});
