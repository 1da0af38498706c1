/** Changes the text of a configuration file and leaves what is around the change: comments, order, blank lines. */
import { isDeepStrictEqual } from 'node:util';
import { Document, isMap, isScalar, isSeq, type Node, Pair, parseDocument, Scalar, YAMLMap, type YAMLSeq } from 'yaml';
import { withoutDefaults } from './defaults';
import { entryName } from './diff';
import { escapeReferences } from './export';
import type { ConfigPath } from './path';
import { mergeLines } from './line-merge';
import { maskReferences, unmaskReferences } from './reference-mask';

export interface EditOptions {
  /** The text is written as JSON. */
  json: boolean;
  /** A node to put at a place that is new, comments and all; undefined where there is none to be had. */
  nodeFor?: (path: ConfigPath) => Pair | undefined;
  /** The whole file is written anew, so that blanks and line breaks may move. */
  rewrite?: boolean;
}

/**
 * `text` changed so that what was `before` becomes `after`. Both are complete documents, as the catalog keeps them, of
 * the file together with all that it extends; what they agree in is not touched. Whether the result says `after` has to
 * be checked by loading it: the file may be unable to, e.g. because a file that it extends has the last word.
 */
export function editText(text: string, before: unknown, after: unknown, options: EditOptions): string {
  const document = parseDocument(maskReferences(text), { uniqueKeys: false, prettyErrors: false });
  if (!isMap(document.contents)) document.contents = document.createNode({}) as unknown as typeof document.contents;
  const style = styleOf(text);
  // Written before it is changed, and only where lines can be told apart.
  const untouched = options.json || options.rewrite ? undefined : unmaskReferences(document.toString(style));
  const editor = new Editor(document, options.nodeFor);
  editor.map(document.contents as unknown as YAMLMap, fieldsOf(before), fieldsOf(after), []);
  if (options.json) {
    const indent = /^\s*\{\r?\n(\s+)"/.exec(text)?.[1] ?? '  ';
    return unmaskReferences(`${JSON.stringify(document.toJS(), null, indent)}\n`);
  }
  const changed = unmaskReferences(document.toString(style));
  return untouched === undefined ? changed : mergeLines(text, untouched, changed);
}

/** A new file that says `document`, which is complete; `comment` stands at its head. */
export function newText(document: unknown, { json, comment }: { json: boolean; comment?: string }): string {
  const plain = escapeReferences(withoutDefaults(document), []);
  if (json) return `${JSON.stringify(plain, null, 2)}\n`;
  const made = new Document(plain, { aliasDuplicateObjects: false });
  if (comment !== undefined) made.commentBefore = ` ${comment}`;
  if (isMap(made.contents)) for (const pair of made.contents.items.slice(1)) spaceBefore(pair);
  return made.toString({ lineWidth: 0 });
}

/** The pair of an entry in `text` that may be put into another file as it stands: nothing in it hangs on the rest. */
export function pairIn(text: string, path: ConfigPath): Pair | undefined {
  let node: unknown = parseDocument(maskReferences(text), { uniqueKeys: false, prettyErrors: false }).contents;
  let pair: Pair | undefined;
  for (const part of path) {
    const map = isMap(node) ? node : undefined;
    pair = map && findPair(map, String(part));
    // What stands above the first entry is taken for a comment on the map.
    if (pair && pair === map?.items[0] && isScalar(pair.key)) pair.key.commentBefore ??= map.commentBefore ?? null;
    node = pair?.value;
  }
  return pair && isMap(pair.value) && isSelfContained(pair.value) ? pair : undefined;
}

function isSelfContained(node: unknown): boolean {
  if (isMap(node))
    return (
      !node.anchor &&
      node.items.every(({ key, value }) => isScalar(key) && key.value !== '<<' && isSelfContained(value ?? null))
    );
  if (isSeq(node)) return !node.anchor && node.items.every(isSelfContained);
  return node === null || (isScalar(node) && !node.anchor);
}

type Fields = Readonly<Record<string, unknown>>;

class Editor {
  constructor(
    private readonly document: Document,
    private readonly nodeFor: EditOptions['nodeFor'],
  ) {}

  map(node: YAMLMap, before: Fields, after: Fields, path: ConfigPath): void {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [old, next] = [before[key], after[key]];
      if (!isDeepStrictEqual(old, next)) this.entry(node, old, next, [...path, key]);
    }
  }

  private entry(node: YAMLMap, before: unknown, after: unknown, path: ConfigPath): void {
    const key = String(path.at(-1));
    const pair = findPair(node, key);
    if (after === undefined) {
      if (pair) node.items.splice(node.items.indexOf(pair), 1);
      // It comes from a file that this one extends, and `null` takes it away.
      else this.add(node, new Pair(new Scalar(key), new Scalar(null)), path);
      return;
    }
    if (!pair && before === undefined) {
      const ready = this.nodeFor?.(path);
      this.add(node, ready ?? new Pair(new Scalar(key), this.make(after, path)), path);
      return;
    }
    if (isFields(before) && isFields(after) && !('$secret' in before) && !('$secret' in after)) {
      if (isMap(pair?.value)) return this.map(pair.value, before, after, path);
      if (!pair) {
        const made = new YAMLMap();
        this.map(made, before, after, path);
        this.add(node, new Pair(new Scalar(key), made), path);
        return;
      }
    }
    if (pair && isSeq(pair.value) && isTables(path) && Array.isArray(before) && Array.isArray(after)) {
      if (this.tables(pair.value, before, after, path)) return;
    }
    this.set(node, pair, after, path);
  }

  private set(node: YAMLMap, pair: Pair | undefined, value: unknown, path: ConfigPath): void {
    const made = this.make(value, path);
    if (!pair) return this.add(node, new Pair(new Scalar(String(path.at(-1))), made), path);
    if (isScalar(pair.value) && isScalar(made) && !pair.value.anchor) {
      pair.value.value = made.value;
      // How a number was written, e.g. 1_000, belongs to the old one.
      delete pair.value.source;
      return;
    }
    if (isNode(pair.value)) {
      made.comment = pair.value.comment ?? null;
      made.commentBefore = pair.value.commentBefore ?? null;
    }
    pair.value = made;
  }

  /** Entries of `tables` by name. False, with nothing done, where the list has to be written anew. */
  private tables(list: YAMLSeq, before: readonly unknown[], after: readonly unknown[], path: ConfigPath): boolean {
    const names = [before, after].map((entries) => entries.map(entryName));
    const own = list.items.map((item) => (isMap(item) || isScalar(item) ? nameIn(item) : undefined));
    const isClear = [...names, own].every((all) => !all.includes(undefined) && new Set(all).size === all.length);
    if (!isClear || !isDeepStrictEqual(own, names[0])) return false;
    list.items = after.map((entry, index) => {
      const at = names[0]?.indexOf(names[1]?.[index]) ?? -1;
      const item = list.items[at] as Node | undefined;
      if (item === undefined) return this.make(entry, [...path, index]);
      const old = before[at];
      if (isDeepStrictEqual(old, entry)) return item;
      if (isMap(item) && isFields(old) && isFields(entry)) {
        this.map(item, old, entry, [...path, index]);
        return item;
      }
      const made = this.make(entry, [...path, index]);
      made.comment = item.comment ?? null;
      made.commentBefore = item.commentBefore ?? null;
      made.spaceBefore = item.spaceBefore === true;
      return made;
    });
    return true;
  }

  private make(value: unknown, path: ConfigPath): Node {
    const plain = path.length > 0 ? escapeReferences(withoutDefaults(value, path), path) : value;
    return this.document.createNode(plain, { aliasDuplicateObjects: false }) as Node;
  }

  private add(node: YAMLMap, pair: Pair, path: ConfigPath): void {
    const previous = node.items.at(-1);
    const isSpaced = path.length === 1 || (path.length === 2 && node.items.some(hasSpaceBefore));
    if (isSpaced && previous !== undefined) spaceBefore(pair);
    // An empty map is `{}`, which would put all that comes into it on one line.
    if (node.items.length === 0) node.flow = false;
    node.items.push(pair);
  }
}

const hasSpaceBefore = ({ key }: Pair): boolean => isScalar(key) && key.spaceBefore === true;

function spaceBefore(pair: Pair): void {
  if (isScalar(pair.key)) pair.key.spaceBefore = true;
  else if (typeof pair.key === 'string') {
    const key = new Scalar(pair.key);
    key.spaceBefore = true;
    pair.key = key;
  }
}

const isNode = (value: unknown): value is Node => isMap(value) || isSeq(value) || isScalar(value);
const isTables = (path: ConfigPath): boolean => path.length === 3 && path[0] === 'transferSets' && path[2] === 'tables';

function nameIn(item: YAMLMap | Scalar): string | undefined {
  const [first, ...more] = isMap(item) ? item.items : [{ key: item }];
  return first && more.length === 0 && isScalar(first.key) ? unmaskReferences(String(first.key.value)) : undefined;
}

function findPair(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && unmaskReferences(String(pair.key.value)) === key);
}

/** The habits of the file, so that lines nobody changes come out as they went in. */
function styleOf(text: string): { lineWidth: 0; indent: number; indentSeq: boolean; flowCollectionPadding: boolean } {
  const indent = /^(?:[^\s#-][^\n]*:[^\S\n]*(?:#[^\n]*)?\n(?:\s*#[^\n]*\n)*)( +)[^\s#-]/m.exec(text)?.[1]?.length ?? 2;
  const list = /^( *)[^\s#-][^\n]*:[^\S\n]*(?:#[^\n]*)?\n( *)- /m.exec(text);
  return {
    lineWidth: 0,
    indent,
    indentSeq: list === null || (list[2]?.length ?? 0) > (list[1]?.length ?? 0),
    flowCollectionPadding: !/\{[^\s{}]/.test(text.replace(/\$\{[^}]*\}/g, '')),
  };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
