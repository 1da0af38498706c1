import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createMonthNotifyActivities } from '../../../activities/notify/notify-month';
import type { NotifyArguments, NotifyResult } from '../../../activities/notify/notify-run';
import { type Catalog, openCatalog } from '../../../catalog';
import { loadConfig } from '../../../config/load';
import { redact } from '../../../config/secrets';
import { createEnvironments } from '../../../worker/environments';
import { createNotifications } from '../../../worker/notifications';
import { testPostgres } from '../../helpers/postgres';
import { type MailServer, startMailServer } from '../../servers/mail-server';
import { startWebHook, type WebHook } from '../../servers/web-hook';
import { folderWith } from '../../unit/config/files';
import { failedQuality, qualityError } from '../../unit/report/records';
import { unzip } from '../../unit/report/unzip';
import { beginRun } from '../catalog/fixture';

let url: string;
let catalog: Catalog;
let mail: MailServer;
let hook: WebHook;
let counter = 0;

beforeAll(async () => {
  url = await (await testPostgres()).createDatabase('notify_month');
  catalog = await openCatalog({ url });
  mail = await startMailServer();
  hook = await startWebHook();
});

afterAll(async () => {
  await Promise.all([mail.close(), hook.close()]);
  await catalog.close();
  await (await testPostgres()).dropDatabase(url);
});

beforeEach(() => {
  mail.received.splice(0);
  hook.requests.splice(0);
});

/** A stored configuration with these routes, and the activity of a worker that has it as its file. */
async function site(routes: string, attachments = '') {
  const text = `version: 1
environments:
  dwh: { kind: duckdb, path: b.duckdb }
monthBatches:
  trading: { to: dwh, basePath: ., tables: { trades: { files: "trades_{month}.tsv" } } }
notifications:
  channels:
    ops-mail: { kind: email, host: 127.0.0.1, port: ${mail.port}, security: none, from: longshore@example.com, to: [ops@example.com]${attachments} }
    team-slack: { kind: slack, webhook: "${hook.url}" }
  routes:
${routes
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
`;
  const path = join(folderWith({ 'longshore.yaml': text }), 'longshore.yaml');
  const { version } = await catalog.configurations.register({
    document: redact(loadConfig(path, { env: process.env }).config),
    source: 'longshore.yaml',
    by: 'ann',
  });
  const { configurations } = createEnvironments(catalog.configurations, path);
  const activities = createMonthNotifyActivities({
    catalog,
    configurations,
    ...createNotifications(configurations, path, { firstWaitMs: 10 }),
    now: () => new Date(),
  });
  const environment = new MockActivityEnvironment();
  const notifyMonth = (args: NotifyArguments): Promise<NotifyResult> =>
    environment.run<[NotifyArguments], NotifyResult, typeof activities.notifyMonth>(activities.notifyMonth, args);
  return { version, notifyMonth };
}

/** A run of `trading` that has ended: one file arrived, the other failed its checks. */
async function ended(version: number, { checkpoint = true, dryRun = false } = {}): Promise<string> {
  counter += 1;
  const runId = `month/trading/${counter}`;
  const batchId = `trading-${counter}`;
  await beginRun(catalog, version, {
    runId,
    kind: 'month',
    name: 'trading',
    target: 'dwh',
    dryRun,
    temporalRunId: runId,
  });
  if (checkpoint) {
    const { months } = catalog;
    await months.begin({
      batchId,
      batch: 'trading',
      action: dryRun ? 'check' : 'load',
      target: 'dwh',
      configVersion: version,
      qualityMode: 'file',
      status: 'in_progress',
      months: ['2024-01', '2024-02'],
      completedMonths: [],
      failedMonths: [],
      currentMonths: [],
      currentFile: 0,
      totalFiles: 0,
      options: {},
      runId,
    });
    const file = { size: 2_000_000_000, mtimeMs: 1, table: 'trades' };
    const [good, bad] = await months.addFiles(batchId, [
      { ...file, path: '/data/trades_202401.tsv', month: '2024-01', loadId: 'l1' },
      { ...file, path: '/data/trades_202402.tsv', month: '2024-02', loadId: 'l2' },
    ]);
    await months.updateFile(good!.id, { state: 'published', rows: 1_000_000 });
    const { id: _id, at: _at, ...result } = failedQuality;
    const qualityId = await months.addQuality({ ...result, batchId });
    await months.updateFile(bad!.id, { state: 'failed', error: qualityError, qualityId });
    await months.moveMonth(batchId, '2024-01', 'completed');
    await months.moveMonth(batchId, '2024-02', 'failed');
  }
  await catalog.runs.finish(runId, { status: 'partial' });
  return runId;
}

describe('telling of a month batch', () => {
  it('reaches mail with page and checks attached, and Slack with a word about it', async () => {
    const { version, notifyMonth } = await site('- { on: [partial], to: [ops-mail, team-slack] }');
    const runId = await ended(version);
    expect(await notifyMonth({ runId, event: 'partial' })).toEqual({
      delivered: ['ops-mail', 'team-slack'],
      failed: [],
    });
    const [{ mail: received }] = mail.received as [MailServer['received'][number]];
    expect(received.subject).toBe(
      '[Longshore] trading partial: 1 of 2 files not loaded, 2 months, 2024-01 to 2024-02 → dwh',
    );
    expect(received.text).toContain('trades_202402.tsv');
    expect(received.attachments.map(({ filename, mimeType }) => [filename, mimeType])).toEqual([
      ['summary.html', 'text/html'],
      ['quality.csv', 'text/csv'],
    ]);
    const [page, checks] = received.attachments.map(({ content }) =>
      Buffer.from(content as ArrayBuffer).toString('utf8'),
    );
    expect(page).toContain('It failed since 25 runs of days have no rows.');
    expect(page).toContain('1,000,000');
    expect(
      checks!
        .split('\r\n')
        .slice(1, 4)
        .map((line) => line.split(',')[5]),
    ).toEqual(['', 'completeness', 'duplicates']);
    const posted = JSON.stringify(hook.requests[0]);
    expect(posted).toContain('The report is attached to the mail.');
    expect(posted).toContain('Months');
    expect(await catalog.notifications.list(runId)).toHaveLength(2);
    expect((await catalog.audit.list({ subject: runId, limit: 9 })).map(({ action }) => action)).toContain(
      'run.notify',
    );
  });

  it('is not repeated for those who have the message', async () => {
    const { version, notifyMonth } = await site('- { on: [partial], to: [ops-mail] }');
    const runId = await ended(version);
    await notifyMonth({ runId, event: 'partial' });
    expect(await notifyMonth({ runId, event: 'partial' })).toEqual({ delivered: ['ops-mail'], failed: [] });
    expect(mail.received).toHaveLength(1);
  });

  it('attaches what the channel asks for: a workbook, or nothing', async () => {
    const asked = await site('- { on: [partial], to: [ops-mail] }', ', attachments: [xlsx]');
    await asked.notifyMonth({ runId: await ended(asked.version), event: 'partial' });
    const [book] = mail.received[0]!.mail.attachments;
    expect(book!.filename).toBe('summary.xlsx');
    expect([...unzip(Buffer.from(book!.content as ArrayBuffer)).keys()]).toContain('xl/workbook.xml');
    const none = await site('- { on: [partial], to: [ops-mail, team-slack] }', ', attachments: []');
    await none.notifyMonth({ runId: await ended(none.version), event: 'partial' });
    expect(mail.received[1]!.mail.attachments).toEqual([]);
    expect(JSON.stringify(hook.requests[0])).not.toContain('attached');
  });

  it('goes by the routes that name batches, and never by those of sets or folders', async () => {
    const { version, notifyMonth } = await site(
      '- { on: [partial], batches: ["trad*"], to: [ops-mail] }\n- { on: [partial], folders: ["*"], to: [team-slack] }\n- { on: [partial], sets: ["*"], to: [team-slack] }',
    );
    expect(await notifyMonth({ runId: await ended(version), event: 'partial' })).toEqual({
      delivered: ['ops-mail'],
      failed: [],
    });
    expect(hook.requests).toHaveLength(0);
  });

  it('tells of a batch that only checked, and of a run that ended before it had a checkpoint', async () => {
    const { version, notifyMonth } = await site('- { on: [partial], to: [ops-mail] }');
    await notifyMonth({ runId: await ended(version, { dryRun: true }), event: 'partial' });
    await notifyMonth({ runId: await ended(version, { checkpoint: false }), event: 'partial' });
    expect(mail.received).toHaveLength(2);
    expect(mail.received[0]!.mail.subject).toContain('1 of 2 files not checked');
    expect(mail.received[1]!.mail.subject).toContain('no month → dwh');
    expect(await notifyMonth({ runId: 'month/nobody/1', event: 'partial' })).toEqual({ delivered: [], failed: [] });
  });

  it('keeps what could not be delivered as part of its result', async () => {
    const { version, notifyMonth } = await site(
      '- { on: [partial], to: [ops-mail] }',
      ', timeout: 2s, replyTo: ops@example.com',
    );
    const runId = await ended(version);
    await mail.close();
    const { delivered, failed } = await notifyMonth({ runId, event: 'partial' });
    expect([delivered, failed[0]?.error.code]).toEqual([[], 'NOTIFICATION_FAILED']);
    expect((await catalog.notifications.list(runId))[0]).toMatchObject({ channel: 'ops-mail', delivered: false });
    mail = await startMailServer();
  });
});
