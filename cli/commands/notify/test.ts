import { resolveChannel } from '../../../config/notifications';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { linksFor } from '../../../core/notify/links';
import { messageFor } from '../../../core/notify/message';
import { sampleOccurrence } from '../../../core/notify/sample';
import { tell } from '../../../core/notify/story';
import { createNotifier, whereOf } from '../../../notify';
import { NOTIFY_EVENTS, type NotifyEvent } from '../../../schemas/constants';
import { mailAddress, type ResolvedChannel } from '../../../schemas/notifications';
import { loadedConfig } from '../../core/configuration';
import { createCommand } from '../../core/create-command';
import { choice, list, required } from '../../core/options';
import { plural } from '../../output/format';
import { oneLine } from '../../output/text';

export const notifyTest = createCommand({
  path: ['notify', 'test'],
  summary: 'Send a test message by a channel, from this machine',
  details:
    'Sends what people would get of a run that ended so, with the words of `notifications.templates`, and says that it is a test. Secrets are looked up on this machine, as a worker on it would.',
  args: { channel: required('CHANNEL', 'name of the channel under `notifications.channels`') },
  options: {
    to: list('ADDRESS', 'send the mail there, and not to the recipients of the channel; may be given several times'),
    event: choice(NOTIFY_EVENTS, 'what is told of (default: failed)'),
  },
  examples: [
    ['notify test ops-mail --to me@example.com', 'see what a failure looks like'],
    ['notify test team-slack --event slow', 'try the words for a slow run'],
  ],
  async run(context, { args, options }) {
    const { config, baseDir } = await loadedConfig(context);
    const found = resolveChannel(config, args.channel, context.io.env, { own: config, baseDir });
    const channel = redirected(found, options.to);
    const event: NotifyEvent = options.event ?? 'failed';
    const now = new Date();
    const by = context.user();
    const sample = sampleOccurrence(event, now, { by, links: [] });
    const links = linksFor(config.notifications, {
      run: sample.run.runId,
      set: sample.run.name,
      from: sample.from,
      to: sample.run.target,
    });
    const message = messageFor(channel, tell({ ...sample, links }), config.notifications.templates[event]);
    const { attempts, refused } = await createNotifier().send(channel, message, {
      id: `test.${now.getTime()}.${process.pid}`,
    });
    const to = channel.kind === 'email' ? [...channel.to, ...channel.cc] : [];
    if (refused.length > 0)
      throw new LongshoreError(
        'NOTIFICATION_FAILED',
        `The mail server took the message, but refused ${refused.join(', ')}.`,
        { path: `notifications.channels.${args.channel}` },
      );
    context.result({ channel: args.channel, kind: channel.kind, event, to, attempts, delivered: true }, () => {
      const whom = to.length === 0 ? '' : ` for ${oneLine(to.join(', '))}`;
      return `${context.colours.green('✓')} ${whereOf(channel)} took the message${whom}${attempts > 1 ? ` (${plural(attempts, 'attempt')})` : ''}.`;
    });
  },
});

function redirected(channel: ResolvedChannel, to: readonly string[]): ResolvedChannel {
  if (to.length === 0) return channel;
  if (channel.kind !== 'email')
    throw new LongshoreError(
      'USAGE',
      `Channel ${channel.name} is of kind ${channel.kind}: a webhook leads to one place, so --to means nothing.`,
    );
  const wrong = to.find((address) => !mailAddress.safeParse(address).success);
  if (wrong !== undefined)
    throw new LongshoreError('USAGE', `${wrong} is not a mail address: it must be name@host, or Name <name@host>.`);
  return { ...channel, to: [...to], cc: [] };
}
