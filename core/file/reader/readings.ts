/**
 * All ways to read a line as a row of a given width, with what each costs: for every thing that must have gone wrong with
 * separators and quotes, and for each value that does not look like the others of its column. The cheapest ways to each
 * place in the line are kept, field by field.
 */
import { kindOf, type Misfit } from './shape';

/** Where a field stands in its line, without its quotes. */
export interface RepairedField {
  start: number;
  end: number;
  quoted: boolean;
}

/** What it costs that … */
export const COST = {
  /** … a separator is missing between two values. */
  lost: 4,
  /** … and both sides of the cut are alike, as in the middle of a word or number. */
  withinRun: 1,
  /** … there is a separator too many before an empty field; at the end of the row. */
  surplus: 3,
  surplusAtEnd: 1,
  /** … fields are missing at the end; a field is missing elsewhere, with its separator. */
  missingAtEnd: 2.5,
  missing: 7,
  /** … a value has the delimiter in it and is not quoted. */
  unquoted: 3,
  unquotedUsual: 1.5,
  unquotedBlank: 0.3,
  /** … with no blank after it, as there is in prose. */
  unquotedClose: 2,
  /** … at its beginning or end, where it is rather one too many. */
  unquotedAtEdge: 3,
  /** … a quote is not where quotes belong. */
  strayQuote: 2.5,
  strayInside: 1.5,
  /** … the row has a delimiter of its own. */
  otherDelimiter: 3,
};
/** A value that costs so much cannot belong to its column, even where there is no other reading. */
export const FOREIGN = 8;
/** A reading is given up that costs so much more than the cheapest which has come as far. */
const BEHIND = 14;
/** Readings kept for each place in the line. */
const KEPT = 3;

/** The last step of a reading. */
export interface Step {
  cost: number;
  /** What the value that looks least like its column costs. */
  worst: number;
  /** Of the values so far: readings with the same values are one. */
  hash: number;
  before: Step | undefined;
  field: RepairedField | undefined;
  note: string | undefined;
  lost: boolean;
}

/** What values cost in each column, marks that its values have, and what it is called. */
export interface Columns {
  misfits: Misfit[];
  marks: string[];
  names: string[];
  /** Whether values of a column may be missing at the end of a row. */
  mayMiss: boolean[];
}

/** The cheapest complete readings of a line, given what it costs to begin with. */
export function readingsOf(line: string, delimiter: string, quote: string, columns: Columns, initial: number): Step[] {
  const { misfits, marks, names, mayMiss } = columns;
  const width = misfits.length;
  const past = line.length + 1;
  let limit = BEHIND;
  const delimiters = delimiter === '' ? [] : placesOf(line, delimiter);
  const nextDelimiter = (from: number): number => {
    let low = 0;
    let high = delimiters.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (delimiters[middle]! < from) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  let places = new Map<number, Step[]>([
    [
      0,
      [
        {
          cost: initial,
          worst: 0,
          hash: 7,
          before: undefined,
          field: undefined,
          note: initial > 0 ? `the row is separated by ${shown(delimiter)}` : undefined,
          lost: false,
        },
      ],
    ],
  ]);

  for (let column = 0; column <= width; column++) {
    limit = BEHIND + cheapestOf(places);
    dropSurplus(places, line, delimiter, delimiters, nextDelimiter, column, limit);
    if (column === width) break;
    const next = new Map<number, Step[]>();
    const misfit = misfits[column]!;
    const rightName = names[column + 1];
    const usual = marks[column]!.includes(delimiter);
    const merge =
      delimiter === ' ' ? (usual ? COST.unquotedBlank : COST.unquoted) : usual ? COST.unquotedUsual : COST.unquoted;
    for (const [place, steps] of places) {
      const reach = (
        to: number,
        field: RepairedField,
        edits: number,
        fit: number,
        note: string | undefined,
        lost: boolean,
      ): void => {
        const value = field.start < 0 ? '' : line.slice(field.start, field.end);
        for (const step of steps) {
          const total = step.cost + edits + fit;
          if (total > limit || (lost && step.lost)) continue;
          add(next, to, {
            cost: total,
            worst: Math.max(step.worst, place === past && !mayMiss[column] ? FOREIGN : fit),
            hash: hashOf(value, step.hash),
            before: step,
            field,
            note,
            lost: lost || step.lost,
          });
        }
      };
      if (place === past) {
        reach(
          past,
          { start: line.length, end: line.length, quoted: false },
          COST.missingAtEnd,
          misfit('', false),
          'fields were missing at the end',
          false,
        );
        continue;
      }
      const cheapest = steps[0]!.cost;
      const put = (
        to: number,
        start: number,
        end: number,
        quoted: boolean,
        extra: number,
        note?: string,
        lost = false,
      ) => {
        if (cheapest + extra > limit) return;
        const text = line.slice(start, end);
        reach(to, { start, end, quoted }, extra, misfit(stripped(text, quote), quoted), note, lost);
      };
      fieldsFrom(place);
      if (misfit('', false) < 1)
        reach(
          place,
          { start: place, end: place, quoted: false },
          COST.missing,
          misfit('', false),
          `${names[column]} was missing`,
          true,
        );

      function fieldsFrom(start: number): void {
        const lostNote = `a separator was missing between ${names[column]} and ${rightName ?? 'the end'}`;
        const isQuoted = quote !== '' && line[start] === quote;
        let merges = 0;
        for (let which = nextDelimiter(start); ; which++, merges++) {
          const end = which < delimiters.length ? delimiters[which]! : line.length;
          const to = which < delimiters.length ? end + delimiter.length : past;
          if (isQuoted) {
            let close = end - 1;
            while (close > start && line[close] === ' ') close--;
            if (close > start && line[close] === quote) {
              const strays = strayQuotes(line, start + 1, close, quote);
              put(
                to,
                start + 1,
                close,
                true,
                strays * COST.strayInside,
                strays > 0 ? strayNote(names[column]!) : undefined,
              );
            }
          } else if (
            merges === 0 ||
            (merges * merge + cheapest <= limit && (column < width - 1 || isProse(line.slice(start, end), delimiter)))
          )
            put(
              to,
              start,
              end,
              false,
              merges * merge +
                (merges > 0 && isAtEdge(line, start, end, delimiter) ? COST.unquotedAtEdge : 0) +
                (merges > 0 && !isProse(line.slice(start, end), delimiter) ? COST.unquotedClose : 0) +
                (quote !== '' && endsInQuote(line, start, end, quote) ? COST.strayInside : 0),
              merges > 0 ? `${names[column]} has an unquoted ${shown(delimiter)}` : undefined,
            );
          if (merges === 0 && isQuoted) {
            // Quotes on both sides are hardly meant as text.
            const closed = end > start + 1 && line[end - 1] === quote ? COST.strayInside : 0;
            put(to, start, end, false, COST.strayQuote + closed, strayNote(names[column]!));
          }
          if (which >= delimiters.length || (!isQuoted && merges * merge + cheapest > limit)) break;
        }
        if (column + 1 >= width || steps.every((step) => step.lost) || cheapest + COST.lost > limit) return;
        if (isQuoted) {
          // The separator is missing after the quote that ends the field.
          for (
            let close = line.indexOf(quote, start + 1);
            close >= 0 && close + 1 < line.length;
            close = line.indexOf(quote, close + 1)
          )
            if (!line.startsWith(delimiter, close + 1) || delimiter === '')
              put(
                close + 1,
                start + 1,
                close,
                true,
                COST.lost + strayQuotes(line, start + 1, close, quote) * COST.strayInside,
                lostNote,
                true,
              );
          return;
        }
        const first = nextDelimiter(start);
        const end = first < delimiters.length ? delimiters[first]! : line.length;
        for (let cut = start + 1; cut < end; cut++) {
          const alike = isWithinRun(line, cut);
          put(cut, start, cut, false, COST.lost + (alike ? COST.withinRun : 0), lostNote, true);
        }
      }
    }
    places = next;
  }
  return places.get(past) ?? [];
}

function cheapestOf(places: Map<number, Step[]>): number {
  let cheapest = Infinity;
  for (const steps of places.values()) cheapest = Math.min(cheapest, steps[0]!.cost);
  return cheapest;
}

/** Passes over separators that have nothing before them: a field too many. */
function dropSurplus(
  places: Map<number, Step[]>,
  line: string,
  delimiter: string,
  delimiters: number[],
  nextDelimiter: (from: number) => number,
  column: number,
  limit: number,
): void {
  if (delimiter === '') return;
  const past = line.length + 1;
  const queue = [...places.keys()].sort((a, b) => a - b);
  for (const place of queue) {
    const steps = places.get(place);
    if (!steps || place === past) continue;
    const atDelimiter = delimiters[nextDelimiter(place)] === place;
    const atEnd = place === line.length;
    if (!atDelimiter && !atEnd) continue;
    const onlySeparators = line.slice(place).replaceAll(delimiter, '').trim() === '';
    const to = atEnd ? past : place + delimiter.length;
    if (!places.has(to)) queue.push(to);
    for (const step of steps) {
      const cost = step.cost + (onlySeparators ? COST.surplusAtEnd : COST.surplus);
      if (cost > limit || (atEnd && column === 0)) continue;
      const note = onlySeparators ? 'a separator too many at the end' : 'a separator too many';
      add(places, to, {
        cost,
        worst: step.worst,
        hash: step.hash,
        before: step,
        field: undefined,
        note,
        lost: step.lost,
      });
    }
  }
}

function add(places: Map<number, Step[]>, place: number, step: Step): void {
  const steps = places.get(place);
  if (!steps) {
    places.set(place, [step]);
    return;
  }
  const same = steps.findIndex((other) => other.hash === step.hash);
  if (same >= 0) {
    if (steps[same]!.cost <= step.cost) return;
    steps.splice(same, 1);
  }
  if (steps.length >= KEPT && steps.at(-1)!.cost <= step.cost) return;
  let at = steps.length;
  while (at > 0 && steps[at - 1]!.cost > step.cost) at--;
  steps.splice(at, 0, step);
  if (steps.length > KEPT) steps.pop();
}

function placesOf(line: string, delimiter: string): number[] {
  const places: number[] = [];
  for (let at = line.indexOf(delimiter); at >= 0; at = line.indexOf(delimiter, at + delimiter.length)) places.push(at);
  return places;
}

/** Quotes in a quoted text that are not doubled. */
function strayQuotes(line: string, start: number, end: number, quote: string): number {
  let strays = 0;
  for (let at = line.indexOf(quote, start); at >= 0 && at < end; at = line.indexOf(quote, at + 1)) {
    if (line[at + 1] === quote && at + 1 < end) at++;
    else if (line[at - 1] !== '\\' || at === start) strays++;
  }
  return strays;
}

function isAtEdge(line: string, start: number, end: number, delimiter: string): boolean {
  return line.startsWith(delimiter, start) || line.slice(start, end).endsWith(delimiter);
}

/** Whether each delimiter in a text has a blank after it, or is one. */
function isProse(text: string, delimiter: string): boolean {
  return delimiter.includes(' ') || text.split(delimiter).every((part, at) => at === 0 || part.startsWith(' '));
}

function endsInQuote(line: string, start: number, end: number, quote: string): boolean {
  return end > start && line[end - 1] === quote;
}

/** The text without a quote at either side that does not belong there. */
function stripped(text: string, quote: string): string {
  if (quote === '' || text === '') return text;
  const from = text.startsWith(quote) ? 1 : 0;
  const to = text.length > from && text.endsWith(quote) ? text.length - 1 : text.length;
  return text.slice(from, to);
}

/** Whether a cut at `at` goes through a number or a word; a capital that begins a word is where one may be cut. */
function isWithinRun(line: string, at: number): boolean {
  const left = kindOf(line.charCodeAt(at - 1));
  const right = kindOf(line.charCodeAt(at));
  if (right === 'A') return left === 'A' && (at + 1 >= line.length || kindOf(line.charCodeAt(at + 1)) !== 'a');
  return right === 'a' ? left === 'a' || left === 'A' : right === '9' && left === '9';
}

function hashOf(text: string, seed: number): number {
  let hash = Math.imul(seed, 31) + text.length;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 33) + text.charCodeAt(at)) | 0;
  return hash;
}

const strayNote = (name: string): string => `a quote too many in ${name}`;

/** A delimiter in a sentence. */
export function shown(delimiter: string): string {
  if (delimiter === '\t') return 'tab';
  if (delimiter === ' ') return 'blank';
  return `\`${delimiter}\``;
}
