/** Masks along foreign keys: what points at a masked key is masked with it, or the rows would no longer find each other. */
import { LongshoreError } from '../errors/longshore-error';
import type { ColumnMask } from '../types/mask';
import { type ColumnSchema, type TableSchema, tableId } from '../types/table';
import { isTextNumber } from './native';
import { repeats } from './rules';

/** A table of the set with the rules given to its columns, by name. */
export interface TableRules {
  table: TableSchema;
  masks: Record<string, ColumnMask>;
  /** Columns that somebody looked at and found harmless. */
  kept: string[];
  /** Room for text, where the target has less of it than the source, by column. */
  widths?: Record<string, number>;
}

export interface SpreadMasks {
  /** All masks of each table, in the order given. */
  masks: Record<string, ColumnMask>[];
  problems: LongshoreError[];
  /** For the preview, by table. */
  notes: string[][];
}

interface Node {
  table: number;
  id: string;
  column: ColumnSchema;
  mask?: ColumnMask;
  /** The set itself says what is to be done with the column. */
  isDecided: boolean;
  /** Part of a primary or unique key. */
  isDeclaredKey: boolean;
}

interface Edge {
  child: Node;
  parent: Node;
}

const nameOf = ({ id, column }: Node): string => `${id}.${column.name}`;

/**
 * Gives every foreign-key column of the set the mask of the key column it points at, through any number of tables, also
 * where tables point at themselves or in a circle. Problems, all MASK_INVALID: a column that is told otherwise than its
 * key, a masked column whose key stays as it is, a key masked by a rule that its foreign keys cannot follow.
 */
export function propagateMasks(tables: readonly TableRules[]): SpreadMasks {
  const graph = new KeyGraph(tables);
  graph.spread();
  graph.noteStrays();
  graph.alignLengths(tables);
  return {
    masks: graph.masks(),
    problems: [...graph.brokenKeys(), ...graph.conflicts()],
    notes: graph.notes,
  };
}

class KeyGraph {
  readonly notes: string[][];
  readonly #nodes: Map<string, Node>[];
  readonly #edges: Edge[] = [];
  readonly #children = new Map<Node, Node[]>();
  /** Columns that point at tables outside of the set. */
  readonly #strays: { child: Node; key: string }[] = [];

  constructor(tables: readonly TableRules[]) {
    this.notes = tables.map(() => []);
    this.#nodes = tables.map(
      ({ table, masks, kept }, index) =>
        new Map(
          table.columns.map((column) => {
            const mask = masks[column.name];
            const isDecided = mask !== undefined || kept.includes(column.name);
            const keys = [table.primaryKey, ...table.uniqueKeys];
            const isDeclaredKey = keys.some((key) => key?.columns.includes(column.name));
            return [
              column.name,
              { table: index, id: tableId(table.ref), column, ...(mask && { mask }), isDecided, isDeclaredKey },
            ];
          }),
        ),
    );
    const byId = new Map(tables.map(({ table }, index) => [tableId(table.ref), index]));
    tables.forEach(({ table }, index) => {
      for (const key of table.foreignKeys) {
        const { database } = table.ref;
        const to = { ...(database !== undefined && { database }), ...key.to };
        const parent = byId.get(tableId(to));
        key.columns.forEach((name, position) => {
          const child = this.#nodes[index]!.get(name);
          if (!child) return;
          const target = key.toColumns[position] ?? '';
          if (parent === undefined) this.#strays.push({ child, key: `${tableId(to)}.${target}` });
          const found = parent === undefined ? undefined : this.#nodes[parent]!.get(target);
          if (found && found !== child) this.#link(child, found);
        });
      }
    });
  }

  #link(child: Node, parent: Node): void {
    this.#edges.push({ child, parent });
    const children = this.#children.get(parent);
    if (children) children.push(child);
    else this.#children.set(parent, [child]);
  }

  noteStrays(): void {
    for (const { child, key } of this.#strays) {
      if (!child.mask || child.mask.rule === 'null') continue;
      this.notes[child.table]!.push(
        `Column ${nameOf(child)} is masked, but ${key}, at which it points, is not in this set: rows find each other only if that key is masked by the same rule and masking key.`,
      );
    }
  }

  /** From every masked column to all that points at it. */
  spread(): void {
    const queue = this.#nodes.flatMap((nodes) => [...nodes.values()].filter(({ mask }) => mask !== undefined));
    for (const parent of queue) {
      // An expression names columns of its own table, and NULL is no key to point at.
      if (!parent.mask || parent.mask.rule === 'sql' || repeats(parent.mask)) continue;
      for (const child of this.#children.get(parent) ?? []) {
        if (child.isDecided || child.mask) continue;
        child.mask = parent.mask;
        queue.push(child);
        this.notes[child.table]!.push(
          `Column ${nameOf(child)} is masked by rule '${parent.mask.rule}', as ${nameOf(parent)} is, at which it points.`,
        );
      }
    }
  }

  /** Hashes of text are cut to the narrowest column that shares them. */
  alignLengths(tables: readonly TableRules[]): void {
    const widthOf = ({ table, column }: Node) =>
      Math.min(column.maxLength ?? Infinity, tables[table]!.widths?.[column.name] ?? Infinity);
    const seen = new Set<Node>();
    for (const { child, parent } of this.#edges) {
      if (seen.has(child) || !isCut(child.mask) || !isSame(child.mask, parent.mask)) continue;
      const group = this.#sharing(child);
      for (const node of group) seen.add(node);
      const widths = group.map(widthOf);
      const least = Math.min(...widths);
      if (widths.every((width) => width === least)) continue;
      for (const node of group) if (isCut(node.mask)) node.mask = { rule: node.mask.rule, length: least };
    }
  }

  #sharing(start: Node): Node[] {
    const group = new Set([start]);
    for (const node of group)
      for (const { child, parent } of this.#edges) {
        const other = child === node ? parent : parent === node ? child : undefined;
        if (other && isSame(other.mask, start.mask)) group.add(other);
      }
    return [...group];
  }

  /** Keys by a unique index alone under rules that keep no two values apart; `checkMask` looks at declared keys. */
  brokenKeys(): LongshoreError[] {
    return [...this.#children].flatMap(([parent, [child]]) => {
      if (!parent.mask || !child || parent.isDeclaredKey || !repeats(parent.mask)) return [];
      return [
        problem(
          parent,
          `Column ${nameOf(parent)} is a key at which ${nameOf(child)} points, and rule '${parent.mask.rule}' may make one value of two.`,
          `Use hash for ${nameOf(parent)}: its foreign keys follow.`,
        ),
      ];
    });
  }

  /** Foreign-key columns that do not agree with their keys. */
  conflicts(): LongshoreError[] {
    const told = new Set<string>();
    return this.#edges.flatMap(({ child, parent }) => {
      const isKeyBroken = parent.mask !== undefined && repeats(parent.mask);
      // A NULL points at nothing, so it never points at the wrong row.
      if (child.mask?.rule === 'null' || isKeyBroken) return [];
      const isAlike = !child.mask || parent.mask?.rule === 'sql' || formOf(child.column) === formOf(parent.column);
      if (isAlike && isSame(child.mask, parent.mask)) return [];
      const names = `${nameOf(child)} ${nameOf(parent)}`;
      if (told.has(names)) return [];
      told.add(names);
      return [conflict(child, parent)];
    });
  }

  masks(): Record<string, ColumnMask>[] {
    return this.#nodes.map((nodes) =>
      Object.fromEntries([...nodes].flatMap(([name, { mask }]) => (mask ? [[name, mask] as const] : []))),
    );
  }
}

function conflict(child: Node, parent: Node): LongshoreError {
  const [from, to] = [nameOf(child), nameOf(parent)];
  if (parent.mask?.rule === 'sql' && !child.isDecided)
    return problem(
      child,
      `Column ${to} is masked by an SQL expression, which its foreign key ${from} cannot follow.`,
      `Use hash for ${to}, or give ${from} an expression of its own that makes the same values.`,
    );
  if (!child.mask)
    return problem(
      child,
      `Column ${from} is kept as it is, but it points at ${to}, which is masked by rule '${parent.mask!.rule}'.`,
      `Take ${from} out of \`mask\`: it follows its key. Or keep ${to} as well.`,
    );
  if (!parent.mask)
    return problem(
      child,
      `Column ${from} is masked by rule '${child.mask.rule}', but it points at ${to}, which is not masked: its rows would find nothing.`,
      `Mask ${to} by hash; its foreign keys follow.`,
    );
  if (isSame(child.mask, parent.mask))
    return problem(
      child,
      `Column ${from} is ${child.column.nativeType} and points at ${to}, which is ${parent.column.nativeType}: rule '${child.mask.rule}' makes different values of them.`,
      'Keep both columns, or use an SQL expression for both.',
    );
  return problem(
    child,
    `Column ${from} is masked by rule '${child.mask.rule}', but it points at ${to}, which is masked by ${
      child.mask.rule === parent.mask.rule ? 'the same rule with other settings' : `rule '${parent.mask.rule}'`
    }.`,
    `Take ${from} out of \`mask\`: it follows its key.`,
  );
}

/** What a rule goes by: columns of one form give one masked value for equal values. */
function formOf({ logical, nativeType }: ColumnSchema): string {
  if (isTextNumber({ logical, nativeType })) return 'whole number';
  switch (logical.kind) {
    case 'int16':
    case 'int32':
    case 'int64':
      return 'whole number';
    case 'decimal':
      return logical.scale === 0 ? 'whole number' : `decimal of scale ${logical.scale}`;
    default:
      return logical.kind;
  }
}

const problem = ({ id, column }: Node, message: string, next: string): LongshoreError =>
  new LongshoreError('MASK_INVALID', message, { table: id, column: column.name }, { next });

const isCut = (mask: ColumnMask | undefined): mask is Extract<ColumnMask, { rule: 'hash' | 'email' }> =>
  mask?.rule === 'hash' || mask?.rule === 'email';

/** The same rule with the same settings; lengths are planning's own. Two expressions are taken for one another. */
function isSame(a: ColumnMask | undefined, b: ColumnMask | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (isCut(a) || isCut(b) || (a.rule === 'sql' && b.rule === 'sql')) return a.rule === b.rule;
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

const sorted = (mask: ColumnMask) => Object.entries(mask).toSorted(([a], [b]) => (a < b ? -1 : 1));
