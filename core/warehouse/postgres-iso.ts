/**
 * Dates and times that Postgres reads as they stand, whatever DateStyle says. A regular expression costs several times what
 * the cast itself costs, so texts are known by their shape, or by being what Postgres makes of their value.
 */
import type { WarehouseColumn } from '../types/warehouse';
import { TOKEN } from '../quality/scan/date-format';
import type { DateForm } from './date-layout';

/** Whether Postgres reads it as it stands, whatever DateStyle says. */
export function isNative({ layout, time }: DateForm): boolean {
  const marks = layout.marks.map(({ text }) => text).join('');
  if (!layout.isOrdered || (marks !== '--' && marks !== '')) return false;
  if (time === undefined || time === 'iso') return true;
  return marks === '--' && ISO_TIME.test(wordsOf(time));
}

/** Offsets from UTC behind a time, as ISO 8601 has them; a part of a regular expression. */
export const ZONE = String.raw`([Zz]|[+-](0\d|1[0-5])(:?[0-5]\d)?)`;

const ISO_TIME = new RegExp(`^[ T]<${TOKEN.hour}>:<${TOKEN.minute}>(:<${TOKEN.second}>(<${TOKEN.fraction}>)?)?$`);
const WITH_SECONDS = new RegExp(`^ .*<${TOKEN.second}>`);

const wordsOf = (time: Exclude<DateForm['time'], 'iso' | undefined>): string =>
  time.map(({ token, byte }) => (token === TOKEN.mark ? String.fromCharCode(byte) : `<${token}>`)).join('');

/** Which of the usual ways to write are among the forms. `separators`: between date and a time that has seconds. */
interface Usual {
  isIso: boolean;
  isCompact: boolean;
  separators: (' ' | 'T')[];
}

/** Undefined unless Postgres reads every form as it stands. */
function usualOf(forms: readonly DateForm[]): Usual | undefined {
  if (!forms.every(isNative)) return undefined;
  const isDate = (length: number) => forms.some(({ layout, time }) => time === undefined && layout.length === length);
  const times = forms.flatMap(({ time }) => (time === undefined ? [] : [time]));
  const isBoth = times.includes('iso');
  const isBlank = times.some((time) => time !== 'iso' && WITH_SECONDS.test(wordsOf(time)));
  return { isIso: isDate(10), isCompact: isDate(8), separators: isBoth ? [' ', 'T'] : isBlank ? [' '] : [] };
}

/**
 * A cheap condition on the shape alone: holds for texts of the usual lengths whose marks stand where they must. Enough to
 * cast where `isProven` held for every text before. Undefined unless Postgres reads every form as it stands.
 */
export function hasUsualShape({ type }: WarehouseColumn, forms: readonly DateForm[], x: string): string | undefined {
  const usual = usualOf(forms);
  if (!usual) return undefined;
  const isZoned = type.kind === 'timestamp' && type.zoned;
  const times = usual.separators.flatMap((separator) => {
    const seconds = `____-__-__${separator}__:__:__`;
    return isZoned ? [`${x} LIKE '${seconds}%'`] : [`${x} LIKE '${seconds}'`, `${x} LIKE '${seconds}.%'`];
  });
  const shapes = [
    ...times,
    ...(usual.isIso ? [`${x} LIKE '____-__-__'`] : []),
    ...(usual.isCompact ? [`CASE WHEN octet_length(${x}) = 8 THEN ${isDigits(x)} ELSE FALSE END`] : []),
  ];
  return shapes.length === 0 ? undefined : shapes.join(' OR ');
}

/**
 * Branches of a CASE that tell of the usual texts whether they are values of the column, of which nothing is lost; others
 * fall through. A text that is none may make the statement fail. Holds in sessions whose DateStyle is ISO and whose TimeZone
 * is UTC, since texts are compared with what Postgres writes. Undefined unless Postgres reads every form as it stands.
 */
export function provenBranches(
  { type, nativeType }: WarehouseColumn,
  forms: readonly DateForm[],
  x: string,
): string[] | undefined {
  const usual = usualOf(forms);
  if (!usual) return undefined;
  const [first, other] = usual.separators;
  const plain = (text: string): string => (other === undefined ? text : `replace(${text}, '${other}', '${first}')`);
  const back = `CAST(CAST(${x} AS ${nativeType}) AS text)`;
  const shape = `____-__-__${other === undefined ? ' ' : '_'}__:__:__`;
  const times: string[] = [];
  if (first !== undefined && type.kind === 'timestamp') {
    const zone = type.zoned ? ` || '+00'` : '';
    times.push(`WHEN octet_length(${x}) = 19 AND ${back} = ${plain(x)}${zone} THEN TRUE`);
    if (!type.zoned)
      // No more than three digits that must be noughts. The C is that of BC, which would come back as it was.
      times.push(
        `WHEN octet_length(${x}) <= 29 AND ${x} LIKE '${shape}._%' AND ${back} = ${plain(`rtrim(rtrim(${x}, '0C'), '.')`)} THEN TRUE`,
      );
    else if (other !== undefined && keepsMicroseconds(nativeType)) {
      const head = `left(${x}, 19)`;
      const tail = `substr(${x}, 20) ~ '^(\\.\\d{1,6}0{0,3})?${ZONE}?$'`;
      times.push(
        `WHEN ${x} LIKE '${shape}%' AND CAST(CAST(${head} AS timestamp) AS text) = ${plain(head)} THEN ${tail}`,
      );
    }
  }
  const day = `CAST(${x} AS date)`;
  return [
    ...times,
    ...(usual.isIso ? [`WHEN octet_length(${x}) = 10 AND CAST(${day} AS text) = ${x} THEN TRUE`] : []),
    ...(usual.isCompact ? [`WHEN octet_length(${x}) = 8 AND ${isDigits(x)} THEN ${day} IS NOT NULL`] : []),
  ];
}

/** Of eight characters: all of them are digits, since with fewer the number is smaller. */
const isDigits = (x: string): string => `CAST(${x} AS integer) >= 10000000`;

const keepsMicroseconds = (nativeType: string): boolean => !/\([0-5]\)/.test(nativeType);
