import { join } from 'node:path';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Client } from 'pg';
import { createNotifyActivities, type NotifyArguments, type NotifyResult } from '../../../activities/notify/notify-run';
import { type Catalog, openCatalog } from '../../../catalog';
import { loadConfig } from '../../../config/load';
import { redact } from '../../../config/secrets';
import type { ErrorReport } from '../../../core/errors/longshore-error';
import type { RunStatus } from '../../../schemas/constants';
import { createEnvironments } from '../../../worker/environments';
import { createNotifications } from '../../../worker/notifications';
import { testPostgres } from '../../helpers/postgres';
import { type MailServer, startMailServer } from '../../servers/mail-server';
import { selfSigned } from '../../servers/self-signed';
import { startWebHook, type WebHook } from '../../servers/web-hook';
import { folderWith } from '../../unit/config/files';
import { beginRun, plan, range, result } from '../catalog/fixture';

const PASSWORD = 'p4ssw0rd-that-nobody-sees';

let url: string;
let catalog: Catalog;
let sql: Client;
let mail: MailServer;
let hook: WebHook;
let literalHook: WebHook;

beforeAll(async () => {
  url = await (await testPostgres()).createDatabase('notify_run');
  catalog = await openCatalog({ url });
  sql = new Client({ connectionString: url });
  await sql.connect();
  mail = await startMailServer({ login: { user: 'longshore', password: PASSWORD }, tls: selfSigned() });
  hook = await startWebHook();
  literalHook = await startWebHook();
  process.env['TEST_MAIL_PASSWORD'] = PASSWORD;
  process.env['TEST_SLACK_WEBHOOK'] = hook.url;
});

afterAll(async () => {
  delete process.env['TEST_MAIL_PASSWORD'];
  delete process.env['TEST_SLACK_WEBHOOK'];
  await Promise.all([mail.close(), hook.close(), literalHook.close()]);
  await sql.end();
  await catalog.close();
  await (await testPostgres()).dropDatabase(url);
});

beforeEach(() => {
  mail.received.splice(0);
  hook.requests.splice(0);
  literalHook.requests.splice(0);
});

const channels = (relay: number) => `
    ops-mail:
      kind: email
      host: 127.0.0.1
      port: ${mail.port}
      user: longshore
      password: \${env:TEST_MAIL_PASSWORD}
      tls: { trustServerCertificate: true }
      from: longshore@example.com
      to: [ops@example.com]
    team-slack: { kind: slack, webhook: "\${env:TEST_SLACK_WEBHOOK}", mention: { who: [here] } }
    written-out: { kind: slack, webhook: "${literalHook.url}" }
    no-secret: { kind: slack, webhook: "\${env:TEST_NOT_SET_ANYWHERE}" }
    nobody-there: { kind: email, host: 127.0.0.1, port: ${relay}, security: none, from: a@example.com, to: [a@example.com, b@example.com] }
`;

/** A stored configuration with these routes, and activities of a worker that has it as its file. */
async function site(routes: string, { relay = 1, more = '' } = {}) {
  const text = `version: 1
environments:
  prod: { kind: duckdb, path: a.duckdb }
  uat: { kind: duckdb, path: b.duckdb }
transferSets:
  sales: { from: prod, to: uat, tables: [main.a] }
notifications:
  uiUrl: http://temporal.test/namespaces/default/
  channels: ${channels(relay)}
  routes:
${routes
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
${more}
`;
  const path = join(folderWith({ 'longshore.yaml': text }), 'longshore.yaml');
  const { version } = await catalog.configurations.register({
    document: redact(loadConfig(path, { env: process.env }).config),
    source: 'longshore.yaml',
    by: 'ann',
  });
  const { configurations } = createEnvironments(catalog.configurations, path);
  const activities = createNotifyActivities({
    catalog,
    configurations,
    ...createNotifications(configurations, path, { firstWaitMs: 10 }),
    now: () => new Date(),
  });
  const environment = new MockActivityEnvironment();
  const notifyRun = (args: NotifyArguments): Promise<NotifyResult> =>
    environment.run<[NotifyArguments], NotifyResult, typeof activities.notifyRun>(activities.notifyRun, args);
  return { version, notifyRun, activities };
}

const failure: ErrorReport = {
  code: 'VALUE_TOO_LONG',
  message: 'Column name of main.a holds a value of 300 characters; the target takes 200 <b>at most</b>.',
  place: { table: 'main.a', column: 'name', key: 'id=17' },
  next: 'Widen the target column, or exclude it.',
};

let counter = 0;

/** A run of `sales` that has ended, of which one table failed unless it is well. */
async function ended(version: number, status: RunStatus, options: { name?: string; dryRun?: boolean } = {}) {
  counter += 1;
  const runId = `transfer/sales/${counter}`;
  await beginRun(catalog, version, { runId, name: 'sales', temporalRunId: `t${counter}`, ...options });
  await catalog.tables.save(runId, [plan('a'), plan('b')]);
  await catalog.parts.plan(runId, 'public.a', [range(0)]);
  await catalog.parts.extracted(runId, 'public.a', 0, 1, result(1234));
  await catalog.parts.loaded(runId, 'public.a', 0);
  const isWell = status === 'done';
  await catalog.tables.update(runId, 'public.a', {
    phase: isWell ? 'published' : 'failed',
    error: isWell ? undefined : failure,
  });
  await catalog.tables.update(runId, 'public.b', { phase: isWell ? 'published' : 'cancelled' });
  await catalog.runs.finish(runId, { status, error: isWell ? undefined : failure });
  return runId;
}

/** Everything that the catalog holds, as text. */
async function wholeCatalog(): Promise<string> {
  const tables = await sql.query<{ name: string }>(
    "SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'longshore'",
  );
  const texts = [];
  for (const { name } of tables.rows)
    texts.push(JSON.stringify((await sql.query(`SELECT to_jsonb(t) FROM longshore.${name} t`)).rows));
  return texts.join('\n');
}

describe('telling of a run', () => {
  it('reaches every channel of its routes with all there is to know, and leaves a record', async () => {
    const { version, notifyRun } = await site('- { on: [failed], to: [ops-mail, team-slack] }\n- { to: [team-slack] }');
    const good = await ended(version, 'done');
    const runId = await ended(version, 'failed');
    expect(await notifyRun({ runId, event: 'failed' })).toEqual({ delivered: ['ops-mail', 'team-slack'], failed: [] });

    expect(mail.received).toHaveLength(1);
    const { mail: received, user, secure } = mail.received[0] ?? {};
    expect({ user, secure }).toEqual({ user: 'longshore', secure: true });
    expect(received?.subject).toBe('[Longshore] sales FAILED: prod → uat');
    for (const wanted of [
      runId,
      'public.a: VALUE_TOO_LONG (lasting fault)',
      'the target takes',
      'Widen the target column',
      good,
      '1,234 rows',
      `longshore run show ${runId}`,
      `longshore run again ${runId}`,
      `http://temporal.test/namespaces/default/workflows/${encodeURIComponent(runId)}`,
    ])
      expect(received?.text).toContain(wanted);
    expect(received?.html).toContain('&#60;b&#62;at most');
    expect(received?.html).not.toContain('<b>at most');

    expect(hook.requests).toHaveLength(1);
    const body = JSON.stringify(hook.requests[0]?.body);
    for (const wanted of ['<!here>', 'VALUE_TOO_LONG', runId, good]) expect(body).toContain(wanted);

    const records = await catalog.notifications.list(runId);
    expect(records.map(({ channel }) => channel).toSorted()).toEqual(['ops-mail', 'team-slack']);
    for (const record of records) expect(record).toMatchObject({ event: 'failed', delivered: true, error: undefined });
    const audit = await catalog.audit.list({ subject: runId, limit: 10 });
    expect(audit.map(({ details }) => String(details['channel'])).toSorted()).toEqual(['ops-mail', 'team-slack']);
    for (const { action, details } of audit) expect([action, details['delivered']]).toEqual(['run.notify', true]);
  });

  it('is done once, however often it is asked for', async () => {
    const { version, notifyRun } = await site('- { to: [ops-mail, team-slack] }');
    const runId = await ended(version, 'failed');
    for (const _attempt of [1, 2, 3])
      expect((await notifyRun({ runId, event: 'failed' })).delivered).toEqual(['ops-mail', 'team-slack']);
    expect(mail.received).toHaveLength(1);
    expect(hook.requests).toHaveLength(1);
    // Another event of the same run is another message.
    await notifyRun({ runId, event: 'slow' });
    expect(hook.requests).toHaveLength(2);
  });

  it('is done anew when a run that was reset has ended again', async () => {
    const { version, notifyRun } = await site('- { to: [team-slack] }');
    const runId = await ended(version, 'failed');
    await notifyRun({ runId, event: 'failed' });
    await beginRun(catalog, version, { runId, name: 'sales', temporalRunId: 'reset' });
    await catalog.runs.finish(runId, { status: 'failed', error: failure });
    for (const _attempt of [1, 2]) await notifyRun({ runId, event: 'failed' });
    expect(hook.requests).toHaveLength(2);
    expect(await catalog.audit.list({ subject: runId, limit: 10 })).toHaveLength(2);
  });

  it('reaches the others when one server is down, says so, and tries only that one again', async () => {
    const { version, notifyRun } = await site('- { to: [nobody-there, team-slack, ops-mail] }');
    const runId = await ended(version, 'partial');
    for (const _attempt of [1, 2]) {
      const told = await notifyRun({ runId, event: 'partial' });
      expect(told.delivered.toSorted()).toEqual(['ops-mail', 'team-slack']);
      expect(told.failed).toEqual([
        { channel: 'nobody-there', error: expect.objectContaining({ code: 'NOTIFICATION_FAILED' }) },
      ]);
    }
    expect(hook.requests).toHaveLength(1);
    expect(mail.received).toHaveLength(1);
    const record = (await catalog.notifications.list(runId)).find(({ channel }) => channel === 'nobody-there');
    expect(record).toMatchObject({ delivered: false, error: { message: expect.stringContaining('127.0.0.1:1') } });
  });

  it('reaches the others when the secret of one is missing, and says which', async () => {
    const { version, notifyRun } = await site('- { to: [no-secret, team-slack] }');
    const runId = await ended(version, 'failed');
    const told = await notifyRun({ runId, event: 'failed' });
    expect(told.delivered).toEqual(['team-slack']);
    expect(told.failed).toEqual([
      {
        channel: 'no-secret',
        error: expect.objectContaining({
          code: 'SECRET_MISSING',
          message: expect.stringContaining('TEST_NOT_SET_ANYWHERE'),
        }),
      },
    ]);
  });

  it('names recipients that were refused while others got the mail', async () => {
    const picky = await startMailServer({
      refuse: (address) => (address.startsWith('b@') ? { code: 550, text: 'no such user' } : undefined),
    });
    try {
      const { version, notifyRun } = await site('- { to: [nobody-there] }', { relay: picky.port });
      const answer = await notifyRun({ runId: await ended(version, 'failed'), event: 'failed' });
      expect(answer).toMatchObject({
        delivered: ['nobody-there'],
        failed: [{ channel: 'nobody-there', error: { message: expect.stringContaining('b@example.com') } }],
      });
    } finally {
      await picky.close();
    }
  });

  it('finds a webhook that is written out in the file of the worker, and nowhere in the catalog', async () => {
    const { version, notifyRun } = await site('- { to: [written-out, ops-mail] }');
    const runId = await ended(version, 'failed');
    expect((await notifyRun({ runId, event: 'failed' })).delivered).toEqual(['written-out', 'ops-mail']);
    expect(literalHook.requests).toHaveLength(1);
    const stored = await wholeCatalog();
    expect(stored).toContain('notifications.channels.written-out.webhook');
    for (const secret of [PASSWORD, 's3cr3tS3cr3tS3cr3t', 'T0SECRET1']) expect(stored).not.toContain(secret);
  });

  it('says nothing of dry runs, of runs nobody knows, and where there are no routes', async () => {
    const { version, notifyRun } = await site('- { to: [team-slack] }');
    const nothing = { delivered: [], failed: [] };
    expect(await notifyRun({ runId: await ended(version, 'failed', { dryRun: true }), event: 'failed' })).toEqual(
      nothing,
    );
    expect(await notifyRun({ runId: 'transfer/none/1', event: 'failed' })).toEqual(nothing);
    expect(await notifyRun({ runId: await ended(version, 'done'), event: 'done' })).toEqual(nothing);
    expect(hook.requests).toEqual([]);
  });

  it('tells of changes only, where that is wanted', async () => {
    const { version, notifyRun } = await site('- { on: [done, failed], onlyWhenChanged: true, to: [ops-mail] }');
    const subjects = async (status: 'done' | 'failed'): Promise<string[]> => {
      mail.received.splice(0);
      await notifyRun({ runId: await ended(version, status), event: status });
      return mail.received.map((each) => each.mail.subject ?? '');
    };
    await ended(version, 'done');
    expect(await subjects('done')).toEqual([]);
    expect(await subjects('failed')).toEqual(['[Longshore] sales FAILED: prod → uat']);
    expect(await subjects('failed')).toEqual([]);
    expect(await subjects('done')).toEqual(['[Longshore] sales is well again: prod → uat']);
    expect(await subjects('done')).toEqual([]);
  });

  it('uses the words of the configuration', async () => {
    const { version, notifyRun } = await site('- { on: [done], to: [ops-mail, team-slack] }', {
      more: '  templates: { done: { subject: "{{set}} ok", text: "{{rows}} rows in {{ duration }}.\\n{{details}}" } }',
    });
    await notifyRun({ runId: await ended(version, 'done'), event: 'done' });
    expect(mail.received[0]?.mail.subject).toBe('[Longshore] sales ok');
    expect(mail.received[0]?.mail.text).toMatch(/^1,234 rows in \d+ s\.\nAll 2 tables arrived/);
    expect(JSON.stringify(hook.requests[0]?.body)).toContain('1,234 rows in');
  });

  it('tells of a slow run what it still does', async () => {
    const { version, notifyRun } = await site('- { on: [slow], to: [ops-mail] }');
    const runId = `transfer/sales/slow`;
    await beginRun(catalog, version, { runId, name: 'sales' });
    await catalog.tables.save(runId, [plan('a'), plan('b')]);
    await catalog.tables.update(runId, 'public.a', { phase: 'published' });
    await catalog.tables.update(runId, 'public.b', { phase: 'indexing' });
    await sql.query("UPDATE longshore.runs SET started_at = now() - interval '65 minutes' WHERE run_id = $1", [runId]);
    await notifyRun({ runId, event: 'slow' });
    const { subject, text } = mail.received[0]?.mail ?? {};
    expect(subject).toMatch(/sales is slow: 1h 05m so far, usually \d+ s/);
    expect(text).toContain('public.b: indexing');
    expect(text).not.toContain('public.a:');
    expect(text).toContain(`longshore run watch ${runId}`);
    await catalog.runs.finish(runId, { status: 'done' });
  });

  it('stops when it is called off', async () => {
    const mute = await startWebHook([{ status: 200, silent: true }]);
    const { version, activities } = await site('- { to: [team-slack] }');
    const runId = await ended(version, 'failed');
    const environment = new MockActivityEnvironment();
    process.env['TEST_SLACK_WEBHOOK'] = mute.url;
    try {
      const telling = environment.run(activities.notifyRun, { runId, event: 'failed' as const });
      setTimeout(() => environment.cancel(), 300);
      await expect(telling).rejects.toThrow(CancelledFailure);
      expect(await catalog.notifications.list(runId)).toEqual([]);
    } finally {
      process.env['TEST_SLACK_WEBHOOK'] = hook.url;
      await mute.close();
    }
  });
});
