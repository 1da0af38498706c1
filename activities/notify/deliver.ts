import type { NotificationRecord } from '../../catalog/catalog';
import { type ErrorReport, LongshoreError, toLongshoreError } from '../../core/errors/longshore-error';
import { type Attachment, messageFor } from '../../core/notify/message';
import type { Story } from '../../core/notify/story';
import type { NotificationsConfig, ResolvedMailChannel } from '../../schemas/notifications';
import type { NotifyDependencies } from './dependencies';

export interface Delivery {
  configVersion: number;
  channel: string;
  story: Story;
  templates: NotificationsConfig['templates'];
  /** The same for the same message, whoever sends it and however often. */
  id: string;
  signal: AbortSignal;
  /** Files that come with a mail by this channel. */
  attachments?: (channel: ResolvedMailChannel) => Promise<readonly Attachment[]>;
}

export type Delivered = Pick<NotificationRecord, 'channel' | 'delivered' | 'error'>;

/** Sends a story by one channel. What went wrong is part of the answer; only a cancellation is thrown. */
export async function deliver(
  deps: Pick<NotifyDependencies, 'channel' | 'notifier'>,
  { configVersion, channel, story, templates, id, signal, attachments }: Delivery,
): Promise<Delivered> {
  try {
    const resolved = await deps.channel({ configVersion, channel });
    let message = messageFor(resolved, story, templates[story.event]);
    if (message.kind === 'email' && resolved.kind === 'email' && attachments)
      message = { ...message, attachments: await attachments(resolved) };
    const { refused } = await deps.notifier.send(resolved, message, { id, signal });
    return { channel, delivered: true, ...(refused.length > 0 && { error: refusal(channel, refused) }) };
  } catch (error) {
    signal.throwIfAborted();
    return { channel, delivered: false, error: toLongshoreError(error).toJSON() };
  }
}

const refusal = (channel: string, refused: readonly string[]): ErrorReport =>
  new LongshoreError(
    'NOTIFICATION_FAILED',
    `Channel ${channel} delivered to the others, but the mail server refused ${refused.join(', ')}.`,
    { path: `notifications.channels.${channel}` },
  ).toJSON();
