/** Connection URLs and ADO connection strings taken apart into one vocabulary. */
import { LongshoreError } from '../../core/errors/longshore-error';

export interface ConnectionParts {
  host?: string;
  port?: string;
  instance?: string;
  database?: string;
  user?: string;
  password?: string;
  /** Everything else, by the lower-case key without blanks. */
  options: Map<string, string>;
}

/** Names of one thing, by what people and drivers call it. */
const SYNONYMS: Record<string, string> = {
  server: 'server',
  datasource: 'server',
  address: 'server',
  addr: 'server',
  networkaddress: 'server',
  database: 'database',
  initialcatalog: 'database',
  databasename: 'database',
  userid: 'user',
  uid: 'user',
  user: 'user',
  username: 'user',
  password: 'password',
  pwd: 'password',
  port: 'port',
  instance: 'instance',
  instancename: 'instance',
  trustservercertificate: 'trustservercertificate',
  trustcert: 'trustservercertificate',
  hostnameincertificate: 'servername',
  servername: 'servername',
  connecttimeout: 'connecttimeout',
  connectiontimeout: 'connecttimeout',
  timeout: 'connecttimeout',
  logintimeout: 'connecttimeout',
};

const canonical = (key: string): string => {
  const bare = key.toLowerCase().replace(/[\s_-]/g, '');
  return SYNONYMS[bare] ?? bare;
};

/** Throws CONFIG_INVALID, never with the text in the message: it may hold a password. */
export function parseConnectionString(text: string): ConnectionParts {
  const url = /^(?:mssql|sqlserver):\/\/(.*)$/is.exec(text.trim());
  const parts = url ? parseUrl(url[1] ?? '') : parseAdo(text);
  if (parts.host === undefined) throw unreadable();
  return parts;
}

const unreadable = (cause?: unknown): LongshoreError =>
  new LongshoreError(
    'CONFIG_INVALID',
    'The `url` of a SQL Server environment cannot be read: it must look like mssql://user:password@host:1433/database?encrypt=true, with special characters percent-encoded, or like Server=host,1433;Database=database;User Id=user;Password=password.',
    {},
    { cause: cause instanceof Error ? cause.name : undefined },
  );

function parseUrl(rest: string): ConnectionParts {
  const match = /^([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(rest);
  if (!match) throw unreadable();
  const [, authority = '', path = '', query = ''] = match;
  const at = authority.lastIndexOf('@');
  const [user, password] = at < 0 ? [] : split(authority.slice(0, at), ':');
  try {
    const parts: ConnectionParts = {
      ...serverOf(decodeURIComponent(authority.slice(at + 1)), ':'),
      ...(user && { user: decodeURIComponent(user) }),
      ...(password !== undefined && { password: decodeURIComponent(password) }),
      ...(path && { database: decodeURIComponent(path) }),
      options: new Map(),
    };
    for (const [key, value] of new URLSearchParams(query)) assign(parts, canonical(key), value, ':');
    return parts;
  } catch (error) {
    throw error instanceof LongshoreError ? error : unreadable(error);
  }
}

function split(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

/** `Key = value; Key = 'value with ; and '' '`. A key may stand more than once; the last counts. */
function parseAdo(text: string): ConnectionParts {
  const parts: ConnectionParts = { options: new Map() };
  const entry = /\s*(?:;\s*)*([^=;]+?)\s*=\s*(?:'((?:[^']|'')*)'|"((?:[^"]|"")*)"|([^;]*?))\s*(?:;|$)/y;
  let end = 0;
  for (let found = entry.exec(text); found; found = entry.exec(text)) {
    const [, key = '', single, double, bare = ''] = found;
    assign(parts, canonical(key), single?.replaceAll("''", "'") ?? double?.replaceAll('""', '"') ?? bare, ',');
    end = entry.lastIndex;
  }
  if (/[^\s;]/.test(text.slice(end))) throw unreadable();
  return parts;
}

function assign(parts: ConnectionParts, key: string, value: string, portMark: string): void {
  switch (key) {
    case 'server':
      Object.assign(parts, serverOf(value, portMark));
      return;
    case 'database':
    case 'user':
    case 'password':
    case 'port':
    case 'instance':
      parts[key] = value;
      return;
    default:
      parts.options.set(key, value);
  }
}

/** `host`, `host:1433`, `tcp:host,1433`, `host\instance`, `[::1]:1433`, `(local)`, `.`. */
function serverOf(text: string, portMark: string): Pick<ConnectionParts, 'host' | 'port' | 'instance'> {
  const bare = text.trim().replace(/^(tcp|np|lpc|admin):/i, '');
  const match =
    portMark === ':'
      ? /^(\[[^\]]*\]|[^:\\]*)(?:\\([^:]*))?(?::(\d+))?$/.exec(bare)
      : /^(\[[^\]]*\]|[^,\\]*)(?:\\([^,]*))?(?:\s*,\s*(\d+))?$/.exec(bare);
  if (!match) throw unreadable();
  const [, host = '', instance, port] = match;
  const name = host.replace(/^\[|\]$/g, '').trim();
  return {
    host: name === '' || name === '.' || name.toLowerCase() === '(local)' ? 'localhost' : name,
    ...(instance && { instance }),
    ...(port && { port }),
  };
}
