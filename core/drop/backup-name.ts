/** Names of backups: `TABLE_YYYYMMDD_HHMMSS`, in UTC, so that a list of names is a list of what there is and since when. */

export interface BackupNameOptions {
  /** Longest name in bytes of UTF-8. Default 63, which every database takes; SQL Server and DuckDB take 128. */
  maxBytes?: number;
  /**
   * Tells apart backups of one second: letters and digits, e.g. the number of the file whose load makes the backup. It
   * follows the time as `_17`. Left out, two tables of one name that are backed up in one second get one name.
   */
  id?: number | string;
}

/**
 * Name of a backup of `table`, taken at `at` (to the second). The same arguments give the same name. A table's name that
 * is too long is cut and gets a number made of the whole, so that two long names never meet.
 */
export function backupName(table: string, at: Date, { maxBytes = 63, id }: BackupNameOptions = {}): string {
  const tail = `_${stamp(at)}${id === undefined ? '' : `_${id}`}`;
  const room = maxBytes - tail.length;
  if (byteLength(table) <= room) return `${table}${tail}`;
  const mark = `~${fingerprint(table)}`;
  return `${cutToBytes(table, room - mark.length)}${mark}${tail}`;
}

/** Table (as its name stands in that of the backup) and time; undefined for a name that is none of a backup. */
export function parseBackupName(name: string): { of: string; takenAt: Date } | undefined {
  const found = /^(.+)_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)(?:_[0-9A-Za-z]+)?$/su.exec(name);
  if (!found) return undefined;
  const [, of = '', year, month, day, hour, minute, second] = found;
  const takenAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
  // A day that no month has is another day afterwards, or none.
  const isTime = !Number.isNaN(takenAt.getTime()) && name.startsWith(`${of}_${stamp(takenAt)}`);
  return isTime ? { of, takenAt } : undefined;
}

/** Whether `backupName` may have called a backup of `table` so, however long the table's name is. */
export function isBackupOf(name: string, table: string): boolean {
  const of = parseBackupName(name)?.of;
  if (of === undefined || of === table) return of === table;
  const mark = `~${fingerprint(table)}`;
  return of.endsWith(mark) && table.startsWith(of.slice(0, -mark.length));
}

const stamp = (at: Date): string => {
  const [day = '', time = ''] = at.toISOString().slice(0, 19).split('T');
  return `${day.replaceAll('-', '')}_${time.replaceAll(':', '')}`;
};

const bytesOf = (char: string): number => {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
};

const byteLength = (text: string): number => {
  let bytes = 0;
  for (const char of text) bytes += bytesOf(char);
  return bytes;
};

function cutToBytes(text: string, bytes: number): string {
  let kept = '';
  let left = bytes;
  for (const char of text) {
    left -= bytesOf(char);
    if (left < 0) break;
    kept += char;
  }
  return kept;
}

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

/** FNV-1a over UTF-16 units, 64 bits: 13 characters. */
function fingerprint(text: string): string {
  let hash = FNV_OFFSET;
  for (let at = 0; at < text.length; at += 1)
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * FNV_PRIME);
  return hash.toString(36).padStart(13, '0');
}
