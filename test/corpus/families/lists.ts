/** Files of one column. */
import { byHand } from '../build';
import type { CorpusFile } from '../truth';

const list = (
  name: string,
  header: string | undefined,
  values: readonly string[],
  more: Partial<CorpusFile['truth']> = {},
): CorpusFile =>
  byHand(`list-${name}.csv`, `${[...(header === undefined ? [] : [header]), ...values].join('\n')}\n`, {
    headerRows: header === undefined ? 0 : 1,
    header: header === undefined ? [] : [header],
    startLine: 1,
    footer: false,
    tables: 1,
    rows: values.map((value) => [value]),
    ...more,
  });

const numbers = Array.from({ length: 40 }, (_, at) => String(1000 + at * 7));
const mails = Array.from({ length: 30 }, (_, at) => `user${at}@mail${at % 3}.example`);
const dates = Array.from({ length: 25 }, (_, at) => `2024-03-${String(at + 1).padStart(2, '0')}`);
const stamps = dates.map((date, at) => `${date} 1${at % 10}:30:00`);
const codes = Array.from({ length: 30 }, (_, at) => `AB-${String(at * 13).padStart(4, '0')}`);
const decimals = Array.from({ length: 30 }, (_, at) => `${at},${10 + at}`);
const urls = Array.from({ length: 20 }, (_, at) => `https://example.org/a/${at}?x=1&y=${at}`);
const names = ['Anna Smith', 'Ben Taylor', 'Clara Brown', 'David Walker', 'Ella Hughes', 'Frank Green', 'Greta Young'];
const words = ['amber', 'bolt', 'cable', 'drum', 'engine', 'filter', 'gasket', 'hinge'];

export function lists(): CorpusFile[] {
  return [
    list('numbers', 'id', numbers),
    list('numbers-no-header', undefined, numbers),
    list('mails', 'email', mails),
    list('mails-no-header', undefined, mails, { headerRows: undefined, header: undefined, rows: undefined }),
    list('dates', 'day', dates),
    list('dates-no-header', undefined, dates),
    list('timestamps', 'moment', stamps),
    list('timestamps-no-header', undefined, stamps),
    list('codes', 'code', codes),
    list('urls', 'url', urls),
    list('names', 'name', names),
    list('full-names', 'full_name', [...names, ...names.toReversed()]),
    list('decimals-comma', 'amount', decimals),
    // A list of words may have its first word as header: nobody can tell.
    list('words', 'part', words, { headerRows: undefined, header: undefined, rows: undefined }),
    list('one-value', undefined, ['42']),
    list('quoted', 'remark', ['"yes, of course"', '"no, never"', '"maybe, later"', '"yes, again"'], {
      rows: [['yes, of course'], ['no, never'], ['maybe, later'], ['yes, again']],
    }),
    list(
      'uuids',
      'id',
      Array.from({ length: 12 }, (_, at) => `7d44${String(at).padStart(4, '0')}-0001-4000-a000-00000000000${at % 10}`),
    ),
    list(
      'long-texts',
      'text',
      Array.from({ length: 12 }, (_, at) => `This is sentence number ${at} of the collection and it has no end`),
    ),
  ];
}
