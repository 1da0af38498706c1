/** Delivers messages: one channel at a time, tried a few times when what is in the way may pass. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LongshoreError } from '../core/errors/longshore-error';
import type { Message } from '../core/notify/message';
import type { Attempt } from './attempt';
import type { ResolvedChannel } from '../schemas/notifications';
import { sendMail } from './mail';
import { postToSlack } from './slack';

export type { ResolvedChannel } from '../schemas/notifications';

export interface NotifierOptions {
  /** How often one message is tried at most. Default 3. */
  attempts?: number;
  /** Wait before the second attempt, in milliseconds; it doubles from one to the next. Default 1000. */
  firstWaitMs?: number;
  /** Time for all attempts together, waits included; a server that asks for more is not waited for. Default 45 000. */
  totalMs?: number;
}

export interface Sent {
  /** Recipients that the server would not take, though it took others. */
  refused: string[];
  attempts: number;
}

export interface Notifier {
  /**
   * Delivers `message`, which must be of the channel's kind. `id` names it: a mail sent again has the same Message-ID.
   * Throws NOTIFICATION_FAILED, which names the channel and never a secret of it, or the reason of `signal`.
   */
  send(
    channel: ResolvedChannel,
    message: Message,
    options: { id: string; signal?: AbortSignal | undefined },
  ): Promise<Sent>;
}

export function createNotifier({ attempts = 3, firstWaitMs = 1000, totalMs = 45_000 }: NotifierOptions = {}): Notifier {
  return {
    async send(channel, message, { id, signal = new AbortController().signal }) {
      const until = performance.now() + totalMs;
      for (let attempt = 1; ; attempt += 1) {
        signal.throwIfAborted();
        const timeoutMs = Math.max(1, Math.min(channel.timeoutMs, Math.ceil(until - performance.now())));
        const outcome = await deliver({ ...channel, timeoutMs }, message, { id, signal });
        if (outcome.ok) return { refused: outcome.refused, attempts: attempt };
        const waitMs = Math.max(outcome.waitMs ?? 0, firstWaitMs * 2 ** (attempt - 1));
        if (!outcome.passing || attempt >= attempts || performance.now() + waitMs >= until)
          throw failure(channel, outcome.reason, attempt);
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

async function deliver(
  channel: ResolvedChannel,
  message: Message,
  options: { id: string; signal: AbortSignal },
): Promise<Attempt> {
  if (channel.kind === 'email' && message.kind === 'email') return sendMail(channel, message, options);
  if (channel.kind === 'slack' && message.kind === 'slack') return postToSlack(channel, message.payload, options);
  throw new LongshoreError('INTERNAL', `A message for ${message.kind} met a channel of kind ${channel.kind}.`);
}

/** Where a channel leads, for people: never with a user, a password or the path of a webhook. */
export const whereOf = (channel: ResolvedChannel): string =>
  channel.kind === 'email' ? `${channel.host}:${channel.port}` : new URL(channel.webhook).host;

function failure(channel: ResolvedChannel, reason: string, attempts: number): LongshoreError {
  const { name, kind } = channel;
  const what = kind === 'email' ? 'the mail server' : 'the webhook at';
  const tries = attempts === 1 ? '' : ` (tried ${attempts} times)`;
  return new LongshoreError(
    'NOTIFICATION_FAILED',
    `Channel ${name} delivered nothing by ${what} ${whereOf(channel)}${tries}: ${reason}.`,
    { path: `notifications.channels.${name}` },
    { next: `Check \`notifications.channels.${name}\`; \`longshore notify test ${name}\` tries it.` },
  );
}
