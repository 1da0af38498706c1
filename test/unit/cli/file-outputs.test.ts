import { join, resolve } from 'node:path';
import { planOutputs, stemOf } from '../../../cli/commands/file/outputs';

const cwd = resolve('/data');
const plan = (files: string[], rest: object) => planOutputs({ cwd, files, ...rest });

describe('where converted files go', () => {
  it.each([
    ['a.csv', 'a'],
    ['a.CSV', 'a'],
    ['in/sub/a.txt', 'a'],
    ['report.2024', 'report.2024'],
    ['report.2024.csv', 'report.2024'],
    ['noextension', 'noextension'],
    ['.csv', '.csv'],
    ['data.csv.csv', 'data.csv'],
  ])('takes the name of %s to be %s', (file, stem) => expect(stemOf(file)).toBe(stem));

  it('names a file for each, in the folder given', () => {
    expect(plan(['a.CSV', 'in/b.txt'], { outputDir: 'out', rejected: 'left' })).toEqual({
      format: 'csv',
      outputs: [
        { from: 'a.CSV', to: join(cwd, 'out/a.csv'), rejected: join(cwd, 'left/a.rejected.csv') },
        { from: 'in/b.txt', to: join(cwd, 'out/b.csv'), rejected: join(cwd, 'left/b.rejected.csv') },
      ],
    });
  });

  it('takes the format from the name of the output, unless it is said', () => {
    expect(plan(['a.csv'], { output: 'x/b.PARQUET' }).format).toBe('parquet');
    expect(plan(['a.csv'], { output: 'b.dat', format: 'csv' })).toMatchObject({
      format: 'csv',
      outputs: [{ to: join(cwd, 'b.dat') }],
    });
    expect(plan(['a.csv'], { outputDir: 'out', format: 'parquet' }).outputs[0]).toHaveProperty(
      'to',
      join(cwd, 'out/a.parquet'),
    );
  });

  it.each([
    ['two of one name from different folders', ['in/a.csv', 'up/a.txt'], { outputDir: 'out' }, 'would both become'],
    ['names that differ in case alone', ['in/a.csv', 'up/A.csv'], { outputDir: 'out' }, 'would both become'],
    ['one file twice', ['a.csv', './a.csv'], { outputDir: 'out' }, 'would both become'],
    ['a result in place of its source', ['a.csv'], { outputDir: '.' }, 'would take the place of a.csv'],
    ['a result in place of another source', ['b.txt', 'in/b.csv'], { outputDir: 'in' }, 'would'],
    [
      'a list of rejected rows in place of a source',
      ['a.rejected.csv', 'a.csv'],
      { outputDir: 'out', rejected: '.' },
      'would take the place',
    ],
    ['one output for two files', ['a.csv', 'b.csv'], { output: 'c.csv' }, 'names one file'],
    ['no output', ['a.csv'], {}, 'either --output FILE or --output-dir'],
    ['an output of unknown kind', ['a.csv'], { output: 'a.xlsx' }, 'neither in .csv nor in .parquet'],
  ])('refuses %s', (_what, files, rest, reason) => {
    expect(() => plan(files, rest)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(reason) }),
    );
  });
});
