import { ERROR_CLASSES, errorClassOf, type FailedFile, fileErrorReport } from '../../../../core/drop/error-report';
import { CATALOGUE, type ErrorCode } from '../../../../core/errors/catalogue';
import type { ErrorReport } from '../../../../core/errors/longshore-error';

const error = (code: ErrorCode, message = 'no'): ErrorReport => ({
  code,
  message,
  place: { file: 'a.csv', line: 3, column: 'amount' },
  next: 'mend it',
});

const file: FailedFile = {
  path: 'reference_data_table/append/a.csv',
  folder: 'invoices',
  size: 7,
  mtimeMs: Date.UTC(2026, 0, 1),
  firstSeenAt: new Date('2026-01-02T00:00:00Z'),
};

describe('classes of errors', () => {
  it('are given to every code of the catalogue; only INTERNAL is nobody else’s', () => {
    const codes = Object.keys(CATALOGUE);
    for (const code of codes) expect(ERROR_CLASSES).toContain(errorClassOf(code));
    expect(codes.filter((code) => errorClassOf(code) === 'internal')).toEqual(['INTERNAL']);
    expect(errorClassOf('NEVER_HEARD_OF')).toBe('internal');
  });

  it.each([
    ['FILE_NOT_DELIMITED', 'format'],
    ['FILE_REJECTED_ROWS', 'content'],
    ['FILE_SCHEMA_MISMATCH', 'schema'],
    ['DEADLOCK', 'database'],
    ['DISK_FULL', 'filesystem'],
    ['FILE_DUPLICATE', 'duplicate'],
    ['CANCELLED', 'cancelled'],
  ])('of %s: %s', (code, kind) => {
    expect(errorClassOf(code)).toBe(kind);
  });
});

describe('the report beside a failed file', () => {
  it('says class, code, place, what to do and what is known of the file, and has no stack', () => {
    const report = fileErrorReport(
      {
        ...file,
        sha256: 's',
        md5: 'm',
        table: 'ref.a',
        rows: 5,
        rejected: 2,
        startedAt: new Date('2026-01-03T00:00:00Z'),
      },
      error('FILE_REJECTED_ROWS'),
      { filedAs: 'a (2).csv', failedAt: new Date('2026-01-04T00:00:00Z'), quarantine: 'a (2).csv.rejected.csv' },
    );
    expect(JSON.parse(JSON.stringify(report))).toEqual({
      file: 'a (2).csv',
      droppedAs: 'reference_data_table/append/a.csv',
      folder: 'invoices',
      class: 'content',
      code: 'FILE_REJECTED_ROWS',
      message: 'no',
      place: { file: 'a.csv', line: 3, column: 'amount' },
      suggestion: 'mend it',
      table: 'ref.a',
      firstSeenAt: '2026-01-02T00:00:00.000Z',
      startedAt: '2026-01-03T00:00:00.000Z',
      failedAt: '2026-01-04T00:00:00.000Z',
      size: 7,
      modifiedAt: '2026-01-01T00:00:00.000Z',
      md5: 'm',
      sha256: 's',
      rows: 5,
      rejectedRows: 2,
      quarantine: 'a (2).csv.rejected.csv',
    });
  });

  it('leaves out what is not known', () => {
    const report = fileErrorReport(file, error('FILE_EMPTY'), { filedAs: 'a.csv', failedAt: new Date(0) });
    expect(Object.keys(report).sort()).toEqual(
      'class code droppedAs failedAt file firstSeenAt folder message modifiedAt place size suggestion'.split(' '),
    );
  });
});
