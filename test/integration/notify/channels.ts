import type { Message } from '../../../core/notify/message';
import { channelSchema, type ResolvedChannel } from '../../../schemas/notifications';

type Settings = Record<string, unknown>;

/** A channel as the worker has it when its secrets are filled in. */
export function mailChannel(port: number, settings: Settings = {}): ResolvedChannel {
  return ready('ops-mail', {
    kind: 'email',
    host: '127.0.0.1',
    port,
    security: 'none',
    from: 'Longshore <longshore@example.com>',
    to: ['ops@example.com'],
    ...settings,
  });
}

export const slackChannel = (webhook: string, settings: Settings = {}): ResolvedChannel =>
  ready('team-slack', { kind: 'slack', webhook, ...settings });

function ready(name: string, { timeoutMs = 3000, ...settings }: Settings): ResolvedChannel {
  const { timeout: _timeout, ...channel } = channelSchema.parse(settings);
  return { port: 25, ...channel, name, timeoutMs: Number(timeoutMs) } as ResolvedChannel;
}

export const mail: Extract<Message, { kind: 'email' }> = {
  kind: 'email',
  subject: 'sales FAILED',
  text: 'It failed.\n',
  html: '<p>It failed.</p>',
};
export const post: Message = {
  kind: 'slack',
  payload: { text: 'sales FAILED', blocks: [{ type: 'divider' }] },
};
