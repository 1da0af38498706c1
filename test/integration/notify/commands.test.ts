import { join } from 'node:path';
import { COMMANDS, NOUNS } from '../../../cli/commands';
import { runCli } from '../../../cli/core/program';
import { type MailServer, startMailServer } from '../../servers/mail-server';
import { startWebHook, type WebHook } from '../../servers/web-hook';
import { fakeIo } from '../../unit/cli/fake-io';
import { folderWith } from '../../unit/config/files';

let mail: MailServer;
let hook: WebHook;
let cwd: string;

beforeAll(async () => {
  mail = await startMailServer({
    refuse: (address) => (address.startsWith('gone') ? { code: 550, text: 'no such user' } : undefined),
  });
  hook = await startWebHook();
  cwd = folderWith({
    'longshore.yaml': `version: 1
notifications:
  channels:
    ops-mail:
      { kind: email, host: 127.0.0.1, port: "\${MAIL_PORT}", security: none, from: l@example.com, to: [ops@example.com], cc: [boss@example.com] }
    auth-mail: { kind: email, host: mail.example.com, user: u, password: hunter2, from: l@example.com, to: [ops@example.com] }
    team-slack: { kind: slack, webhook: "\${env:SLACK_WEBHOOK}" }
    other-slack: { kind: slack, webhook: "${hook.url}" }
    closed: { kind: email, host: 127.0.0.1, port: 1, security: none, from: l@example.com, to: [ops@example.com], timeout: 1s }
  routes:
    - { to: [ops-mail, team-slack], sets: ["*"] }
    - { on: [done], onlyWhenChanged: true, to: [ops-mail] }
  templates: { slow: { subject: "{{set}} dawdles" } }
`,
  });
});

afterAll(async () => {
  await Promise.all([mail.close(), hook.close()]);
});

beforeEach(() => {
  mail.received.splice(0);
  hook.requests.splice(0);
});

async function longshore(...argv: string[]) {
  const io = fakeIo({
    cwd,
    env: { MAIL_PORT: String(mail.port), SLACK_WEBHOOK: hook.url, LONGSHORE_USER: 'ann' },
  });
  const code = await runCli(['--config', join(cwd, 'longshore.yaml'), ...argv], io, {
    commands: COMMANDS,
    nouns: NOUNS,
    version: '0',
  });
  return { code, out: io.stdout, err: io.stderr };
}

describe('longshore notify test', () => {
  it('sends a mail that says it is a test', async () => {
    const { code, out } = await longshore('notify', 'test', 'ops-mail');
    expect([code, out]).toEqual([
      0,
      `✓ 127.0.0.1:${mail.port} took the message for ops@example.com, boss@example.com.\n`,
    ]);
    expect(mail.received[0]?.envelope.to).toEqual(['ops@example.com', 'boss@example.com']);
    expect(mail.received[0]?.mail.text).toContain('this is a test');
    expect(mail.received[0]?.mail.text).toContain('by ann');
  });

  it('sends it to somebody else when told so, and in the words for the event', async () => {
    const { code } = await longshore('notify', 'test', 'ops-mail', '--to', 'Me <me@example.com>', '--event', 'slow');
    expect(code).toBe(0);
    expect(mail.received[0]?.envelope.to).toEqual(['me@example.com']);
    expect(mail.received[0]?.mail.subject).toBe('[Longshore] test-message dawdles');
  });

  it('posts to Slack, and tells scripts so', async () => {
    const { code, out } = await longshore('notify', 'test', 'team-slack', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      channel: 'team-slack',
      kind: 'slack',
      event: 'failed',
      to: [],
      attempts: 1,
      delivered: true,
    });
    expect(JSON.stringify(hook.requests[0]?.body)).toContain('this is a test');
  });

  it.each([
    ['a channel that is not there', ['ops-mial'], 2, 'Did you mean ops-mail?'],
    ['--to for a webhook', ['team-slack', '--to', 'a@example.com'], 2, '--to means nothing'],
    ['--to with more than an address', ['ops-mail', '--to', 'a@example.com, b@example.com'], 2, 'not a mail address'],
    ['an event that is none', ['ops-mail', '--event', 'failled'], 2, 'failled'],
    ['a recipient that is refused', ['ops-mail', '--to', 'gone@example.com'], 1, 'no such user'],
    [
      'one of two recipients refused',
      ['ops-mail', '--to', 'gone@example.com', '--to', 'me@example.com'],
      1,
      'refused gone@example.com',
    ],
    ['a server that is down', ['closed'], 1, 'tried 3 times'],
  ])('ends with its code and the reason for %s', async (_what, args, expected, reason) => {
    const { code, err } = await longshore('notify', 'test', ...args);
    expect(code).toBe(expected);
    expect(err.replace(/\s+/g, ' ')).toContain(reason);
  });
});

describe('longshore notify list', () => {
  it('shows who is told of what', async () => {
    const { code, out } = await longshore('notify', 'list');
    expect(code).toBe(0);
    expect(out).toMatch(
      /ops-mail +email +127\.0\.0\.1:\$\{MAIL_PORT\} \(none\) +ops@example\.com, boss@example\.com +no login/,
    );
    expect(out).toMatch(/team-slack +slack +webhook +\$\{env:SLACK_WEBHOOK\}/);
    expect(out).toMatch(/auth-mail .* set\n/);
    expect(out).toMatch(/failed, partial, refused, slow +\* +all +ops-mail, team-slack/);
    expect(out).toMatch(/done +all +all +all +changes +ops-mail/);
    expect(out).toContain('Words of your own for: slow.');
  });

  it.each([[[]], [['--json']]])('shows no secret %j', async (flags) => {
    const { out, err } = await longshore('notify', 'list', ...flags);
    for (const secret of ['hunter2', 'T0SECRET1', 's3cr3t']) expect(out + err).not.toContain(secret);
  });

  it('says so when nobody is told of anything', async () => {
    const empty = folderWith({ 'longshore.yaml': 'version: 1\n' });
    const io = fakeIo({ cwd: empty });
    const file = join(empty, 'longshore.yaml');
    await runCli(['--config', file, 'notify', 'list'], io, { commands: COMMANDS, nouns: NOUNS, version: '0' });
    expect(io.stdout).toContain('nobody is told of anything');
  });
});
