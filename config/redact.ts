/** Takes secrets out of a configuration, so that it can be stored, exported and shown. */
import type { Config } from '../schemas/config';
import { hasLiteralPassword, isOnlyReferences } from './connection-url';
import { type ConfigPath, formatPath } from './path';

/** What stands in for a secret: where the worker that needs it looks it up. */
export interface StoredSecret {
  $secret: string;
}

/**
 * The document to store. References stay as they are; a secret that is written out (a password, an API key, a URL with
 * a password in it, a default inside a reference to one of these) becomes `{ $secret: path }`.
 */
export function redact(config: Config): unknown {
  return redactDocument(config);
}

/** The same for a document of which nothing is known; what is not a configuration at all passes through. */
export function redactDocument(document: unknown): unknown {
  return redactValue(document, []);
}

function redactValue(value: unknown, path: ConfigPath): unknown {
  if (typeof value === 'string' || typeof value === 'number') {
    return isLiteralSecret(path, String(value)) ? ({ $secret: formatPath(path) } satisfies StoredSecret) : value;
  }
  // Taken out before. A place that is spelt differently would be no place.
  if (isStoredSecret(value)) return { $secret: value.$secret };
  if (Array.isArray(value)) return value.map((item, index) => redactValue(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, redactValue(item, [...path, key])]));
}

/** Whether the setting at `path` is one that holds a secret, and `text` writes it out. */
export function isLiteralSecret(path: ConfigPath, text: string): boolean {
  const [section, name, field] = path;
  const isEnvironment = section === 'environments' && path.length === 3;
  if (isEnvironment && typeof field === 'string' && SECRETS.has(field)) return !isOnlyReferences(text);
  if (path.length === 2 && typeof section === 'string' && name === OWN_SECRETS.get(section))
    return !isOnlyReferences(text);
  if (isChannelSecret(path)) return !isOnlyReferences(text);
  if ((isEnvironment && field === 'url') || (section === 'catalog' && name === 'url' && path.length === 2))
    return hasLiteralPassword(text);
  return false;
}

/** Fields of an environment that are secrets as a whole. */
const SECRETS: ReadonlySet<string> = new Set([
  'password',
  'token',
  'clientSecret',
  'privateKey',
  'privateKeyPassphrase',
]);
/** Secrets of Longshore itself, by section. */
const OWN_SECRETS: ReadonlyMap<string, string> = new Map([
  ['temporal', 'apiKey'],
  ['masking', 'key'],
]);

/** `notifications.channels.NAME.password`, and the webhook, which lets whoever has it write. */
const isChannelSecret = ([section, group, , field, ...more]: ConfigPath): boolean =>
  section === 'notifications' &&
  group === 'channels' &&
  (field === 'password' || field === 'webhook') &&
  more.length === 0;

export function isStoredSecret(value: unknown): value is StoredSecret {
  return typeof value === 'object' && value !== null && '$secret' in value && typeof value.$secret === 'string';
}
