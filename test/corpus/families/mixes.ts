/** Files as they come: by chance everything at once. */
import { build } from '../build';
import { randomOf } from '../random';
import type { SubjectName } from '../subjects';
import type { CorpusFile, Encoding } from '../truth';

const SUBJECTS: readonly SubjectName[] = [
  'customers',
  'kunden',
  'bank',
  'sensors',
  'products',
  'airports',
  'log',
  'orders',
  'transfers',
  'timetable',
  'addresses',
  'wide',
  'numbers',
];
const TITLES = [
  ['Export of the warehouse'],
  ['Stock list', 'Branch 17', ''],
  ['# generated file', '# columns as agreed'],
  ['', 'Overview of the month', ''],
];
const NOTES = [
  ['', 'Source: own survey'],
  ['', 'Note: figures are rounded; sums may differ'],
  ['-- end --'],
  ['', '(c) Statistics board, all rights reserved'],
];

export function mixes(count: number): CorpusFile[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `mix-${String(at).padStart(3, '0')}`;
    const random = randomOf(`${name} recipe`);
    const subject = random.pick(SUBJECTS);
    const umlauts = subject === 'kunden';
    const encoding: Encoding = random.pick(
      umlauts
        ? (['utf-8', 'windows-1252', 'utf-16le', 'utf-8'] as const)
        : (['utf-8', 'utf-8', 'utf-8', 'utf-16le'] as const),
    );
    const quoted = random.chance(0.8);
    const delimiter = random.pick([',', ',', ';', ';', '\t', '|'] as const);
    return build(name, {
      subject,
      rows: random.int(8, 150),
      encoding,
      bom: encoding === 'utf-16le' || (random.chance(0.2) && encoding === 'utf-8'),
      header: random.chance(0.8) ? 'names' : 'none',
      writing: {
        delimiter,
        newline: random.pick(['\n', '\r\n', '\r\n'] as const),
        quote: quoted ? random.pick(['"', '"', '"', "'"] as const) : '',
        escape: quoted ? random.pick(['double', 'double', 'backslash'] as const) : 'none',
        quoting: random.pick(['needed', 'needed', 'all', 'texts'] as const),
      },
      before: random.chance(0.3) ? random.pick(TITLES) : [],
      after: random.chance(0.25) ? random.pick(NOTES) : [],
      openEnd: random.chance(0.3),
      // Decimal commas do not survive where the separator is one and nothing is quoted.
      ...(!quoted && delimiter === ',' && { truth: { kinds: undefined } }),
    });
  });
}
