import { messageFor } from '../../../../core/notify/message';
import { type MonthDigest, tellMonth } from '../../../../core/notify/month-summary';
import { qualityError, summary } from '../../report/records';

const digest = (patch: Partial<MonthDigest> = {}): MonthDigest => ({
  ...summary(),
  now: new Date('2026-11-20T06:00:00Z'),
  links: [{ label: 'Temporal', url: 'http://temporal.test/run' }],
  ...patch,
});

const mailOf = (event: Parameters<typeof tellMonth>[0], of: MonthDigest) => {
  const message = messageFor({ kind: 'email', subjectPrefix: '[Longshore]' }, tellMonth(event, of));
  if (message.kind !== 'email') throw new Error('no mail');
  return message;
};

const slackOf = (event: Parameters<typeof tellMonth>[0], of: MonthDigest): string => {
  const message = messageFor({ kind: 'slack' }, tellMonth(event, of));
  if (message.kind !== 'slack') throw new Error('no message');
  return JSON.stringify(message.payload);
};

describe('what people are told of a batch', () => {
  it.each([
    ['done', '[Longshore] trading done: 3 months, 2024-01 to 2024-03 → dwh'],
    ['partial', '[Longshore] trading partial: 1 of 2 files not loaded, 3 months, 2024-01 to 2024-03 → dwh'],
    ['failed', '[Longshore] trading FAILED: 3 months, 2024-01 to 2024-03 → dwh'],
    ['cancelled', '[Longshore] trading cancelled: 3 months, 2024-01 to 2024-03 → dwh'],
    ['refused', '[Longshore] trading refused: 3 months, 2024-01 to 2024-03 → dwh'],
  ] as const)('names the matter of a batch that is %s', (event, subject) => {
    expect(mailOf(event, digest()).subject).toBe(subject);
  });

  it('holds months, figures, every failed file with its next step, and what to type', () => {
    const { text, html } = mailOf('partial', digest());
    for (const fact of [
      'trading-1',
      '1 of 2 files was loaded, 1,000,000 rows; 1 failed.',
      'trades_202402.tsv (line 12, for trades)',
      'QUALITY_FAILED',
      'Correct the file.',
      'longshore month quality trading',
      'longshore month resume trading-1',
      '3m 20s, 10.0 MB/s, 5,000 rows/s',
    ]) {
      expect(text.replace(/\s+/g, ' ')).toContain(fact);
      expect(html).toContain(fact);
    }
    expect(text).toMatch(/^ {2}Month +Outcome +Files +Failed +Rows +Size +Took$/m);
    expect(text).toMatch(/^ {2}2024-01 +done +1 +0 +1,000,000 +2\.0 GB +1m 40s$/m);
    expect(text).toMatch(/^ {2}2024-02 +failed +0 of 1 +1 +0 +0 B +1m 40s$/m);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(html).not.toMatch(/<script|<b>=/);
  });

  it('fits into Slack, however many months there are, and no block of code is left open', () => {
    const month = digest().months[0]!;
    const months = Array.from({ length: 600 }, (_, index) => ({
      ...month,
      month: `${2000 + Math.floor(index / 12)}-\`\`\`${index}`,
    }));
    const payload = slackOf('partial', digest({ months }));
    const { blocks } = JSON.parse(payload) as { blocks: { text?: { text: string } }[] };
    const block = blocks.find((each) => each.text?.text.startsWith('*Months*'))!.text!.text;
    expect(block.length).toBeLessThanOrEqual(3000);
    expect(block.match(/```/g)).toHaveLength(2);
    expect(block).toMatch(/and \d+ more$/);
    expect(blocks.length).toBeLessThanOrEqual(50);
  });

  it('says of a check that nothing was loaded, as asked', () => {
    const files = digest().files.map((file) => ({ ...file, state: 'checked' as const, error: undefined }));
    const { text, subject } = mailOf('done', digest({ action: 'check', files }));
    expect(subject).toContain('trading done: checked 3 months');
    expect(text).toContain('Nothing was loaded, as asked.');
    expect(text).not.toContain('month resume');
  });

  it('tells the error of the run once, also when a file has it', () => {
    expect(mailOf('partial', digest({ error: qualityError })).text.match(/QUALITY_FAILED/g)).toHaveLength(1);
    const error = { code: 'CANCELLED' as const, message: 'ann cancelled it.', place: {}, next: 'Resume.' };
    const { text } = mailOf('cancelled', digest({ error, months: [], files: [] }));
    expect(text).toContain('the run: CANCELLED');
    expect(text).not.toContain('Months');
  });
});
