/** Slack by an incoming webhook. */
import type { SlackPayload } from '../core/notify/slack';
import { type Attempt, field, spoken } from './attempt';
import type { ResolvedSlackChannel } from '../schemas/notifications';

/** Of an answer that is read to say why; more is not. */
const ANSWER_BYTES = 2000;

/** Posts one message. Rejects only with the reason of `signal`; whatever the server does is the answer. */
export async function postToSlack(
  { webhook, timeoutMs }: ResolvedSlackChannel,
  payload: SlackPayload,
  { signal }: { signal: AbortSignal },
): Promise<Attempt> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const { pathname, search } = new URL(webhook);
  const secrets = [webhook, `${pathname}${search}`, pathname, ...pathname.split('/').filter((part) => part.length > 7)];
  try {
    const response = await fetch(webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(payload),
      // Whoever moved it must be asked where it is now; a message is not carried after.
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    });
    const answer = spoken(await beginning(response), secrets);
    if (response.ok) return { ok: true, refused: [] };
    const { status } = response;
    const waitMs = retryAfter(response.headers.get('retry-after'));
    return {
      ok: false,
      passing: status === 429 || status === 408 || status >= 500,
      reason: `it answered ${status}${answer === '' ? '' : `: ${answer}`}`,
      ...(waitMs !== undefined && { waitMs }),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return { ok: false, passing: true, reason: `it did not answer within ${timeoutMs / 1000} s` };
    return failed(error, secrets);
  }
}

/** What was in the way before there was an answer. */
function failed(error: unknown, secrets: readonly string[]): Attempt {
  // `fetch failed` says nothing; what failed is the cause. By shape: errors of sockets may come from another realm.
  const cause = field(error, 'cause') ?? error;
  const code = String(field(cause, 'code') ?? '');
  const reason = String(field(cause, 'message') || code || cause);
  return { ok: false, passing: !/CERT|SELF_SIGNED|ERR_TLS/.test(code), reason: spoken(reason, secrets) };
}

/** Seconds, or a date, as HTTP has it. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : undefined;
}

async function beginning(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    // Leaving the loop ends the connection.
    if (size >= ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8');
}
