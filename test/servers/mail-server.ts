import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  /** As the client gave them, not as the headers say. */
  envelope: { from: string; to: string[] };
  raw: string;
  mail: Email;
  secure: boolean;
  user: string | undefined;
}

export interface MailServer {
  port: number;
  received: ReceivedMail[];
  /** Connections so far. */
  readonly connections: number;
  close(): Promise<void>;
}

export interface MailServerOptions {
  /** Login that is needed. */
  login?: { user: string; password: string };
  /** Key and certificate for STARTTLS, or for TLS from the first byte with `secure`. */
  tls?: { key: string; cert: string };
  secure?: boolean;
  port?: number;
  /** Called for each recipient; an answer refuses it, with its code. */
  refuse?: (address: string) => { code: number; text: string } | undefined;
  /** Called when the mail is complete; an answer refuses it. */
  refuseData?: (attempt: number) => { code: number; text: string } | undefined;
  /** Milliseconds before a complete mail is answered. */
  delayMs?: number;
}

/** A real SMTP server that keeps what it gets. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const { login, tls, secure = false, refuse, refuseData, delayMs = 0 } = options;
  const received: ReceivedMail[] = [];
  let connections = 0;
  let mails = 0;
  const replied = ({ code, text }: { code: number; text: string }) =>
    Object.assign(new Error(text), { responseCode: code });
  const server = new SMTPServer({
    secure,
    ...tls,
    authOptional: login === undefined,
    disabledCommands: [...(login ? [] : ['AUTH']), ...(tls && !secure ? [] : ['STARTTLS'])],
    closeTimeout: 100,
    onConnect(_session, done) {
      connections += 1;
      done();
    },
    onAuth(auth, _session, done) {
      if (auth.username === login?.user && auth.password === login?.password) done(null, { user: auth.username });
      else done(new Error(`no login for ${auth.username} with ${auth.password}`));
    },
    onRcptTo({ address }, _session, done) {
      const refusal = refuse?.(address);
      done(refusal ? replied(refusal) : undefined);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails += 1;
        const refusal = refuseData?.(mails);
        if (refusal) {
          done(replied(refusal));
          return;
        }
        const raw = Buffer.concat(chunks);
        void PostalMime.parse(raw).then((mail) => {
          const { mailFrom, rcptTo } = session.envelope;
          received.push({
            envelope: { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) },
            raw: raw.toString('utf8'),
            mail,
            secure: session.secure,
            user: typeof session.user === 'string' ? session.user : undefined,
          });
          setTimeout(() => done(), delayMs).unref();
        });
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    get connections() {
      return connections;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
