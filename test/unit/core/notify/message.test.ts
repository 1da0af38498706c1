import fc from 'fast-check';
import { linksFor } from '../../../../core/notify/links';
import { type Message, messageFor } from '../../../../core/notify/message';
import { sampleOccurrence } from '../../../../core/notify/sample';
import type { SlackPayload } from '../../../../core/notify/slack';
import { type Occurrence, tell } from '../../../../core/notify/story';
import type { NotifyEvent } from '../../../../schemas/constants';
import { EVENTS, occurrence } from './story';

const mailOf = (of: Occurrence, template?: { subject?: string; text?: string }) => {
  const message = messageFor({ kind: 'email', subjectPrefix: '[Longshore]' }, tell(of), template);
  return message as Extract<Message, { kind: 'email' }>;
};
const slackOf = (
  of: Occurrence,
  template?: { subject?: string; text?: string },
  mention?: { who: string[]; on: NotifyEvent[] },
): SlackPayload => {
  const message = messageFor({ kind: 'slack', mention }, tell(of), template);
  return (message as Extract<Message, { kind: 'slack' }>).payload;
};

/** Every text of a message in Slack. */
const textsOf = ({ text, blocks }: SlackPayload): string[] => [
  text,
  ...blocks.flatMap((block) => {
    if (block.type === 'divider') return [];
    if (block.type === 'context') return block.elements.map((each) => each.text);
    if (block.type === 'header') return [block.text.text];
    return [...(block.text ? [block.text.text] : []), ...(block.fields ?? []).map((each) => each.text)];
  }),
];

function expectWithinLimits(payload: SlackPayload): void {
  expect(payload.blocks.length).toBeLessThanOrEqual(50);
  expect(payload.text.length).toBeLessThanOrEqual(3000);
  for (const block of payload.blocks) {
    if (block.type === 'header') {
      expect(block.text.text.length).toBeLessThanOrEqual(150);
      expect(block.text.text).not.toBe('');
    }
    if (block.type === 'context') expect(block.elements.length).toBeLessThanOrEqual(10);
    if (block.type === 'section') {
      expect(block.text !== undefined || (block.fields?.length ?? 0) > 0).toBe(true);
      if (block.text) expect(block.text.text.length).toBeLessThanOrEqual(3000);
      expect((block.fields ?? []).length).toBeLessThanOrEqual(10);
      for (const each of block.fields ?? []) expect(each.text.length).toBeLessThanOrEqual(2000);
    }
  }
  for (const text of textsOf({ ...payload, blocks: payload.blocks.filter(({ type }) => type !== 'header') })) {
    // An ampersand stands in an entity and nowhere else, also where text was cut off.
    expect(text.replace(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
  }
}

const failedTables = (count: number, message: string): Partial<Occurrence> => ({
  tables: Array.from({ length: count }, (_, index) => ({
    ...occurrence('failed').tables[1]!,
    tableId: `public.t${index}`,
    error: { code: 'QUERY_FAILED', message: `${index}: ${message}`, place: {}, next: 'Correct what it names.' },
  })),
});

describe('a message', () => {
  it('in text, tells what happened, how it usually goes, and what to do next', () => {
    expect(mailOf(occurrence('partial'))).toMatchObject({
      subject: '[Longshore] sales partial: 2 of 3 tables did not arrive, prod → uat',
      text: `sales partial: 2 of 3 tables did not arrive, prod → uat

1 of 3 tables were published; what did not arrive holds the rows it held.

Outcome        partial
From, to       prod → uat
Run            transfer/sales/2026-11-20T05:00Z
Started        2026-11-20 05:00:00 UTC by ann: month end
Took           1h 06m, usually 14m 00s
Tables         1 of 3 published, 1 failed
Rows           3,000,000 loaded, 15.0 MB
Warnings       3
Last good run  2026-11-19 05:00:00 UTC, took 14m 10s, 3,000,000 rows
               (transfer/sales/2026-11-19T05:00Z)

What went wrong

  public.orders: DUPLICATE_KEY (lasting fault)
      Two rows of public.orders have the key id=17.
      Next: Remove the duplicate named, or drop the key.

What to do next

  longshore run show transfer/sales/2026-11-20T05:00Z
      all that is known about it
  longshore run again transfer/sales/2026-11-20T05:00Z
      run once more, as it was

Temporal: https://temporal.example.com/namespaces/default/workflows/x
`,
    });
  });

  it.each([
    ['done', 'sales done: prod → uat', 'All 3 tables arrived'],
    ['failed', 'sales FAILED: prod → uat', 'what did not arrive holds'],
    ['cancelled', 'sales cancelled: prod → uat', 'was cancelled and tidied up'],
    ['refused', 'sales refused: prod → uat', 'A safety rule stopped the run'],
    ['slow', 'sales is slow: 42m 00s so far, usually 14m 00s, prod → uat', 'The run goes on'],
  ] as const)('of %s says so', (event, headline, lead) => {
    const { subject, text } = mailOf(occurrence(event));
    expect(subject).toBe(`[Longshore] ${headline}`);
    expect(text).toContain(lead);
  });

  it('of a slow run lists what still goes on, and how to stop it', () => {
    const { text } = mailOf(occurrence('slow'));
    expect(text).toContain('public.lines: copying, 3 of 4 parts, 1,000,000 rows loaded');
    expect(text).not.toContain('public.customers:');
    expect(text).toContain('longshore run cancel transfer/sales/2026-11-20T05:00Z');
  });

  it('of a run that never got to its tables tells its own error, and one that a table told only once', () => {
    const error = {
      code: 'SOURCE_SHRUNK',
      message: 'public.orders has 3 rows, and had 100.',
      place: { table: 'public.orders' },
      next: 'Look.',
    } as const;
    const { run, tables } = occurrence('refused');
    const early = mailOf(occurrence('refused', { tables: [], run: { ...run, error }, lastGood: undefined }));
    expect(early.text).toContain('public.orders: SOURCE_SHRUNK (safety rule)');
    expect(early.text).toMatch(/Tables +none planned/);
    expect(early.text).toMatch(/Last good run +none yet/);
    const both = mailOf(occurrence('partial', { run: { ...run, error: tables[1]?.error } }));
    expect(both.text.match(/DUPLICATE_KEY/g)).toHaveLength(1);
  });

  it('says that all is well again, after a run that was not', () => {
    expect(mailOf(occurrence('done', { previous: 'failed' })).subject).toContain('sales is well again');
    expect(mailOf(occurrence('done', { previous: 'failed' })).text).toContain('The run before ended failed.');
    expect(mailOf(occurrence('done', { previous: 'done' })).subject).toContain('sales done');
  });

  it.each(EVENTS)('in text, fits 80 columns (%s)', (event) => {
    const { text } = mailOf(occurrence(event, failedTables(3, 'a word '.repeat(60))));
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('names twenty tables and counts the rest', () => {
    const many = occurrence('failed', failedTables(33, 'x'));
    const { text, html } = mailOf(many);
    expect(text.match(/QUERY_FAILED/g)).toHaveLength(20);
    expect(text).toContain('… and 13 more');
    expect(html).toContain('… and 13 more');
    const slack = slackOf(many);
    expectWithinLimits(slack);
    expect(textsOf(slack).join('\n')).toContain('… and 13 more');
  });

  it('of a test says that it is one', () => {
    for (const event of EVENTS) {
      const sample = sampleOccurrence(event, new Date('2026-11-20T05:00:00Z'), { by: 'ann', links: [] });
      expect(mailOf(sample).text).toContain('this is a test');
      expectWithinLimits(slackOf(sample));
    }
  });
});

describe('words of the configuration', () => {
  const template = {
    subject: '{{set}}: {{code}}',
    text: 'In {{duration}}, usually {{usual}}.\n{{failures}}\n-- {{next}}',
  };

  it('take the place of those there are by default', () => {
    const { subject, text } = mailOf(occurrence('failed'), template);
    expect(subject).toBe('[Longshore] sales: DUPLICATE_KEY');
    expect(text).toBe(
      'In 1h 06m, usually 14m 00s.\n  public.orders: DUPLICATE_KEY (lasting fault)\n      Two rows of public.orders have the key id=17.\n      Next: Remove the duplicate named, or drop the key.\n-- Remove the duplicate named, or drop the key.',
    );
  });

  it('may be for the subject alone, or hold all that there is without them', () => {
    const plain = mailOf(occurrence('failed'));
    expect(mailOf(occurrence('failed'), { subject: 'x' }).text).toContain(plain.text.split('\n\n')[1]);
    expect(mailOf(occurrence('failed'), { text: '{{details}}' }).text).toBe(
      plain.text.split('\n').slice(2).join('\n').trimEnd(),
    );
  });

  it('are text in HTML and in Slack, whatever they look like', () => {
    const hostile = { text: '<b>{{set}}</b> & <!channel> <@U123> *bold*' };
    expect(mailOf(occurrence('failed'), hostile).html).toContain('&#60;b&#62;sales&#60;/b&#62; &#38;');
    expect(textsOf(slackOf(occurrence('failed'), hostile))).toContain(
      '&lt;b&gt;sales&lt;/b&gt; &amp; &lt;!channel&gt; &lt;@U123&gt; *bold*',
    );
  });

  it('that are long are cut into blocks, and the end is said to be missing', () => {
    const long = slackOf(occurrence('failed'), { text: `${'line & line\n'.repeat(600)}` });
    expectWithinLimits(long);
    expect(long.blocks.length).toBeGreaterThan(3);
    const endless = slackOf(occurrence('failed'), { text: 'x&'.repeat(200_000) });
    expectWithinLimits(endless);
    expect(textsOf(endless).at(-1)).toContain('cut off here');
  });

  it('that come to nothing do not leave a message without a subject', () => {
    const empty = occurrence('done', { tables: [] });
    expect(mailOf(empty, { subject: '{{error}}' }).subject).toContain('sales done');
  });
});

describe('mentions in Slack', () => {
  const mention = { who: ['here', 'U012ABCDE', 'S012ABCDE'], on: ['failed'] as NotifyEvent[] };

  it('are made for what is worth it, and only by the configuration', () => {
    expect(textsOf(slackOf(occurrence('failed'), undefined, mention))[2]).toMatch(
      /^<!here> <@U012ABCDE> <!subteam\^S012ABCDE> /,
    );
    expect(textsOf(slackOf(occurrence('failed'), { text: 'x' }, mention))[2]).toMatch(/^<!here> .* x$/);
    expect(textsOf(slackOf(occurrence('done'), undefined, mention)).join('\n')).not.toMatch(/<[!@]/);
  });
});

describe('links', () => {
  const names = { run: 'transfer/a b/2026', set: 'a&b', from: 'prod', to: 'uat' };

  it('have names encoded', () => {
    expect(
      linksFor(
        { uiUrl: 'https://t.example.com/namespaces/n/', reportUrl: 'https://r.example.com/{{set}}?run={{run}}' },
        names,
      ),
    ).toEqual([
      { label: 'Report', url: 'https://r.example.com/a%26b?run=transfer%2Fa%20b%2F2026' },
      { label: 'Temporal', url: 'https://t.example.com/namespaces/n/workflows/transfer%2Fa%20b%2F2026' },
    ]);
    expect(linksFor({}, names)).toEqual([]);
  });
});

describe('whatever names and errors hold', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '<!channel> <!here> <@U1> <#C1>',
      'a\r\nBcc: mallory@example.com',
      '\u202eevil\u2066',
      '{{details}} {{set}}',
      '```` ` ```',
      '&lt;&amp;',
      '"><img src=x onerror=y>',
      '\u0000\u001b[31m\u0007',
      'x'.repeat(9000),
      '&'.repeat(9000),
      '😀'.repeat(3000),
    ),
  );
  const anyOccurrence = fc
    .tuple(fc.constantFrom(...EVENTS), fc.array(nasty, { minLength: 7, maxLength: 7 }))
    .map(([event, [set = '', from = '', table = '', message = '', next = '', reason = '', runId = '']]) =>
      occurrence(event, {
        from,
        run: { ...occurrence(event).run, name: set, runId: `transfer/${runId}`, reason, triggeredBy: reason },
        tables: occurrence(event).tables.map((each) => ({
          ...each,
          tableId: table,
          ...(each.error && { error: { ...each.error, message, next } }),
        })),
      }),
    );
  const templates = fc.option(
    fc.constantFrom(
      { subject: '{{set}} {{error}}', text: '{{error}}\n{{details}}' },
      { text: '<b>{{failures}}</b>{{running}}' },
    ),
    { nil: undefined },
  );

  it('a mail has a subject of one line, and markup of ours alone', () => {
    fc.assert(
      fc.property(anyOccurrence, templates, (of, template) => {
        const { subject, text, html } = mailOf(of, template);
        expect(subject).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
        expect(subject.length).toBeLessThanOrEqual(160);
        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
        const tags = new Set(html.match(/<[^>]*>/g)?.map((tag) => tag.replace(/^<\/?(!?\w+).*$/s, '$1')));
        for (const tag of tags)
          expect('!doctype html head meta title body h2 h3 p div table tr td ul li b i br code a'.split(' ')).toContain(
            tag,
          );
        expect(html.match(/<a [^>]*>/g) ?? []).toEqual(
          template?.text === undefined
            ? ['<a href="https://temporal.example.com/namespaces/default/workflows/x">']
            : [],
        );
      }),
    );
  });

  it('a message in Slack keeps to its limits, and mentions and links to nothing of theirs', () => {
    fc.assert(
      fc.property(anyOccurrence, templates, (of, template) => {
        const payload = slackOf(of, template);
        expectWithinLimits(payload);
        const own = '<https://temporal.example.com/namespaces/default/workflows/x|Temporal>';
        const [, , ...body] = textsOf(payload);
        for (const text of body) expect(text.replaceAll(own, '')).not.toMatch(/[<>]/);
      }),
    );
  });
});
