/** Names of tables from names of files. */
import { LongshoreError } from '../errors/longshore-error';
import { DEFAULT_NAME_BYTES, fitName, withoutAccents } from './values/name-text';
import { withoutDates } from './values/name-dates';
import { RESERVED_WORDS } from './values/reserved-words';

const EXTENSION = /\.(?:csv|tsv|psv|ssv|txt|text|dat|data|tab|asc|prn|del|lst|out)$/;
const ARCHIVE = /\.(?:gz|gzip|zip|bz2|xz|zst|7z|rar|tar|tgz|xlsx?|xlsm|ods|parquet|json|xml|pdf)$/;

/** What copying programs and people add at the end. `v` stands for the version. */
const ENDINGS: readonly RegExp[] = [
  // (1), [2], also after a space
  /[-_. ]*[([]\d{1,4}[)\]]$/u,
  // " - Copy", "_copy2", " copy 3", "-kopie"
  /[-_. ]+(?:copy|kopie|copie|copia)[-_. ]*(?:\d{1,3})?$/u,
  // v2, v1.3, ver_2, version-10, rev3, rc1
  /[-_. ]+(?:v|ver|version|rev|revision|rc)[-_. ]?\d{1,4}(?:[._-]\d{1,4}){0,3}$/u,
  /[-_. ]+(?:final|latest|draft)[-_. ]*(?:\d{1,2})?$/u,
];
const BEGINNING = /^(?:copy|kopie|copie|copia)[-_. ]+(?:\(\d+\)[-_. ]+)?(?:of|von|de|di)[-_. ]+/u;
const SEPARATORS = /[-_. ~+,;=&#]+$/u;

/**
 * The table that a file belongs to, from its name alone: lower case, words joined by `_`, without extension, dates,
 * times, versions and marks of copies, so that every delivery of the same data has the same name. Latin letters lose
 * their accents, letters of other scripts stay. A name that begins with a digit, or is a reserved word of one of the
 * databases, is put behind `t_`; one of more than `maxLength` bytes of UTF-8 (default 63, which every database takes)
 * ends in a hash of the whole.
 *
 * Throws FILE_NAME_UNUSABLE where no letter is left, and for names of archives and workbooks.
 */
export function tableNameOf(fileName: string, { maxLength = DEFAULT_NAME_BYTES }: { maxLength?: number } = {}): string {
  const plain = withoutAccents((fileName.split(/[/\\]/).at(-1) ?? '').toWellFormed())
    .toLowerCase()
    .replaceAll(/%20|[\p{Z}\p{C}]+/gu, ' ')
    .trim();
  if (ARCHIVE.test(plain)) throw unusable(fileName, 'is that of an archive or workbook, not of a table');
  const bare = withoutEnding(withoutDates(withoutExtensions(plain)));
  const words = bare.replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '_').replaceAll(/^_+|_+$/g, '');
  if (!/\p{L}/u.test(words)) throw unusable(fileName, 'has no letters but those of dates, versions and the extension');
  const needsPrefix = !/^\p{L}/u.test(words) || RESERVED_WORDS.has(words);
  return fitName(needsPrefix ? `t_${words}` : words, maxLength);
}

function withoutExtensions(name: string): string {
  let rest = name;
  while (EXTENSION.test(rest)) rest = rest.replace(EXTENSION, '').trimEnd();
  return rest;
}

/** Nothing is taken off that is all there is: `final.csv` is a table called final. */
function withoutEnding(name: string): string {
  let rest = name.replace(SEPARATORS, '');
  for (let before = ''; before !== rest;) {
    before = rest;
    for (const ending of [...ENDINGS, BEGINNING]) {
      const shorter = rest.replace(ending, '').replace(SEPARATORS, '');
      if (/\p{L}/u.test(shorter)) rest = shorter;
    }
  }
  return rest;
}

const unusable = (fileName: string, why: string): LongshoreError =>
  new LongshoreError('FILE_NAME_UNUSABLE', `No table name can be made of ${JSON.stringify(fileName)}: it ${why}.`, {
    file: fileName,
  });
