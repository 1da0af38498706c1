/** Mail by SMTP. */
import { readFile } from 'node:fs/promises';
import type { Message } from '../core/notify/message';
import { type Attempt, field, spoken } from './attempt';
import type { ResolvedMailChannel } from '../schemas/notifications';

export type Mail = Extract<Message, { kind: 'email' }>;

/**
 * Hands one mail to the server. `id` makes the Message-ID: the same mail sent twice is known as one to those who read
 * it. Rejects only with the reason of `signal`; whatever the server does is the answer.
 */
export async function sendMail(
  channel: ResolvedMailChannel,
  mail: Mail,
  { id, signal }: { id: string; signal: AbortSignal },
): Promise<Attempt> {
  const { host, port, security, user, password, from, to, cc, replyTo, timeoutMs, tls } = channel;
  const secrets = [password];
  let ca: string | undefined;
  try {
    ca = tls.caFile === undefined ? undefined : await readFile(tls.caFile, 'utf8');
  } catch {
    return { ok: false, passing: false, reason: `the file ${tls.caFile} of \`tls.caFile\` cannot be read` };
  }
  // Loaded when it is needed: most commands of the command line send nothing.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user !== undefined && password !== undefined && { auth: { user, pass: password } }),
    tls: {
      rejectUnauthorized: !tls.trustServerCertificate,
      ...(ca !== undefined && { ca }),
      ...(tls.serverName !== undefined && { servername: tls.serverName }),
    },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: 0,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const timeout = AbortSignal.timeout(timeoutMs);
  const sender = addressOf(from);
  try {
    const sent = await transport.sendMail({
      from: sender,
      to: to.map(addressOf),
      cc: cc.map(addressOf),
      ...(replyTo !== undefined && { replyTo: addressOf(replyTo) }),
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      attachments: (mail.attachments ?? []).map(({ name, contentType, content }) => ({
        filename: name,
        contentType,
        content: typeof content === 'string' ? content : Buffer.from(content),
      })),
      messageId: `<${id}@${sender.address.slice(sender.address.lastIndexOf('@') + 1)}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal: AbortSignal.any([signal, timeout]),
    });
    return { ok: true, refused: sent.rejected };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted)
      return { ok: false, passing: true, reason: `it did not take the mail within ${timeoutMs / 1000} s` };
    return {
      ok: false,
      passing: isPassing(error),
      reason: spoken(String(field(error, 'message') ?? error).replace(/\.$/, ''), secrets),
    };
  } finally {
    transport.close();
  }
}

/** `Ops <ops@example.com>` taken apart here, so that nobody downstream finds a second address in it. */
function addressOf(text: string): { name: string; address: string } {
  const match = /^([^<>]*)<([^<>]+)>$/.exec(text);
  return match
    ? { name: (match[1] ?? '').trim().replace(/^"(.*)"$/, '$1'), address: match[2] ?? '' }
    : { name: '', address: text };
}

/** Errors of the network pass, and so do replies of the 400s; a refusal, a wrong password or certificate stays. */
function isPassing(error: unknown): boolean {
  const reply = field(error, 'responseCode');
  if (typeof reply === 'number') return reply >= 400 && reply < 500;
  const code = String(field(error, 'originalCode') ?? field(error, 'code') ?? '');
  return /^(ECONN|ETIMEDOUT|ESOCKET$|EPIPE|EHOST|ENET|EAI_AGAIN|ENOTFOUND|EDNS)/.test(code);
}
