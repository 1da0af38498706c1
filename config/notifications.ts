/** Channels of `notifications` with their secrets filled in, at the moment of use. */
import { resolve } from 'node:path';
import { LongshoreError } from '../core/errors/longshore-error';
import { didYouMean } from '../core/plan/suggest';
import { parseDuration } from '../core/units';
import type { Config } from '../schemas/config';
import { channelSchema, type MailChannel, type ResolvedChannel } from '../schemas/notifications';
import { formatPath } from './path';
import type { Environment } from './references';
import { resolvedError, type ResolveOptions, Resolver } from './secrets';
import { describeIssues } from './validate';

const PORTS: Readonly<Record<MailChannel['security'], number>> = { starttls: 587, tls: 465, none: 25 };
const TIMEOUT_MS = 20_000;

/**
 * Throws CONFIG_UNKNOWN_NAME, SECRET_MISSING (all that is missing, by name and path) or CONFIG_INVALID when what the
 * references stand for does not fit. No message holds a value.
 */
export function resolveChannel(
  config: Config,
  name: string,
  env: Environment = process.env,
  options: ResolveOptions = {},
): ResolvedChannel {
  const { channels } = config.notifications;
  const path = ['notifications', 'channels', name];
  const entry = Object.hasOwn(channels, name) ? channels[name] : undefined;
  if (!entry) {
    const known = Object.keys(channels);
    const hint =
      didYouMean(name, known) || (known.length > 0 ? ` Defined are ${known.join(', ')}.` : ' None is defined.');
    throw new LongshoreError('CONFIG_UNKNOWN_NAME', `There is no channel \`${name}\`.${hint}`, {
      path: formatPath(path),
    });
  }
  const result = channelSchema.safeParse(new Resolver(config, env, options).resolve(entry, path));
  // Without a document to show from: what a reference stood for must not appear in a message.
  if (!result.success)
    throw resolvedError(describeIssues(result.error.issues, undefined, path).map((finding) => finding.path));
  const { timeout, ...channel } = result.data;
  const ready = { name, timeoutMs: parseDuration(timeout) ?? TIMEOUT_MS };
  if (channel.kind === 'slack') {
    if (!URL.canParse(channel.webhook)) throw resolvedError([[...path, 'webhook']]);
    return { ...channel, ...ready };
  }
  const { tls, security, port = PORTS[security] } = channel;
  const caFile = tls.caFile === undefined ? undefined : resolve(options.baseDir ?? '.', tls.caFile);
  return { ...channel, ...ready, port, tls: { ...tls, ...(caFile !== undefined && { caFile }) } };
}
