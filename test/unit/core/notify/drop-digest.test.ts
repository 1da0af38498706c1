import { type DropDigest, dropEvent, tellDrop } from '../../../../core/notify/drop-digest';
import { messageFor } from '../../../../core/notify/message';

const NOW = new Date('2026-11-20T06:10:00Z');

const file = (index: number, patch: Partial<DropDigest['files'][number]> = {}): DropDigest['files'][number] => ({
  path: `reference_data_table/fullload/f${index}.csv`,
  table: `ref.f${index}`,
  error: {
    code: 'FILE_REJECTED_ROWS',
    message: `Row ${index} has 3 fields, and the header 4.`,
    place: { line: index + 2, column: 'code' },
    next: 'Correct the rows.',
  },
  ...patch,
});

const digest = (patch: Partial<DropDigest> = {}): DropDigest => ({
  folder: 'reference',
  to: 'uat',
  since: new Date('2026-11-20T06:00:00Z'),
  now: NOW,
  loaded: 40,
  skipped: 1,
  failed: 13,
  rows: 123_456,
  errors: [
    { code: 'FILE_REJECTED_ROWS', count: 12 },
    { code: 'FILE_EMPTY', count: 1 },
  ],
  files: Array.from({ length: 13 }, (_, index) => file(index)),
  waiting: 7,
  oldestReadyAt: new Date('2026-11-20T06:08:00Z'),
  backlog: 10_000,
  problems: [],
  triggeredBy: 'ann',
  links: [],
  ...patch,
});

const restless = { path: 'x/live.csv', code: 'never-settles', message: 'It has kept changing for 1h.' } as const;
const mailOf = (of: DropDigest, template?: { subject?: string; text?: string }) => {
  const story = tellDrop(dropEvent(of) ?? 'done', of);
  const message = messageFor({ kind: 'email', subjectPrefix: '[Longshore]' }, story, template);
  if (message.kind !== 'email') throw new Error('no mail');
  return message;
};

describe('what people are told of a drop folder', () => {
  it.each([
    ['failed files beside loaded ones', {}, 'partial'],
    ['nothing but failed files', { loaded: 0 }, 'failed'],
    ['a folder that cannot be looked at', { failed: 0, error: file(0).error }, 'failed'],
    ['too many files that wait', { failed: 0, waiting: 10_000 }, 'slow'],
    ['a file that never stands still', { failed: 0, problems: [restless] }, 'slow'],
    ['failed files, whatever waits', { waiting: 10_000, problems: [restless] }, 'partial'],
    ['files that were all loaded', { failed: 0 }, 'done'],
    [
      'files in wrong places alone',
      { failed: 0, loaded: 0, problems: [{ ...restless, code: 'misplaced' }] },
      undefined,
    ],
    ['nothing', { failed: 0, loaded: 0 }, undefined],
  ] as const)('of %s', (_what, patch, event) => {
    expect(dropEvent(digest(patch))).toBe(event);
  });

  it('says how many failed by code, and tells of the first ten with file, line, table, reason and remedy', () => {
    const { subject, text } = mailOf(digest());
    expect(subject).toBe('[Longshore] reference partial: 13 of 53 files not loaded into uat');
    expect(text).toContain('In the last 10m 00s 40 files were loaded and 13 failed.');
    expect(text).toMatch(/Failed by code +12 FILE_REJECTED_ROWS, 1 FILE_EMPTY/);
    expect(text).toMatch(/Files +40 loaded, 13 failed, 1 duplicate skipped/);
    expect(text).toMatch(/Waiting +7 files, the oldest for 2m 00s/);
    expect(text).toMatch(/f3\.csv \(line 5, for ref\.f3\):\s+FILE_REJECTED_ROWS/);
    expect(text).toContain('Row 9 has 3 fields, and the header 4.');
    expect(text).not.toContain('Row 10 has');
    expect(text).toContain('… and 3 more');
    expect(text).toContain('longshore drop errors reference');
    expect(text).toContain('longshore drop retry reference');
  });

  it('counts what is not told of one by one, in HTML and in Slack as well', () => {
    const of = digest({ failed: 250 });
    expect(mailOf(of).html).toContain('… and 240 more');
    const slack = messageFor({ kind: 'slack' }, tellDrop('partial', of));
    expect(JSON.stringify(slack)).toContain('… and 240 more: see `longshore drop errors reference`.');
  });

  it('fits lines of 80 columns unless a name is longer', () => {
    for (const line of mailOf(digest()).text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('names files that never stand still, and what to look at', () => {
    const { subject, text } = mailOf(digest({ failed: 0, files: [], errors: [], problems: [restless] }));
    expect(subject).toBe('[Longshore] reference is slow: 1 file never stood still');
    expect(text).toContain('x/live.csv: It has kept changing for 1h.');
    expect(text).toContain('longshore drop health reference');
    expect(text).not.toContain('drop retry');
  });

  it('says that the folder itself is away, and keeps hostile names harmless', () => {
    const error = {
      code: 'FOLDER_UNAVAILABLE',
      message: '/mnt/drop is away.',
      place: {},
      next: 'Mount it.',
    } as const;
    const of = digest({ failed: 0, files: [], errors: [], error });
    expect(mailOf(of).subject).toContain('reference FAILED: the folder cannot be watched');
    expect(mailOf(of).text).toContain('the folder itself: FOLDER_UNAVAILABLE');
    const hostile = digest({ files: [file(1, { path: 'a\r\nBcc: x@y.z\u202e<b>.csv' })] });
    const { html, text } = mailOf(hostile);
    expect(html).not.toContain('<b>.csv');
    expect(text).not.toMatch(/^Bcc/m);
    expect(text).not.toContain('\u202e');
  });

  it('fills the placeholders of templates', () => {
    const template = {
      subject: '{{folder}}: {{files}} of {{set}}',
      text: '{{code}} {{to}} {{published}}\n{{failures}}',
    };
    const { subject, text } = mailOf(digest(), template);
    expect(subject).toBe('[Longshore] reference: 13 of reference');
    expect(text).toContain('FILE_REJECTED_ROWS uat 40');
    expect(text).toContain('… and 3 more');
  });
});
