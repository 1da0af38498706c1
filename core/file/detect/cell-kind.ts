/** What a text looks like to somebody who looks for the structure of a file; finer questions are asked of whole columns later. */
export type CellKind =
  | 'empty'
  | 'integer'
  | 'decimal'
  | 'date'
  | 'time'
  | 'money'
  | 'boolean'
  | 'link'
  | 'code'
  | 'null'
  | 'word'
  | 'text'
  | 'odd';

const INTEGER = /^[+-]?\d+$/;
const GROUPED = /^[+-]?\d{1,3}(?:[,.'\u00a0 ]\d{3})+$/;
const DECIMAL = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?$/;
const GROUPED_DECIMAL = /^[+-]?\d{1,3}(?:([,.' ])\d{3})+[.,]\d+$/;
const DATE =
  /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{1,2}[- /.]?[A-Za-z]{3,9}[- /.,]{0,2}\d{2,4}|[A-Za-z]{3,9}[- ]\d{1,2},? \d{4}|[A-Za-z]{3}-\d{2,4})(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?$/;
const TIME = /^-?\d{1,3}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?$/;
const MONEY =
  /^(?:[-(]? ?(?:[$£€¥]|\xa3|\xa5|\xc2\xa3|\xe2\x82\xac|USD|EUR|GBP) ?-?[\d.,' ]*\d\)?|-?[\d.,' ]*\d ?(?:[$£€¥%]|\xe2\x82\xac|\xc2\xa3|USD|EUR|GBP)|\(\d[\d.,]*\))$/;
const BOOLEAN = /^(?:true|false|yes|no|y|n|t|f)$/i;
const NULLS = /^(?:null|nil|none|n\/a|na|#n\/a|nan|-|--|\\n|\?|inf|-inf|#div\/0!|#ref!|#value!)$/i;
const LINK = /^(?:[a-z][a-z0-9+.-]*:\/\/\S+|[\w.+-]+@[\w-]+\.[\w.-]+|(?:www\.)[\w-]+\.\S+|\d{1,3}(?:\.\d{1,3}){3})$/i;
const UUID = /^\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i;
const CODE = /^[\w.:/#+*-]+$/;
const WORD = /^[A-Za-z\x80-\xff][A-Za-z\x80-\xff .'&()/-]*$/;
/** Marks that separate fields, or should not stand alone: a sign that a cell is no cell. */
const STRUCTURE = /[;|\t\u0001^~]|^["']|["']$/;
/** Commas as nobody sets them in prose. */
const CROWDED = /,(?=\S)/g;

/** The kind of a cell. `text` is of bytes. */
export function kindOfCell(text: string): CellKind {
  const value = text.trim();
  if (value === '') return 'empty';
  if (value.length <= 48) {
    const first = value.charCodeAt(0);
    if (first < 65 || first > 127 || /\d/.test(value)) {
      if (INTEGER.test(value)) return 'integer';
      if (DECIMAL.test(value) || GROUPED.test(value) || GROUPED_DECIMAL.test(value)) return 'decimal';
      if (TIME.test(value)) return 'time';
      if (DATE.test(value)) return 'date';
      if (MONEY.test(value)) return 'money';
    }
    if (BOOLEAN.test(value)) return 'boolean';
    if (NULLS.test(value)) return 'null';
    if (UUID.test(value)) return 'code';
  }
  if (LINK.test(value)) return 'link';
  if (WORD.test(value) && value.length <= 200) return 'word';
  if (CODE.test(value) && value.length <= 64) return 'code';
  if (isJson(value)) return 'text';
  return STRUCTURE.test(value) || (value.match(CROWDED)?.length ?? 0) > 2 ? 'odd' : 'text';
}

const isJson = (value: string): boolean => /^(?:\{[\s\S]*\}|\[[\s\S]*\])$/.test(value);

/** Kinds that say more than that there is text. */
export function isTyped(kind: CellKind): boolean {
  return (
    kind === 'integer' ||
    kind === 'decimal' ||
    kind === 'date' ||
    kind === 'time' ||
    kind === 'money' ||
    kind === 'link' ||
    kind === 'boolean'
  );
}

/** Kinds that are one for the question what a column holds. */
export function familyOf(kind: CellKind): CellKind {
  return kind === 'integer' || kind === 'money'
    ? 'decimal'
    : kind === 'text' || kind === 'word' || kind === 'code' || kind === 'odd'
      ? 'text'
      : kind;
}

/** How much a cell looks like a cell of a well-split file, 0 to 1. */
export const CELL_WEIGHT: Record<CellKind, number> = {
  empty: 0.6,
  integer: 1,
  decimal: 1,
  date: 1,
  time: 0.95,
  money: 1,
  boolean: 1,
  link: 1,
  code: 0.9,
  null: 0.9,
  word: 0.9,
  text: 0.7,
  odd: 0.1,
};
