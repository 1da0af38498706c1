import { Client } from 'pg';
import { freePort } from '../../dev/ports';
import { startMailServer, type MailServer } from '../servers/mail-server';
import { startWebHook, type WebHook } from '../servers/web-hook';
import { Site, execute } from './site';

jest.setTimeout(120_000);

interface Told {
  notifications: { channel: string; delivered: boolean }[];
}

let mail: MailServer;
let slack: WebHook;
let site: Site;

beforeAll(async () => {
  mail = await startMailServer();
  slack = await startWebHook();
  const nobody = await freePort();
  site = await Site.open({
    sets: `
  good: { from: prod, to: uat, tables: [public.fine] }
  half: { from: prod, to: uat, tables: [public.fine, public.narrow] }
  crawling: { from: prod, to: uat, expectedDuration: 1s, tables: [public.fine] }
  unheard: { from: prod, to: uat, tables: [public.fine] }
notifications:
  channels:
    ops: { kind: email, host: 127.0.0.1, port: ${mail.port}, security: none, from: longshore@example.com, to: [ops@example.com] }
    team: { kind: slack, webhook: "\${env:WEBHOOK}" }
    gone: { kind: email, host: 127.0.0.1, port: ${nobody}, security: none, from: longshore@example.com, to: [ops@example.com], timeout: 1s }
  routes:
    - { on: [done, partial, failed, slow], sets: [good, half, crawling], to: [ops, team] }
    - { on: [done], sets: [unheard], to: [gone, ops] }
`,
    env: { WEBHOOK: slack.url },
  });
  const tables =
    'create table fine (id int primary key, name text); create table narrow (id int primary key, name varchar(8));';
  await execute(
    site.source,
    `${tables} alter table narrow alter column name type varchar(80);
    insert into fine values (1, 'a'), (2, 'b'); insert into narrow values (7, 'far too long for that')`,
  );
  await execute(site.target, tables);
  await site.installation.run('config', 'check');
});

afterAll(async () => {
  await site.close();
  await mail.close();
  await slack.close();
});

const latest = () => {
  const { mail: message, raw } = mail.received.at(-1)!;
  return { subject: message.subject ?? '', text: message.text ?? '', html: message.html ?? '', raw };
};

/** The run has ended for those who watch it when its message goes out. */
async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await condition()) && Date.now() < deadline;)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await condition()).toBe(true);
}

async function mails(count: number): Promise<void> {
  await eventually(() => mail.received.length >= count);
  expect(mail.received).toHaveLength(count);
}

it('of a run that is done reach mail and Slack', async () => {
  expect((await site.command('transfer', 'run', 'good')).code).toBe(0);
  await mails(1);
  expect(latest().subject).toMatch(/good/);
  expect(latest().text).toMatch(/prod.*uat/s);
  expect(latest().html).toMatch(/good/);
  await eventually(() => slack.requests.length === 1);
  expect(JSON.stringify(slack.requests[0]?.body)).toContain('good');
});

it('of a partial run name the table, the class of the error, the last good run and the next step', async () => {
  await execute(site.target, 'truncate fine');
  const { code } = await site.command('transfer', 'run', 'half');
  expect(code).not.toBe(0);
  await mails(2);
  const { text } = latest();
  expect(text).toContain('public.narrow');
  expect(text).toMatch(/VALUE_TOO_LONG|SCHEMA_MISMATCH/);
  expect(text).toMatch(/longshore run show/);
  await eventually(() => slack.requests.length === 2);
  expect(JSON.stringify(slack.requests.at(-1)?.body)).toContain('public.narrow');
});

it('tell while it lasts of a run that takes far longer than it should', async () => {
  const before = mail.received.length;
  const blocker = new Client({ connectionString: site.target });
  await blocker.connect();
  await blocker.query('begin; lock table fine in share row exclusive mode');
  await site.installation.json<{ runId: string }>('transfer', 'run', 'crawling', '--no-wait');
  await mails(before + 1);
  const slow = latest();
  expect(`${slow.subject} ${slow.text}`).toMatch(/slow|longer/i);
  await blocker.end();
  await mails(before + 2);
});

it('that cannot be delivered never fail a run, reach the others, and are reported', async () => {
  const before = mail.received.length;
  const { code, shown } = await site.command('transfer', 'run', 'unheard');
  expect({ code, status: shown?.run.status }).toEqual({ code: 0, status: 'done' });
  await mails(before + 1);
  const told = async () => (await site.installation.json<Told>('run', 'show', 'unheard')).notifications;
  await eventually(async () => (await told()).length === 2);
  const text = await site.installation.run('run', 'show', 'unheard');
  expect(text.code).toBe(0);
  expect(text.stdout).toMatch(/gone/);
  expect(text.stdout).toMatch(/NOTIFICATION_FAILED|not delivered|delivered nothing/);
  const notifications = await told();
  expect(notifications.map(({ channel, delivered }) => ({ channel, delivered }))).toEqual(
    expect.arrayContaining([
      { channel: 'gone', delivered: false },
      { channel: 'ops', delivered: true },
    ]),
  );
});

it('are tried by hand', async () => {
  const before = mail.received.length;
  expect((await site.installation.run('notify', 'test', 'ops')).code).toBe(0);
  expect(mail.received).toHaveLength(before + 1);
  const failed = await site.installation.run('notify', 'test', 'gone');
  expect(failed.code).toBe(1);
  expect(failed.stderr + failed.stdout).toContain('NOTIFICATION_FAILED');
  expect(failed.stderr + failed.stdout).not.toContain('s3cr3t');
});
