import { isStoredSecret } from '../../../config/redact';
import { hasReference } from '../../../config/references';
import type { ChannelEntry } from '../../../schemas/notifications';
import { loadedConfig } from '../../core/configuration';
import { createCommand } from '../../core/create-command';
import { formatTable } from '../../output/table';

export const notifyList = createCommand({
  path: ['notify', 'list'],
  summary: 'List the channels and routes of messages',
  details: 'Secrets are never shown: only whether there is one, and the reference where it is one.',
  args: {},
  options: {},
  examples: [
    ['notify list', 'who is told of what'],
    ['notify list --json', 'the same for a script'],
  ],
  async run(context) {
    const { config } = await loadedConfig(context);
    const { channels, routes, templates } = config.notifications;
    const listed = Object.entries(channels).map(([name, channel]) => ({ name, ...shown(channel) }));
    const worded = Object.keys(templates);
    context.result({ channels: listed, routes, templates: worded }, () => {
      if (listed.length === 0) return 'The configuration defines no channel: nobody is told of anything.';
      const options = { width: context.width, paintTitle: context.colours.dim };
      const channelTable = formatTable(
        [
          { title: 'CHANNEL' },
          { title: 'KIND' },
          { title: 'BY', flexible: true },
          { title: 'TO', flexible: true },
          { title: 'SECRET' },
        ],
        listed.map(({ name, kind, by, to, secret }) => [name, kind, by, to.join(', '), secret]),
        options,
      );
      const routeTable = formatTable(
        [
          { title: 'ON', flexible: true },
          { title: 'SETS', flexible: true },
          { title: 'FOLDERS', flexible: true },
          { title: 'TARGETS', flexible: true },
          { title: 'ONLY' },
          { title: 'TO', flexible: true },
        ],
        routes.map(({ on, sets, folders, targets, onlyWhenChanged, to }) => [
          on.join(', '),
          sets?.join(', ') ?? (folders ? '' : 'all'),
          folders?.join(', ') ?? (sets ? '' : 'all'),
          targets?.join(', ') ?? 'all',
          onlyWhenChanged ? 'changes' : '',
          to.join(', '),
        ]),
        options,
      );
      const blocks = [
        channelTable,
        routes.length === 0 ? 'No route leads to a channel: nobody is told of anything.' : routeTable,
      ];
      if (worded.length > 0) blocks.push(`Words of your own for: ${worded.join(', ')}.`);
      return blocks.join('\n\n');
    });
  },
});

function shown(channel: ChannelEntry): { kind: string; by: string; to: string[]; secret: string } {
  if (channel.kind === 'slack') return { kind: 'slack', by: 'webhook', to: [], secret: secretOf(channel.webhook) };
  const { kind, host, port, security, to, cc, password } = channel;
  const by = `${host}${port === undefined ? '' : `:${port}`} (${security})`;
  return { kind, by, to: [...to, ...cc], secret: password === undefined ? 'no login' : secretOf(password) };
}

/** A reference is shown when it is nothing else; what has any text around it, or a default, may be a secret. */
function secretOf(value: unknown): string {
  if (isStoredSecret(value)) return 'stored elsewhere';
  if (typeof value !== 'string') return 'set';
  return hasReference(value) && /^\$\{[^{}:]*(:[^{}:-][^{}:]*)?\}$/.test(value) ? value : 'set';
}
