import { join } from 'node:path';
import { diffDocuments } from '../../../config/diff';
import { exportDocument, importDocument } from '../../../config/export';
import { loadConfig, parseDocument } from '../../../config/load';
import { resolveChannel } from '../../../config/notifications';
import { redactDocument } from '../../../config/redact';
import { redact } from '../../../config/secrets';
import type { Config } from '../../../schemas/config';
import { errorOf, folderWith, SOUND } from './files';

const WEBHOOK = 'https://hooks.slack.com/services/T0SECRET/B0SECRET/s3cr3t';

const load = (section: string, env: Record<string, string> = {}) => {
  const file = join(folderWith({ 'longshore.yaml': `${SOUND}notifications:\n${section}` }), 'longshore.yaml');
  return loadConfig(file, { env });
};

const config = (channels: Record<string, unknown>): Config =>
  parseDocument({ version: 1, notifications: { channels } });

const mail = { kind: 'email', host: 'mail.example.com', from: 'a@example.com', to: ['b@example.com'] };

const CHANNEL = '  channels:\n    ops: { kind: slack, webhook: "${env:HOOK}" }\n';

describe('the section notifications', () => {
  it('may be left out, and then tells nobody', () => {
    expect(parseDocument({ version: 1 }).notifications).toEqual({
      channels: {},
      routes: [],
      templates: {},
      slow: { factor: 2, atLeast: '10m', runs: 5 },
    });
  });

  it('keeps connection settings of channels as references, and fills in all others at once', () => {
    const { config: loaded, warnings } = load(
      `  channels:
    ops:
      kind: email
      host: \${MAIL_HOST}
      port: \${MAIL_PORT}
      user: \${MAIL_USER}
      password: \${file:/run/secrets/mail}
      from: longshore@\${DOMAIN}
      to: ["\${OPS}"]
      subjectPrefix: "[\${STAGE}]"
  routes: [{ to: [ops] }]
`,
      {
        MAIL_HOST: 'h',
        MAIL_PORT: '25',
        MAIL_USER: 'u',
        DOMAIN: 'example.com',
        OPS: 'Ops <ops@example.com>',
        STAGE: 'test',
      },
    );
    expect(loaded.notifications.channels['ops']).toMatchObject({
      host: '${MAIL_HOST}',
      port: '${MAIL_PORT}',
      user: '${MAIL_USER}',
      password: '${file:/run/secrets/mail}',
      from: 'longshore@example.com',
      to: ['Ops <ops@example.com>'],
      subjectPrefix: '[test]',
      security: 'starttls',
    });
    expect(warnings.map(({ code, path }) => [code, path])).toEqual([
      ['SECRET_MISSING', 'notifications.channels.ops.password'],
    ]);
  });

  it.each([
    [
      'a route to a channel that is not there',
      `${CHANNEL}  routes: [{ to: [op] }]\n`,
      'CONFIG_UNKNOWN_NAME',
      'notifications.routes[0].to[0]',
      'There is no channel `op`. Did you mean ops?',
    ],
    [
      'a set that is not there',
      `${CHANNEL}  routes: [{ to: [ops], sets: [dayly] }]\n`,
      'CONFIG_UNKNOWN_NAME',
      'notifications.routes[0].sets[0]',
      'There is no transfer set `dayly`. Did you mean daily?',
    ],
    [
      'an environment that is not there',
      `${CHANNEL}  routes: [{ to: [ops], targets: [qa] }]\n`,
      'CONFIG_UNKNOWN_NAME',
      'notifications.routes[0].targets[0]',
      'There is no environment `qa`. Did you mean uat?',
    ],
    [
      'a drop folder that is not there',
      `${CHANNEL}  routes: [{ to: [ops], folders: [reference] }]\n`,
      'CONFIG_UNKNOWN_NAME',
      'notifications.routes[0].folders[0]',
      'There is no drop folder `reference`. None is defined.',
    ],
    [
      'a month batch that is not there',
      `${CHANNEL}  routes: [{ to: [ops], batches: [trades] }]\n`,
      'CONFIG_UNKNOWN_NAME',
      'notifications.routes[0].batches[0]',
      'There is no month batch `trades`. None is defined.',
    ],
    [
      'an event that is none',
      `${CHANNEL}  routes: [{ to: [ops], on: [faild] }]\n`,
      'CONFIG_INVALID',
      'notifications.routes[0].on[0]',
      'Did you mean failed?',
    ],
    [
      'a misspelt setting',
      `${CHANNEL}  rotues: []\n`,
      'CONFIG_INVALID',
      'notifications.rotues',
      'Did you mean routes?',
    ],
    [
      'a setting of another kind of channel',
      '  channels:\n    ops: { kind: slack, webhook: "${H}", host: x }\n',
      'CONFIG_INVALID',
      'notifications.channels.ops.host',
      'The key `host` is not known here.',
    ],
    [
      'a kind that is none',
      '  channels:\n    ops: { kind: mail, host: x }\n',
      'CONFIG_INVALID',
      'notifications.channels.ops.kind',
      'Did you mean email?',
    ],
    [
      'two addresses in one',
      '  channels:\n    ops: { kind: email, host: x, from: a@b.c, to: ["a@b.c, d@e.f"] }\n',
      'CONFIG_INVALID',
      'notifications.channels.ops.to[0]',
      'must be one mail address',
    ],
    [
      'a header in a sender',
      '  channels:\n    ops: { kind: email, host: x, from: "a <a@b.c>\\nBcc: x@y.z", to: [a@b.c] }\n',
      'CONFIG_INVALID',
      'notifications.channels.ops.from',
      'must be one mail address',
    ],
    [
      'a webhook that is no URL',
      '  channels:\n    ops: { kind: slack, webhook: hooks.slack.com/x }\n',
      'CONFIG_INVALID',
      'notifications.channels.ops.webhook',
      '',
    ],
    [
      'a user without a password',
      '  channels:\n    ops: { kind: email, host: x, user: u, from: a@b.c, to: [a@b.c] }\n',
      'CONFIG_INVALID',
      'notifications.channels.ops.password',
      '`password` is missing: there is a `user` to log in as.',
    ],
    [
      'a password without a user',
      '  channels:\n    ops: { kind: email, host: x, password: "${P}", from: a@b.c, to: [a@b.c] }\n',
      'CONFIG_INVALID',
      'notifications.channels.ops.user',
      '`user` is missing',
    ],
    [
      'a placeholder that stands for nothing',
      `${CHANNEL}  templates: { failed: { subject: "{{sett}} failed" } }\n`,
      'CONFIG_INVALID',
      'notifications.templates.failed.subject',
      '`subject` has the placeholder `{{sett}}`, which stands for nothing. Did you mean set',
    ],
    [
      'a template for an event that is none',
      `${CHANNEL}  templates: { succeeded: { subject: x } }\n`,
      'CONFIG_INVALID',
      'notifications.templates.succeeded',
      'Known here: done',
    ],
    [
      'a link with a placeholder of messages',
      `${CHANNEL}  reportUrl: "https://r.example.com/{{rows}}"\n`,
      'CONFIG_INVALID',
      'notifications.reportUrl',
      '`{{rows}}`',
    ],
    [
      'a link that runs a script',
      `${CHANNEL}  uiUrl: "javascript:alert(1)"\n`,
      'CONFIG_INVALID',
      'notifications.uiUrl',
      'must be a URL',
    ],
    [
      'a mention of Slack that could be anything',
      '  channels:\n    ops: { kind: slack, webhook: "${H}", mention: { who: ["<!everyone>"] } }\n',
      'CONFIG_INVALID',
      'notifications.channels.ops.mention.who[0]',
      'must be here, channel, or the id',
    ],
    [
      'a factor below one',
      `${CHANNEL}  slow: { factor: 0.5 }\n`,
      'CONFIG_INVALID',
      'notifications.slow.factor',
      'must be more than 1',
    ],
  ])('refuses %s', (_what, section, code, path, message) => {
    const error = errorOf(() => load(section, { HOOK: WEBHOOK, H: WEBHOOK, P: 'p' }));
    expect(error.problems?.map((problem) => [problem.code, problem.path])).toContainEqual([code, path]);
    expect(error.message).toContain(message);
    expect(JSON.stringify(error)).not.toContain('T0SECRET');
  });

  it('warns of channels that hear of nothing, patterns that match nothing, and passwords sent in the open', () => {
    const { warnings } = load(
      `  channels:
    lonely: { kind: slack, webhook: "\${H}" }
    ops: { kind: email, host: x, security: none, user: u, password: "\${P}", from: a@b.c, to: [a@b.c] }
  routes: [{ sets: ["nightly-*", "dai*"], to: [ops] }]
`,
      { H: WEBHOOK, P: 'p' },
    );
    expect(warnings.map(({ path }) => path)).toEqual([
      'notifications.channels.lonely',
      'notifications.channels.ops.security',
      'notifications.routes[0].sets[0]',
    ]);
  });
});

describe('secrets of channels', () => {
  it.each([
    ['password', 'hunter2', true],
    ['password', '${env:PW}', false],
    ['password', '${env:PW:-hunter2}', true],
    ['password', 'x${env:PW}', true],
    ['webhook', WEBHOOK, true],
    ['webhook', '${HOOK}', false],
    ['webhook', 'https://hooks.slack.com/services/${env:PATH_OF_HOOK}', true],
    ['webhook', `\${env:HOOK:-${WEBHOOK}}`, true],
  ])('%s: %s is taken out of what is stored and shown: %s', (field, value, isTaken) => {
    const document = { notifications: { channels: { 'my-ops': { [field]: value, host: value } } } };
    expect(redactDocument(document)).toEqual({
      notifications: {
        channels: {
          'my-ops': {
            [field]: isTaken ? { $secret: `notifications.channels.my-ops.${field}` } : value,
            host: value,
          },
        },
      },
    });
  });

  const own = config({
    ops: { ...mail, user: 'u', password: 'hunter2' },
    slack: { kind: 'slack', webhook: WEBHOOK },
    refs: { kind: 'slack', webhook: '${env:HOOK}' },
  });

  it.each(['yaml', 'json'] as const)('are in no export as %s, which imports as the same configuration', (format) => {
    const stored = redact(own);
    const text = exportDocument(own, format);
    expect(text).not.toMatch(/hunter2|T0SECRET|s3cr3t/);
    expect(importDocument(text)).toEqual(stored);
  });

  it('are seen to have changed, and not shown', () => {
    const changes = diffDocuments(own, config({ ops: { ...mail, user: 'u', password: 'hunter3' } }));
    expect(changes.map(({ path }) => path)).toEqual([
      'notifications.channels.ops.password',
      'notifications.channels.slack',
      'notifications.channels.refs',
    ]);
    expect(JSON.stringify(changes)).not.toMatch(/hunter|T0SECRET/);
  });
});

describe('channels at the moment of use', () => {
  it('have everything filled in and typed, with the port that goes with the encryption', () => {
    const stored = config({
      a: { ...mail, port: '${PORT}', user: '${U}', password: '${P}', timeout: '5s', tls: { caFile: 'ca.pem' } },
      b: mail,
      c: { ...mail, security: 'tls' },
      d: { ...mail, security: 'none' },
    });
    const resolve = (name: string) =>
      resolveChannel(stored, name, { PORT: '2525', U: 'me', P: '0123' }, { baseDir: '/srv' });
    expect(resolve('a')).toEqual({
      kind: 'email',
      name: 'a',
      host: 'mail.example.com',
      port: 2525,
      security: 'starttls',
      user: 'me',
      password: '0123',
      from: 'a@example.com',
      to: ['b@example.com'],
      cc: [],
      subjectPrefix: '[Longshore]',
      attachments: ['html', 'csv'],
      tls: { caFile: '/srv/ca.pem', trustServerCertificate: false },
      timeoutMs: 5000,
    });
    expect(['b', 'c', 'd'].map((name) => resolve(name))).toMatchObject([{ port: 587 }, { port: 465 }, { port: 25 }]);
  });

  it('that were stored without their secrets find them in the configuration of the process', () => {
    const own = config({ slack: { kind: 'slack', webhook: WEBHOOK } });
    const stored = parseDocument(JSON.parse(JSON.stringify(redact(own))));
    expect(resolveChannel(stored, 'slack', {}, { own })).toMatchObject({ webhook: WEBHOOK, name: 'slack' });
    expect(errorOf(() => resolveChannel(stored, 'slack', {}))).toMatchObject({
      code: 'SECRET_MISSING',
      place: { path: 'notifications.channels.slack.webhook' },
    });
  });

  it('take nothing but secrets from there', () => {
    const own = config({ ops: { ...mail, user: 'u', password: 'hunter2' } });
    const prying = config({ slack: { kind: 'slack', webhook: { $secret: 'notifications.channels.ops.host' } } });
    expect(errorOf(() => resolveChannel(prying, 'slack', {}, { own })).code).toBe('SECRET_MISSING');
  });

  it('are SECRET_MISSING, with all that is missing by name', () => {
    const stored = config({ a: { ...mail, host: '${MAIL_HOST}', user: 'u', password: '${MAIL_PASSWORD}' } });
    const error = errorOf(() => resolveChannel(stored, 'a', {}));
    expect(error.problems?.map(({ path }) => path)).toEqual([
      'notifications.channels.a.host',
      'notifications.channels.a.password',
    ]);
  });

  it.each(['hooks.slack.com/T0SECRET', 'ftp://x/T0SECRET', 'https://'])(
    'refuse the webhook %s without showing it',
    (HOOK) => {
      const error = errorOf(() => resolveChannel(config({ s: { kind: 'slack', webhook: '${HOOK}' } }), 's', { HOOK }));
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', place: { path: 'notifications.channels.s.webhook' } });
      expect(JSON.stringify(error)).not.toContain('T0SECRET');
    },
  );

  it('that are not there are suggested', () => {
    expect(errorOf(() => resolveChannel(config({ ops: mail }), 'op', {}))).toMatchObject({
      code: 'CONFIG_UNKNOWN_NAME',
      message: 'There is no channel `op`. Did you mean ops?',
    });
    expect(errorOf(() => resolveChannel(config({}), 'constructor', {})).code).toBe('CONFIG_UNKNOWN_NAME');
  });
});
