import type { ColumnShape } from '../../types/file';

/** A text with more runs than this, or this many blanks, is prose and has no form. */
const MAX_RUNS = 24;
const PROSE_BLANKS = 4;
const MAX_FORMS = 8;
const MAX_WORDS = 12;

/** A value as it was found in a row of the sample. */
export interface SeenValue {
  text: string;
  quoted: boolean;
}

/** Runs of digits (`9`), capitals (`A`), letters (`a`) and marks: what kinds, and how long each. */
export interface Form {
  key: string;
  lengths: number[];
}

/** The form of a text of bytes; undefined: prose. */
export function formOf(text: string): Form | undefined {
  let key = '';
  const lengths: number[] = [];
  let blanks = 0;
  for (let at = 0; at < text.length;) {
    let kind = kindOf(text.charCodeAt(at));
    let end = at + 1;
    if (kind === 'A' || kind === 'a') {
      for (let next: string; end < text.length && isLetter((next = kindOf(text.charCodeAt(end)))); end++)
        if (next === 'a') kind = 'a';
    } else while (end < text.length && kindOf(text.charCodeAt(end)) === kind) end++;
    if (kind === ' ') blanks++;
    if (kind === '{' || kind === '}' || lengths.length >= MAX_RUNS || blanks >= PROSE_BLANKS) return undefined;
    key += kind;
    lengths.push(end - at);
    at = end;
  }
  return { key, lengths };
}

/** Kind of a character: `9`, `A`, `a`, or the character itself. */
export function kindOf(code: number): string {
  if (code >= 48 && code <= 57) return '9';
  if (code >= 65 && code <= 90) return 'A';
  if ((code >= 97 && code <= 122) || code >= 128) return 'a';
  return String.fromCharCode(code);
}

const isLetter = (kind: string): boolean => kind === 'A' || kind === 'a';

/** What the values of a column look like. */
export function learnShape(values: readonly SeenValue[]): ColumnShape {
  const forms = new Map<string, { count: number; mins: number[]; maxs: number[] }>();
  const words = new Map<string, number>();
  const marks = new Set<string>();
  const firsts = new Set<string>();
  let empty = 0;
  let quoted = 0;
  let prose = 0;
  let min = Infinity;
  let max = 0;
  for (const { text, quoted: wasQuoted } of values) {
    if (text === '') {
      empty++;
      continue;
    }
    if (wasQuoted) quoted++;
    min = Math.min(min, text.length);
    max = Math.max(max, text.length);
    if (words.size <= MAX_WORDS) words.set(text, (words.get(text) ?? 0) + 1);
    firsts.add(kindOf(text.charCodeAt(0)));
    for (let at = 0; at < text.length; at++) marks.add(kindOf(text.charCodeAt(at)));
    const form = formOf(text);
    if (!form) {
      prose++;
      continue;
    }
    const known = forms.get(form.key);
    if (!known) forms.set(form.key, { count: 1, mins: form.lengths, maxs: form.lengths.slice() });
    else {
      known.count++;
      known.mins = known.mins.map((length, run) => Math.min(length, form.lengths[run]!));
      known.maxs = known.maxs.map((length, run) => Math.max(length, form.lengths[run]!));
    }
  }
  const filled = Math.max(1, values.length - empty);
  const common = [...forms.entries()].sort((a, b) => b[1].count - a[1].count).slice(0, MAX_FORMS);
  return {
    seen: values.length,
    empty: share(empty, values.length),
    quoted: share(quoted, filled),
    min: max === 0 ? 0 : min,
    max,
    forms: common
      .filter(([, { count }]) => count / filled >= 0.02)
      .map(([key, { count, mins, maxs }]) => [written(key, mins, maxs), share(count, filled)]),
    prose: share(prose, filled),
    ...(words.size > 0 && words.size <= MAX_WORDS && words.size * 4 <= filled ? { words: [...words.keys()] } : {}),
    marks: [...marks].join(''),
    firsts: [...firsts].join(''),
  };
}

const share = (part: number, whole: number): number => Math.round((part / Math.max(1, whole)) * 1000) / 1000;

function written(key: string, mins: number[], maxs: number[]): string {
  return Array.from(key)
    .map((kind, run) => {
      const [least, most] = [mins[run]!, maxs[run]!];
      return least === 1 && most === 1 ? kind : `${kind}{${least === most ? least : `${least},${most}`}}`;
    })
    .join('');
}

interface KnownForm {
  share: number;
  mins: number[];
  maxs: number[];
}

function parsed(form: string, formShare: number): [string, KnownForm] {
  let key = '';
  const mins: number[] = [];
  const maxs: number[] = [];
  for (const [, kind, least, most] of form.matchAll(/([^{}])(?:\{(\d+)(?:,(\d+))?\})?/gs)) {
    key += kind;
    mins.push(Number(least ?? 1));
    maxs.push(Number(most ?? least ?? 1));
  }
  return [key, { share: formShare, mins, maxs }];
}

/** How badly a value fits a column: 0 where it looks like the others, 6 and more where it cannot belong there. */
export type Misfit = (text: string, quoted: boolean) => number;

/** Lines that no other value of the column has: another row, rather. */
const NEW_LINE = 5;
/** Values that may be seen before a column says much: fewer weigh less. */
const ENOUGH = 8;

/** Measures values against a shape. Texts are of bytes. */
export function misfitOf(shape: ColumnShape): Misfit {
  const forms = new Map(shape.forms.map(([form, formShare]) => parsed(form, formShare)));
  const words = new Set(shape.words);
  const known = shape.forms.reduce((sum, [, formShare]) => sum + formShare, 0);
  const weight = Math.min(1, shape.seen / ENOUGH);
  const isProse = shape.empty < 1 && known < 0.85;
  const emptyCost = (shape.empty > 0.3 ? 0 : shape.empty > 0 ? 1 : 5) * weight;

  const ofForm = (text: string): number => {
    const form = formOf(text);
    const like = form && forms.get(form.key);
    if (like) {
      let cost = Math.min(2, -Math.log2(like.share) * 0.3);
      form.lengths.forEach((length, run) => {
        const [least, most] = [like.mins[run]!, like.maxs[run]!];
        if (length >= least && length <= most) return;
        // Numbers that vary grow; what has had one length so far is not expected to.
        cost += least === most && like.share > 0.2 ? 2.5 : form.key[run] === '9' && length > most ? 0.25 : 0.75;
      });
      return Math.min(6, cost);
    }
    return isProse ? 1 : 6;
  };

  const ofText = (text: string): number => {
    if (words.has(text)) return 0;
    if (shape.empty === 1) return 6;
    // A word that is new among few is unusual, and no more.
    let cost = words.size > 0 ? Math.min(4, ofForm(text) + 2) : ofForm(text);
    if (!shape.firsts.includes(kindOf(text.charCodeAt(0)))) cost += 1.5;
    let strange = 0;
    for (let at = 0; at < text.length && strange < 3; at++)
      if (!shape.marks.includes(kindOf(text.charCodeAt(at)))) strange++;
    cost += strange * 0.7;
    if (text.includes('\n') && !shape.marks.includes('\n')) cost += NEW_LINE;
    if (cost >= 1 && (text.length > shape.max * 1.25 || text.length < shape.min * 0.75)) cost += 1.5;
    return cost;
  };

  return (text, quoted) => {
    if (text === '') return emptyCost;
    const style = quoted ? (shape.quoted < 0.02 ? 0.5 : 0) : shape.quoted > 0.95 ? 1 : 0;
    return (ofText(text) + style) * weight;
  };
}
