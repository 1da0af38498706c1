/** Connection URLs: whether they are ones, and whether a secret stands in them. */
import { parseReferences } from './references';

export function isPostgresUrl(url: string): boolean {
  if (!/^postgres(ql)?:\/\//.test(url)) return false;
  // A socket's folder is a host that URL knows nothing of: postgres://user@%2Fvar%2Frun/db, postgres:///db?host=/run.
  return URL.canParse(
    url
      .replace(/^postgres(ql)?:\/\//, 'http://')
      .replace(/^http:\/\/([^/@]*@)?(?=[/?]|$)/, 'http://$1localhost')
      .replace(/%2F/gi, '_'),
  );
}

/** `mssql://…`, `sqlserver://…`, or an ADO connection string that names a server. */
export function isMssqlUrl(text: string): boolean {
  const authority = /^(?:mssql|sqlserver):\/\/([^/?#]*)(?:[/?][^#]*)?$/is.exec(text.trim())?.[1];
  if (authority === undefined) return adoEntries(text)?.some(({ key }) => SERVER_KEYS.has(key)) ?? false;
  const server = authority.slice(authority.lastIndexOf('@') + 1);
  return server !== '' && !/%(?![0-9a-f]{2})/i.test(text) && /^(\[[^\]]*\]|[^:]*)(:\d{1,5})?$/.test(server);
}

const SERVER_KEYS: ReadonlySet<string> = new Set([
  'server',
  'datasource',
  'address',
  'addr',
  'networkaddress',
  'servername',
]);

interface AdoEntry {
  /** Lower case, without blanks. */
  key: string;
  value: string;
}

/** Parts of `Key=value;Key='a;b'`; undefined when it is not one to its end. */
function adoEntries(text: string): AdoEntry[] | undefined {
  const entry = /\s*(?:;\s*)*([^=;]+?)\s*=\s*(?:'((?:[^']|'')*)'|"((?:[^"]|"")*)"|([^;'"][^;]*|))\s*(?:;|$)/y;
  const entries: AdoEntry[] = [];
  let end = 0;
  for (let found = entry.exec(text); found; found = entry.exec(text)) {
    const [, key = '', single, double, bare = ''] = found;
    entries.push({ key: key.toLowerCase().replace(/[\s_-]/g, ''), value: single ?? double ?? bare.trim() });
    end = entry.lastIndex;
  }
  return /[^\s;]/.test(text.slice(end)) ? undefined : entries;
}

/** What a connection URL or string of SQL Server, references and all, says of who logs in. */
export function loginInMssqlUrl(text: string): { user: boolean; password: boolean } {
  const ado = adoEntries(text);
  const authority = /^[a-z]+:\/\/([^/?#]*)@/is.exec(text)?.[1];
  const has = (pattern: RegExp): boolean => ado?.some(({ key }) => pattern.test(key)) ?? false;
  return {
    user: authority === undefined ? has(/^(userid|uid|user|username)$/) : authority !== '',
    password: authority === undefined ? has(/^(password|pwd)$/) : authority.includes(':'),
  };
}

/** Stands for a reference without a default while a URL is taken apart. */
const REFERENCE = '\uFDDF';

/** Whether the value is made of references alone, so that storing it stores no secret. A default counts as written out. */
export function isOnlyReferences(text: string): boolean {
  return text === '' || new RegExp(`^${REFERENCE}+$`).test(withoutReferences(text));
}

/**
 * Whether a connection URL or an ADO connection string has, or may have, a password written out in it. What cannot be
 * taken apart may.
 */
export function hasLiteralPassword(url: string): boolean {
  const text = withoutReferences(url);
  if (text === '' || new RegExp(`^${REFERENCE}+$`).test(text)) return false;
  const ado = adoEntries(text);
  if (ado?.some(({ key }) => SERVER_KEYS.has(key)))
    return ado.some(
      ({ key, value }) =>
        // `Server=h password=…` is one entry to the rules of ADO, and not to whoever wrote it.
        value.includes('=') || (/pass|pwd|secret|token/.test(key) && !new RegExp(`^${REFERENCE}*$`).test(value)),
    );
  const rest = new RegExp(`^(?:[a-z][a-z0-9+.-]*|${REFERENCE})://(.*)$`, 'is').exec(text)?.[1];
  if (rest === undefined) return true;
  const at = rest.lastIndexOf('@');
  const user = rest.slice(0, Math.max(at, 0));
  const colon = user.indexOf(':');
  const passwords = [
    colon < 0 ? '' : user.slice(colon + 1),
    ...[...rest.matchAll(/[?&;][^=&;]*(?:pass|pwd|secret|token)[^=&;]*=([^&]*)/gi)].map((match) => match[1] ?? ''),
  ];
  return passwords.some((password) => !new RegExp(`^${REFERENCE}*$`).test(password));
}

function withoutReferences(text: string): string {
  const parsed = parseReferences(text);
  if ('problem' in parsed) return text;
  return parsed.pieces.map((piece) => (typeof piece === 'string' ? piece : (piece.fallback ?? REFERENCE))).join('');
}
