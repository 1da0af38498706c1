/** References inside text: `${NAME}`, `${env:NAME}`, `${env:NAME:-default}`, `${file:/run/secrets/x}`; `$${` stands for `${`. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConfigPath } from './path';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Reference {
  source: 'env' | 'file';
  /** Name of the variable, or path of the file. */
  name: string;
  fallback?: string;
}

export type Piece = string | Reference;

/** Text cut into what stands for itself and what refers to something; or why it cannot be. */
export function parseReferences(text: string): { pieces: Piece[] } | { problem: string } {
  const pieces: Piece[] = [];
  let literal = '';
  let rest = text;
  for (;;) {
    const start = rest.indexOf('${');
    if (start < 0) break;
    if (rest[start - 1] === '$') {
      literal += `${rest.slice(0, start - 1)}\${`;
      rest = rest.slice(start + 2);
      continue;
    }
    const end = rest.indexOf('}', start);
    if (end < 0)
      return {
        problem: 'has a reference that does not end: `${` without `}` (write `$${` for the characters themselves)',
      };
    const reference = parseReference(rest.slice(start + 2, end));
    if (!reference)
      return {
        problem:
          'has a reference that is none of `${NAME}`, `${env:NAME}`, `${env:NAME:-default}` and `${file:/path}` (write `$${` for the characters themselves)',
      };
    literal += rest.slice(0, start);
    if (literal !== '') pieces.push(literal);
    literal = '';
    pieces.push(reference);
    rest = rest.slice(end + 1);
  }
  if (literal + rest !== '') pieces.push(literal + rest);
  return { pieces };
}

function parseReference(body: string): Reference | undefined {
  const file = /^file:(\S(?:.*\S)?)$/.exec(body)?.[1];
  if (file !== undefined) return { source: 'file', name: file };
  const match = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(body);
  const [, name, fallback] = match ?? [];
  if (name === undefined) return undefined;
  return { source: 'env', name, ...(fallback !== undefined && { fallback }) };
}

export const hasReference = (text: string): boolean => text.includes('${');

/** Where references are looked up. */
export interface Lookup {
  env: Environment;
  /** Folder that relative files are relative to. */
  baseDir: string;
}

/** The text with every reference filled in, or the references that lead nowhere. Values are never part of the latter. */
export function fillReferences(pieces: readonly Piece[], lookup: Lookup): { value: string } | { missing: Reference[] } {
  const missing: Reference[] = [];
  const texts = pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    const value = lookUp(piece, lookup);
    if (value === undefined) missing.push(piece);
    return value ?? '';
  });
  return missing.length > 0 ? { missing } : { value: texts.join('') };
}

function lookUp(reference: Reference, { env, baseDir }: Lookup): string | undefined {
  if (reference.source === 'env') {
    const value = Object.hasOwn(env, reference.name) ? env[reference.name] : undefined;
    // As in a shell, `:-` also stands in for a variable that is set but empty.
    return reference.fallback !== undefined && !value ? reference.fallback : value;
  }
  try {
    return readFileSync(resolve(baseDir, reference.name), 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}

/** `environment variable PROD_PASSWORD, which is not set` — for messages. */
export function describeMissing({ source, name }: Reference): string {
  return source === 'env' ? `environment variable ${name}, which is not set` : `file ${name}, which cannot be read`;
}

const CONNECTION_SETTINGS = new Set([
  'url',
  'host',
  'port',
  'instance',
  'database',
  'user',
  'password',
  'authentication',
  'domain',
  'token',
  'tenantId',
  'clientId',
  'clientSecret',
  'ssl',
  'encrypt',
  'trustServerCertificate',
  'serverName',
  'readOnlyIntent',
  'multiSubnetFailover',
  'packetSize',
  'connectTimeoutMs',
  'path',
]);

/** The same for `notifications.channels.NAME`. */
const CHANNEL_SETTINGS = new Set(['host', 'port', 'user', 'password', 'webhook']);

/**
 * Connection settings, and the masking key, keep their references until the moment of use: they differ from machine to
 * machine and may be secrets. References anywhere else are filled in when the file is read.
 */
export function isLate(path: ConfigPath): boolean {
  const [section, group, field, setting] = path;
  if (section === 'notifications')
    return group === 'channels' && path.length === 4 && CHANNEL_SETTINGS.has(String(setting));
  if (section === 'temporal' || section === 'catalog' || section === 'masking') return path.length > 1;
  return section === 'environments' && typeof field === 'string' && CONNECTION_SETTINGS.has(field);
}
