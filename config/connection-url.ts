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

/** Stands for a reference without a default while a URL is taken apart. */
const REFERENCE = '\uFDDF';

/** Whether the value is made of references alone, so that storing it stores no secret. A default counts as written out. */
export function isOnlyReferences(text: string): boolean {
  return text === '' || new RegExp(`^${REFERENCE}+$`).test(withoutReferences(text));
}

/** Whether a connection URL has, or may have, a password written out in it. What cannot be taken apart may. */
export function hasLiteralPassword(url: string): boolean {
  const text = withoutReferences(url);
  if (text === '' || new RegExp(`^${REFERENCE}+$`).test(text)) return false;
  const rest = new RegExp(`^(?:[a-z][a-z0-9+.-]*|${REFERENCE})://(.*)$`, 'is').exec(text)?.[1];
  if (rest === undefined) return true;
  const at = rest.lastIndexOf('@');
  const user = rest.slice(0, Math.max(at, 0));
  const colon = user.indexOf(':');
  const passwords = [
    colon < 0 ? '' : user.slice(colon + 1),
    ...[...rest.matchAll(/[?&][^=&]*(?:pass|pwd|secret|token)[^=&]*=([^&]*)/gi)].map((match) => match[1] ?? ''),
  ];
  return passwords.some((password) => !new RegExp(`^${REFERENCE}*$`).test(password));
}

function withoutReferences(text: string): string {
  const parsed = parseReferences(text);
  if ('problem' in parsed) return text;
  return parsed.pieces.map((piece) => (typeof piece === 'string' ? piece : (piece.fallback ?? REFERENCE))).join('');
}
