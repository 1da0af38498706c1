import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createNotifier } from '../../../notify';
import { type MailServer, type MailServerOptions, startMailServer } from '../../servers/mail-server';
import { selfSigned } from '../../servers/self-signed';
import { folderWith } from '../../unit/config/files';
import { mail, mailChannel } from './channels';

const quick = createNotifier({ firstWaitMs: 20 });
const PASSWORD = 'p4ss/w0rd+s3cr3t';
const login = { user: 'longshore', password: PASSWORD };
const open: { close(): Promise<void> }[] = [];

async function server(options?: MailServerOptions): Promise<MailServer> {
  const started = await startMailServer(options);
  open.push(started);
  return started;
}

/** A server that does with a connection what it is told. */
async function rawServer(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const raw: Server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => void raw.listen(0, '127.0.0.1', resolve));
  open.push({
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => raw.close(resolve));
    },
  });
  return (raw.address() as AddressInfo).port;
}

const failureOf = async (attempt: Promise<unknown>): Promise<Error & { code: string; place: object }> => {
  try {
    await attempt;
  } catch (error) {
    return error as Error & { code: string; place: object };
  }
  throw new Error('it was delivered');
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

describe('mail', () => {
  it('arrives as text and HTML, with sender, recipients, copies and a name of its own', async () => {
    const { port, received } = await server();
    const channel = mailChannel(port, {
      to: ['ops@example.com', 'Ann, of Ops <ann@example.com>'],
      cc: ['boss@example.com'],
      replyTo: 'Help <help@example.com>',
    });
    const subject = 'sales FAILED: prod → uat 😀';
    const text = `Zeile mit Ümlaut\n${'x'.repeat(2000)}\n.\n..dots\nFrom here\n`;
    const sent = await quick.send(channel, { ...mail, subject, text }, { id: 'one' });
    expect(sent).toEqual({ refused: [], attempts: 1 });
    expect(received).toHaveLength(1);
    expect(received[0]?.envelope).toEqual({
      from: 'longshore@example.com',
      to: ['ops@example.com', 'ann@example.com', 'boss@example.com'],
    });
    expect(received[0]?.mail).toMatchObject({
      from: { name: 'Longshore', address: 'longshore@example.com' },
      to: [{ address: 'ops@example.com' }, { name: 'Ann, of Ops', address: 'ann@example.com' }],
      cc: [{ address: 'boss@example.com' }],
      replyTo: [{ name: 'Help', address: 'help@example.com' }],
      subject,
      messageId: '<one@example.com>',
    });
    // Whether the last line ends is the server's affair.
    expect(received[0]?.mail.text?.trimEnd()).toBe(text.trimEnd());
    expect(received[0]?.mail.html?.trim()).toBe('<p>It failed.</p>');
    expect(received[0]?.mail.headers).toContainEqual(expect.objectContaining({ key: 'auto-submitted' }));
    for (const line of received[0]?.raw.split('\r\n') ?? []) expect(line.length).toBeLessThan(998);
  });

  it('takes no header and no recipient from a subject', async () => {
    const { port, received } = await server();
    const subject = 'a\r\nBcc: mallory@example.com\r\n\r\nX-Injected: yes\n';
    await quick.send(mailChannel(port), { ...mail, subject }, { id: 'one' });
    expect(received[0]?.envelope.to).toEqual(['ops@example.com']);
    const keys = received[0]?.mail.headers.map(({ key }) => key);
    expect(keys).not.toContain('bcc');
    expect(keys).not.toContain('x-injected');
    expect(received[0]?.mail.text?.trim()).toBe('It failed.');
  });

  it('has the same name when it is sent again', async () => {
    const { port, received } = await server();
    for (const id of ['same', 'same', 'other']) await quick.send(mailChannel(port), mail, { id });
    expect(received.map((each) => each.mail.messageId)).toEqual([
      '<same@example.com>',
      '<same@example.com>',
      '<other@example.com>',
    ]);
  });

  it('logs in', async () => {
    const { port, received } = await server({ login, tls: selfSigned() });
    const tls = { trustServerCertificate: true };
    await quick.send(mailChannel(port, { ...login, security: 'starttls', tls }), mail, { id: 'one' });
    expect(received[0]).toMatchObject({ user: 'longshore', secure: true });
  });

  it('says once that a login is refused, and shows no password though the server does', async () => {
    const strict = await server({ login: { ...login, password: 'another' }, tls: selfSigned() });
    const channel = mailChannel(strict.port, { ...login, security: 'starttls', tls: { trustServerCertificate: true } });
    const error = await failureOf(quick.send(channel, mail, { id: 'one' }));
    expect(error).toMatchObject({ code: 'NOTIFICATION_FAILED', place: { path: 'notifications.channels.ops-mail' } });
    expect(error.message).toMatch(
      /^Channel ops-mail delivered nothing by the mail server 127\.0\.0\.1:\d+: .*no login/,
    );
    expect(error.message).not.toContain('tried');
    expect(JSON.stringify(error)).not.toContain(PASSWORD);
    expect(JSON.stringify(error)).not.toContain(Buffer.from(PASSWORD).toString('base64').slice(0, 12));
    expect(strict.connections).toBe(1);
  });
});

describe('encryption of mail', () => {
  it('by STARTTLS: trusts the authority of the file given, and no other', async () => {
    const own = selfSigned();
    const { port, received } = await server({ tls: own });
    const folder = folderWith({ 'own.pem': own.cert, 'other.pem': selfSigned().cert });
    const channel = (tls: Record<string, unknown>) =>
      mailChannel(port, { host: 'localhost', security: 'starttls', tls });
    const refusals = [
      await failureOf(quick.send(channel({}), mail, { id: 'one' })),
      await failureOf(quick.send(channel({ caFile: join(folder, 'other.pem') }), mail, { id: 'one' })),
      await failureOf(
        quick.send(channel({ caFile: join(folder, 'own.pem'), serverName: 'mail.example.com' }), mail, { id: 'one' }),
      ),
    ];
    for (const refusal of refusals) expect(refusal.message).toMatch(/certificate|altnames/i);
    for (const refusal of refusals) expect(refusal.message).not.toContain('tried');
    expect(received).toEqual([]);
    await quick.send(channel({ caFile: join(folder, 'own.pem') }), mail, { id: 'one' });
    expect(received.map(({ secure }) => secure)).toEqual([true]);
  });

  it('by TLS from the first byte', async () => {
    const { port, received } = await server({ tls: selfSigned(), secure: true });
    await quick.send(mailChannel(port, { security: 'tls', tls: { trustServerCertificate: true } }), mail, {
      id: 'one',
    });
    expect(received.map(({ secure }) => secure)).toEqual([true]);
  });

  it('sends nothing to a server that has none, unless none is asked for', async () => {
    const { port, received } = await server();
    const error = await failureOf(quick.send(mailChannel(port, { security: 'starttls' }), mail, { id: 'one' }));
    expect(error.message).toMatch(/STARTTLS/i);
    expect(received).toEqual([]);
    await quick.send(mailChannel(port, { security: 'none' }), mail, { id: 'one' });
    expect(received.map(({ secure }) => secure)).toEqual([false]);
  });

  it('names the file of authorities that cannot be read', async () => {
    const error = await failureOf(
      quick.send(mailChannel(1, { security: 'tls', tls: { caFile: '/nowhere/ca.pem' } }), mail, { id: 'one' }),
    );
    expect(error.message).toContain('/nowhere/ca.pem');
  });
});

describe('a mail server in trouble', () => {
  it('that is down is tried a few times, then named', async () => {
    const gone = await server();
    await gone.close();
    const started = Date.now();
    const error = await failureOf(quick.send(mailChannel(gone.port), mail, { id: 'one' }));
    expect(error).toMatchObject({ code: 'NOTIFICATION_FAILED' });
    expect(error.message).toMatch(/\(tried 3 times\): .*ECONNREFUSED/);
    expect(Date.now() - started).toBeLessThan(3000);
  });

  it('that comes back meanwhile gets the mail', async () => {
    const gone = await server();
    await gone.close();
    const sending = createNotifier({ firstWaitMs: 400 }).send(mailChannel(gone.port), mail, { id: 'one' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const back = await server({ port: gone.port });
    expect((await sending).attempts).toBeGreaterThan(1);
    expect(back.received).toHaveLength(1);
  });

  it('that says later gets it later, and one that says never is not asked again', async () => {
    const busy = await server({ refuseData: (attempt) => (attempt < 3 ? { code: 451, text: 'later' } : undefined) });
    expect(await quick.send(mailChannel(busy.port), mail, { id: 'one' })).toEqual({ refused: [], attempts: 3 });
    const never = await server({ refuseData: () => ({ code: 554, text: 'spam' }) });
    const error = await failureOf(quick.send(mailChannel(never.port), mail, { id: 'one' }));
    expect(error.message).toContain('spam');
    expect(never.connections).toBe(1);
  });

  it('that refuses one recipient still serves the others, and says whom it refused', async () => {
    const { port, received } = await server({
      refuse: (address) => (address.startsWith('gone') ? { code: 550, text: 'no such user' } : undefined),
    });
    const channel = mailChannel(port, { to: ['ops@example.com', 'gone@example.com'] });
    expect(await quick.send(channel, mail, { id: 'one' })).toEqual({ refused: ['gone@example.com'], attempts: 1 });
    expect(received.map(({ envelope }) => envelope.to)).toEqual([['ops@example.com']]);
  });

  it('that refuses all of them is not asked again', async () => {
    const refusing = await server({ refuse: () => ({ code: 550, text: 'no such user' }) });
    const error = await failureOf(quick.send(mailChannel(refusing.port), mail, { id: 'one' }));
    expect(error.message).toContain('no such user');
    expect(refusing.connections).toBe(1);
  });

  it('that takes too long is given up, and so is one that never says a word', async () => {
    const slow = await server({ delayMs: 5000 });
    const once = createNotifier({ attempts: 1 });
    const started = Date.now();
    const late = await failureOf(once.send(mailChannel(slow.port, { timeoutMs: 400 }), mail, { id: 'one' }));
    expect(late.message).toContain('within 0.4 s');
    const mute = await rawServer(() => undefined);
    const silent = await failureOf(once.send(mailChannel(mute, { timeoutMs: 400 }), mail, { id: 'one' }));
    expect(silent).toMatchObject({ code: 'NOTIFICATION_FAILED' });
    expect(Date.now() - started).toBeLessThan(3000);
  });

  it('is not waited for longer than all attempts may take together', async () => {
    const mute = await rawServer(() => undefined);
    const started = Date.now();
    const error = await failureOf(
      createNotifier({ attempts: 50, firstWaitMs: 10, totalMs: 700 }).send(
        mailChannel(mute, { timeoutMs: 300 }),
        mail,
        { id: 'one' },
      ),
    );
    expect(error).toMatchObject({ code: 'NOTIFICATION_FAILED' });
    expect(Date.now() - started).toBeLessThan(2500);
  });

  it.each([
    ['hangs up', (socket: Socket) => void socket.end()],
    ['talks nonsense', (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['resets the connection', (socket: Socket) => void socket.resetAndDestroy()],
  ])('that %s is an error that names the channel', async (_what, onSocket) => {
    const port = await rawServer(onSocket);
    const error = await failureOf(quick.send(mailChannel(port, { timeoutMs: 500 }), mail, { id: 'one' }));
    expect(error).toMatchObject({ code: 'NOTIFICATION_FAILED', message: expect.stringContaining('Channel ops-mail') });
  });

  it('is left at once when the work is called off', async () => {
    const slow = await server({ delayMs: 5000 });
    const stop = new AbortController();
    const sending = quick.send(mailChannel(slow.port, { timeoutMs: 4000 }), mail, { id: 'one', signal: stop.signal });
    const started = Date.now();
    setTimeout(() => stop.abort(new Error('called off')), 100);
    expect((await failureOf(sending)).message).toBe('called off');
    expect(Date.now() - started).toBeLessThan(1500);
  });
});

it('writes no file that a mail could be told to read', async () => {
  const { port, received } = await server();
  const folder = folderWith({ secret: 'x' });
  writeFileSync(join(folder, 'secret'), 'do not send');
  const hostile = { ...mail, text: `file://${join(folder, 'secret')}`, html: `<img src="file://${folder}/secret">` };
  await quick.send(mailChannel(port), hostile, { id: 'one' });
  expect(received[0]?.raw).not.toContain('do not send');
  expect(received[0]?.mail.attachments).toEqual([]);
});
