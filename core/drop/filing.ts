/** Names under which files are put away. Folders differ in what they allow; 255 bytes of UTF-8 is the common limit. */
import type { FiledFolder } from './tree';

/** Bytes of UTF-8 that a file name may have. */
export const MAX_NAME_BYTES = 255;

const COMPANION = '.error.json';
const QUARANTINE = '.rejected.csv';
/** A name that is put away keeps room for the longest of the names that are made of it. */
const MAX_FILED_BYTES = MAX_NAME_BYTES - QUARANTINE.length;
/** A longer ending is no extension. */
const MAX_EXTENSION_BYTES = 20;

/** `20261126_221500_`: when, in UTC, to the second. */
export function timestampPrefix(at: Date): string {
  const [date, time] = at.toISOString().slice(0, 19).replace(/[-:]/g, '').split('T');
  return `${date}_${time}_`;
}

/** The moment that `timestampPrefix` put before a name; undefined where there is none. */
export function prefixedMoment(name: string): Date | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)_/.exec(name) ?? [];
  if (year === undefined) return undefined;
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

export interface Filing {
  /** Name it was dropped under. */
  name: string;
  into: FiledFolder;
  /** When its processing ended. The same file must come with the same time however often it is asked. */
  at: Date;
}

/**
 * Name of a file that is put away: in `processed` with the time before it, in `error` as it was, so that it can be
 * dropped again. `attempt` counts from 1: names that are taken are passed over, never overwritten.
 */
export function filedName({ name, into, at }: Filing, attempt = 1): string {
  return fitName(
    into === 'processed' ? timestampPrefix(at) : '',
    name,
    attempt === 1 ? '' : ` (${attempt})`,
    MAX_FILED_BYTES,
  );
}

/** Path, relative to the root, of a file that is put away. `path` is where it was dropped. */
export function filedPath(path: string, filing: Omit<Filing, 'name'>, attempt = 1): string {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  return `${path.slice(0, slash + 1)}${filing.into}/${filedName({ ...filing, name }, attempt)}`;
}

/** Name of a file beside others of its name: `orders (2).csv`. */
export const numberedName = (name: string, number: number): string => fitName('', name, ` (${number})`, MAX_NAME_BYTES);

/** Name, or path, of the JSON that says what was wrong with a file put away. */
export const companionName = (filed: string): string => `${filed}${COMPANION}`;

/** Name, or path, of the file with the rows of a file that could not be loaded, each with its line and the reason. */
export const quarantineName = (filed: string): string => `${filed}${QUARANTINE}`;

/** Name of the file that a companion or quarantine file belongs to; undefined when it is neither. */
export function belongsTo(name: string): string | undefined {
  for (const ending of [COMPANION, QUARANTINE]) if (name.endsWith(ending)) return name.slice(0, -ending.length);
  return undefined;
}

/** What stands before the fields of a row in a quarantine file. */
export const QUARANTINE_COLUMNS = ['line', 'reason'] as const;

/** Cuts the middle of a name, by whole characters, so that it fits; the extension stays. */
function fitName(prefix: string, name: string, suffix: string, maxBytes: number): string {
  const dot = name.lastIndexOf('.');
  const hasExtension = dot > 0 && utf8Length(name.slice(dot)) <= MAX_EXTENSION_BYTES;
  const extension = hasExtension ? name.slice(dot) : '';
  const stem = hasExtension ? name.slice(0, dot) : name;
  let room = maxBytes - utf8Length(prefix) - utf8Length(suffix) - utf8Length(extension);
  let end = 0;
  for (const character of stem) {
    room -= utf8Length(character);
    if (room < 0) break;
    end += character.length;
  }
  return `${prefix}${stem.slice(0, end)}${suffix}${extension}`;
}

/** Bytes of a text in UTF-8; half a surrogate pair counts as the three bytes it is written as. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
