import * as fc from 'fast-check';
import { fileError } from '../../../../core/drop/file-error';
import { CATALOGUE, ERROR_CODES, type ErrorCode } from '../../../../core/errors/catalogue';
import type { ErrorReport } from '../../../../core/errors/longshore-error';

const FILE = { path: 'reference_data_table/fullload/orders.csv', root: '/srv/drop' };

const report = (code: ErrorCode, message: string, change: Partial<ErrorReport> = {}): ErrorReport => ({
  code,
  message,
  place: {},
  next: CATALOGUE[code].next,
  ...change,
});

describe('an error of a file, as people read it', () => {
  test('names the file by the path it was dropped under, and not where the folder lies', () => {
    const message = `${FILE.root}/${FILE.path} has a NUL byte`;
    const { message: said, place } = fileError(
      report('FILE_NOT_DELIMITED', message, { place: { file: `${FILE.root}/${FILE.path}`, line: 3 } }),
      FILE,
    );
    expect(said).toBe(`${FILE.path} has a NUL byte`);
    expect(place).toEqual({ file: FILE.path, line: 3 });
  });

  test('names the file also where the message spoke of a table alone', () => {
    const error = fileError(report('VALUE_TOO_LONG', 'ref.orders, line 7: too long', { place: { line: 7 } }), FILE);
    expect(error.message).toBe(`${FILE.path}: ref.orders, line 7: too long`);
    expect(error.place).toEqual({ file: FILE.path, line: 7 });
  });

  test('speaks of the file rather than of the source where there is none', () => {
    for (const code of ['DUPLICATE_KEY', 'NULL_IN_NOT_NULL', 'CONSTRAINT_VIOLATED', 'FOREIGN_KEY_VIOLATED'] as const) {
      const { next } = fileError(report(code, 'x'), FILE);
      expect(next).not.toBe(CATALOGUE[code].next);
      expect(next).not.toMatch(/source|filter/i);
    }
    expect(fileError(report('FILE_ENCODING', 'x'), FILE).next).toBe(CATALOGUE.FILE_ENCODING.next);
  });

  test('leaves what is wrong with a server, and not with the file, as it was said', () => {
    const error = report('HOST_UNREACHABLE', 'db:5432 cannot be reached', { place: { environment: 'uat' } });
    expect(fileError(error, FILE)).toEqual(error);
  });

  test('never tells where the folder lies, says the same when it is told twice, and keeps the code', () => {
    const words = fc.array(fc.constantFrom('bad', `${FILE.root}/${FILE.path}`, 'line 3', 'The file is'), {
      minLength: 1,
    });
    fc.assert(
      fc.property(fc.constantFrom(...ERROR_CODES), words, (code, said) => {
        const once = fileError(report(code, said.join(' ')), FILE);
        expect(once.code).toBe(code);
        expect(once.message).not.toContain(`${FILE.root}/`);
        expect(fileError(once, FILE)).toEqual(once);
      }),
    );
  });
});
