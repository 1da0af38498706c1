import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { cleanFile } from '../../../../storage/month';
import { column, counter, FORMAT, never, planOf, testFolder, write } from './files';

const at = testFolder();
const PLAN = planOf([
  column('id', 'integer', { nullable: false }),
  column('day', 'date'),
  column('name', 'text', { width: { limit: 5, unit: 'characters' } }),
]);
const HEADER = 'id\tday\tname\n';

const clean = async (path: string, blockBytes: number, plan = PLAN, replace = false) =>
  cleanFile({ path, plan, clean: at('good'), rejected: at('bad'), replace }, counter(), never(), { blockBytes });
const text = (name: string): string => readFileSync(at(name), 'utf8');

const BAD = [
  'x\t20240101\ta',
  '1\t20240199\ta',
  '1\t20240101\ttoo wide',
  '\t20240101\ta',
  '1\t20240101',
  '1\t\ta\tb',
  '',
];
const GOOD = ['1\t20240101\ta', '2\t\t', '3\t2024-02-29\täöüß€'];

describe('a clean file', () => {
  it('holds the good rows byte for byte, and the rejected one the others with line and reason', async () => {
    const row = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...GOOD) }, fc.constantFrom(...BAD));
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 60 }),
        fc.integer({ min: 24, max: 300 }),
        async (rows, blockBytes) => {
          // A blank line is a row unless it is the last.
          const all = [...rows, GOOD[0]!];
          const path = write(at('in'), HEADER + all.map((each) => `${each}\n`).join(''));
          const result = await clean(path, blockBytes, PLAN, true);
          const good = all.filter((each) => GOOD.includes(each));
          expect(text('good')).toBe(HEADER + good.map((each) => `${each}\n`).join(''));
          const bad = all.flatMap((each, index) => (BAD.includes(each) ? [{ each, line: index + 2 }] : []));
          const found = text('bad').split('\n');
          expect(found.shift()).toBe(`line\treason\t${HEADER.trimEnd()}`);
          expect(found.pop()).toBe('');
          expect(found.map((line) => line.replace(/^(\d+)\t[^\t]+\t/, '$1|'))).toEqual(
            bad.map(({ each, line }) => `${line}|${each}`),
          );
          expect(result).toMatchObject({ rows: good.length, rejectedRows: bad.length });
          expect(result.samples.map(({ line }) => line)).toEqual(bad.map(({ line }) => line));
        },
      ),
      { numRuns: 80 },
    );
  });

  it('names the column and what is wrong', async () => {
    const path = write(at('in'), HEADER + BAD.slice(0, 6).join('\n'));
    const { samples } = await clean(path, 4096);
    expect(samples.map(({ message }) => message)).toEqual([
      expect.stringContaining('id'),
      expect.stringContaining('day'),
      expect.stringContaining('name'),
      expect.stringContaining('id'),
      expect.stringContaining('2 fields'),
      expect.stringContaining('4 fields'),
    ]);
  });

  it('keeps line breaks in quotes, other encodings and a last row without an end', async () => {
    const plan = planOf([column('a', 'integer'), column('b')], {
      format: { ...FORMAT, delimiter: ',', quote: '"', encoding: 'windows-1252' },
    });
    const path = write(at('in'), Buffer.from('a,b\r\n1,"two\r\nlines"\r\nx,"bad\nrow"\r\n3,\u00e9', 'latin1'));
    await clean(path, 4096, plan);
    expect(readFileSync(at('good'), 'latin1')).toBe('a,b\r\n1,"two\r\nlines"\r\n3,\u00e9');
    expect(readFileSync(at('bad'), 'latin1')).toMatch(/^line,reason,a,b\r\n4,[^,"]+,x,"bad\nrow"\r\n$/);
  });

  it('overwrites nothing unless told, and is not there when it was cancelled', async () => {
    const path = write(at('in'), HEADER + `${GOOD[0]}\n`.repeat(5000));
    write(at('bad'), 'mine');
    await expect(clean(path, 4096)).rejects.toMatchObject({ code: 'USAGE', place: { file: at('bad') } });
    expect([text('bad'), existsSync(at('good'))]).toEqual(['mine', false]);
    const same = cleanFile({ path, plan: PLAN, clean: path, rejected: at('x'), replace: true }, counter(), never());
    await expect(same).rejects.toMatchObject({ code: 'USAGE' });
    const stopped = cleanFile(
      { path, plan: PLAN, clean: at('good'), rejected: at('bad'), replace: true },
      counter(),
      AbortSignal.abort(),
    );
    await expect(stopped).rejects.toHaveProperty('name', 'AbortError');
    expect(readdirSync(at('.')).toSorted()).toEqual(['bad', 'in']);
    expect(text('bad')).toBe('mine');
  });
});
