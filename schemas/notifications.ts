/** Who is told of what: channels to send by, routes that choose them, words to say it in. */
import { z } from 'zod';
import { NOTIFY_EVENTS } from './constants';
import { duration, name, orReference, orSecret, word } from './fields';

const event = z.enum(NOTIFY_EVENTS);

/** `ops@example.com` or `Ops Team <ops@example.com>`: one address, so that nothing in it can add another. */
export const mailAddress = z
  .string()
  .regex(
    /^(?:[^<>\u0000-\u001f\u007f]*<[^\s<>,;:@"]+@[^\s<>,;:@"]+>|[^\s<>,;:@"]+@[^\s<>,;:@"]+)$/,
    'must be one mail address: name@host, or Name <name@host>',
  );

const httpUrl = z.string().regex(/^https?:\/\/[^\s/]\S*$/i, 'must be a URL that starts with https:// or http://');

const SECURITY = ['starttls', 'tls', 'none'] as const;

/** Files that come with the mail about a month batch. */
export const MAIL_ATTACHMENTS = ['html', 'csv', 'xlsx'] as const;
export type MailAttachment = (typeof MAIL_ATTACHMENTS)[number];

const mailTls = z
  .strictObject({
    caFile: word
      .optional()
      .describe(
        'File with the certificates of the authorities to trust (PEM); relative to the folder of the configuration file.',
      ),
    serverName: word.optional().describe('Name that the certificate must have, when it is not the host.'),
    trustServerCertificate: z
      .boolean()
      .default(false)
      .describe('Accepts a certificate that nobody vouches for: for servers of your own.'),
  })
  .describe('Which certificate of the mail server is trusted.');

const fields = {
  host: word,
  port: z.number().int().min(1).max(65535),
  user: word,
  password: z.string().min(1),
  webhook: httpUrl,
};

const timeout = duration.default('20s').describe('How long one attempt to deliver may take.');

const mailFields = {
  kind: z.literal('email').describe('Mail by SMTP.'),
  security: z
    .enum(SECURITY)
    .default('starttls')
    .describe(
      'How the connection is encrypted: `starttls` (and never without), `tls` from the first byte, or `none` for a relay on the same machine.',
    ),
  from: mailAddress.describe('Sender.'),
  to: z.array(mailAddress).min(1).describe('Recipients.'),
  cc: z.array(mailAddress).default([]).describe('Recipients of a copy.'),
  replyTo: mailAddress.optional().describe('Where answers go, when not to the sender.'),
  subjectPrefix: z
    .string()
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be text of one line')
    .default('[Longshore]')
    .describe('Stands before every subject.'),
  attachments: z
    .array(z.enum(MAIL_ATTACHMENTS))
    .default(['html', 'csv'])
    .describe(
      'What comes with the mail about a month batch: `html` (summary.html, a page with everything), `csv` (quality.csv, every check of every file), `xlsx` (summary.xlsx, both as a workbook).',
    ),
  tls: mailTls.prefault({}),
  timeout,
};

const mention = z
  .strictObject({
    who: z
      .array(
        z
          .string()
          .regex(
            /^(here|channel|[UWS][A-Z0-9]{5,20})$/,
            'must be here, channel, or the id of a user or group of Slack',
          ),
      )
      .min(1)
      .describe('`here`, `channel`, or ids of users (`U…`) and groups (`S…`).'),
    on: z.array(event).min(1).default(['failed']).describe('Events that are worth it.'),
  })
  .describe('Who is called by name, and for what.');

const slackFields = {
  kind: z.literal('slack').describe('A channel of Slack, or of what understands its webhooks.'),
  mention: mention.optional(),
  timeout,
};

const about = {
  host: 'Mail server.',
  port: 'Port; 587, with `security: tls` 465 and with `none` 25, when left out.',
  user: 'User to log in as; no login when left out.',
  password: 'Password; best as a reference.',
  webhook: 'URL of the webhook. Who has it can write to the channel, so it is a secret: best as a reference.',
};

/** A channel with its secrets filled in. */
export const channelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...mailFields,
    host: fields.host,
    port: fields.port.optional(),
    user: fields.user.optional(),
    password: fields.password.optional(),
  }),
  z.strictObject({ ...slackFields, webhook: fields.webhook }),
]);

/** A channel as the configuration file has it: connection settings may be references. */
const channelEntrySchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      ...mailFields,
      host: fields.host.describe(about.host),
      port: orReference(fields.port).optional().describe(about.port),
      user: fields.user.optional().describe(about.user),
      password: orSecret(fields.password).optional().describe(about.password),
    })
    .describe('Mail by SMTP.'),
  z
    .strictObject({ ...slackFields, webhook: orSecret(orReference(fields.webhook)).describe(about.webhook) })
    .describe('Slack, by an incoming webhook.'),
]);

const pattern = z
  .string()
  .regex(/^[A-Za-z0-9_*?-]{1,64}$/, 'must be a name, or a pattern in which * stands for any run of characters');

const routeSchema = z
  .strictObject({
    on: z
      .array(event)
      .min(1)
      .default(['failed', 'partial', 'refused', 'slow'])
      .describe(
        'How a run ended: `done`, `partial`, `failed`, `cancelled`, `refused`; or `slow`: it still goes, and takes far longer than it usually does. Of a drop folder: `failed` and `partial` when files failed, `slow` when too many wait or one never settles, `done` when all that came were loaded.',
      ),
    sets: z
      .array(pattern)
      .min(1)
      .optional()
      .describe(
        'Transfer sets, by name or pattern; when left out all of them, or none where `folders` or `batches` is given.',
      ),
    folders: z
      .array(pattern)
      .min(1)
      .optional()
      .describe(
        'Drop folders, by name or pattern; when left out all of them, or none where `sets` or `batches` is given.',
      ),
    batches: z
      .array(pattern)
      .min(1)
      .optional()
      .describe(
        'Month batches, by name or pattern; when left out all of them, or none where `sets` or `folders` is given.',
      ),
    targets: z
      .array(pattern)
      .min(1)
      .optional()
      .describe('Environments written to, by name or pattern; all when left out.'),
    to: z.array(name).min(1).describe('Channels.'),
    onlyWhenChanged: z
      .boolean()
      .default(false)
      .describe(
        'Only when the run before ended in another way: the first failure and not the tenth, and `done` only after one that was not.',
      ),
  })
  .describe('Which events go to which channels. Every route that matches counts; a channel hears of an event once.');

const templateSchema = z
  .strictObject({
    subject: z.string().min(1).optional().describe('Subject of the mail and heading in Slack.'),
    text: z.string().min(1).optional().describe('The message itself; `{{details}}` is the text it has by default.'),
  })
  .describe('Words of your own with placeholders, such as `{{set}}`.');

const templateFor = (what: string) => templateSchema.optional().describe(`Words for ${what}.`);

const templatesSchema = z
  .strictObject({
    done: templateFor('a run that ended well'),
    partial: templateFor('a run in which some tables did not arrive'),
    failed: templateFor('a run that failed'),
    cancelled: templateFor('a run that was cancelled'),
    refused: templateFor('a run that a safety rule stopped'),
    slow: templateFor('a run that takes far longer than usual'),
  } satisfies Record<(typeof NOTIFY_EVENTS)[number], unknown>)
  .describe('Words of your own, by event, with the placeholders listed under Messages.');

const slowSchema = z
  .strictObject({
    factor: z.number().gt(1).max(1000).default(2).describe('So many times as long as usual is slow.'),
    atLeast: duration.default('10m').describe('No run is called slow before it has taken this long.'),
    runs: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(5)
      .describe(
        'What is usual is the median of so many good runs, the latest; nothing is before there are three (or so many, if fewer).',
      ),
  })
  .describe("When a run counts as slow. A set's `expectedDuration` goes before it.");

export const notificationsSchema = z
  .strictObject({
    channels: z.record(name, channelEntrySchema).default({}).describe('Ways to send, by name.'),
    routes: z.array(routeSchema).default([]).describe('Which events go to which channels.'),
    templates: templatesSchema.prefault({}),
    slow: slowSchema.prefault({}),
    uiUrl: httpUrl
      .optional()
      .describe(
        "Temporal's Web UI with its namespace, `https://temporal.example.com/namespaces/default`; messages then link to the run.",
      ),
    reportUrl: httpUrl
      .optional()
      .describe('Another page to link to, with `{{run}}`, `{{set}}`, `{{from}}` or `{{to}}` in its address.'),
  })
  .describe('Messages to people. What becomes of one never changes what becomes of a run.');

export type ChannelConfig = z.infer<typeof channelSchema>;
export type MailChannel = Extract<ChannelConfig, { kind: 'email' }>;
export type SlackChannel = Extract<ChannelConfig, { kind: 'slack' }>;
export type ChannelEntry = z.infer<typeof channelEntrySchema>;
export type NotificationsConfig = z.infer<typeof notificationsSchema>;
export type Route = z.infer<typeof routeSchema>;
export type Template = z.infer<typeof templateSchema>;
export type SlowSettings = z.infer<typeof slowSchema>;

interface Ready {
  /** As the configuration calls it. */
  name: string;
  timeoutMs: number;
}

export type ResolvedMailChannel = Omit<MailChannel, 'port' | 'timeout'> & Ready & { port: number };
export type ResolvedSlackChannel = Omit<SlackChannel, 'timeout'> & Ready;
/** A channel, ready to send by: secrets filled in, files absolute. To be used at once and kept nowhere. */
export type ResolvedChannel = ResolvedMailChannel | ResolvedSlackChannel;
