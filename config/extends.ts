/** Reads a file together with the files it extends and merges them into one tree. */
import { realpathSync } from 'node:fs';
import { dirname, join, isAbsolute, resolve } from 'node:path';
import type { ProblemList } from './problems';
import { type Environment, fillReferences, parseReferences, describeMissing } from './references';
import { parseSource, readSource } from './source';
import { type MapNode, mergeTrees, type ScalarNode, type TreeNode } from './tree';

interface OpenFile {
  /** Absolute, links followed: two names of one file are one file. */
  real: string;
  label: string;
}

export class FileLoader {
  /** Every file read, as messages name them; the main file first. */
  readonly files: string[] = [];
  private readonly done = new Map<string, TreeNode | undefined>();

  constructor(
    private readonly env: Environment,
    private readonly problems: ProblemList,
  ) {}

  /** The merged tree, or undefined with problems noted. `label` is the name that messages use. */
  load(path: string, label: string): TreeNode | undefined {
    const text = readSource(path, label, this.problems);
    return text === undefined ? undefined : this.loadText(text, path, label);
  }

  /** The same for text that is not, or not yet, in the file. */
  loadText(text: string, path: string, label: string): TreeNode | undefined {
    return this.parse(text, { real: realPath(path), label }, []);
  }

  private parse(text: string, file: OpenFile, open: readonly OpenFile[]): TreeNode | undefined {
    if (!this.files.includes(file.label)) this.files.push(file.label);
    const tree = parseSource(text, file.label, this.problems);
    if (!tree) return undefined;
    if (tree.kind !== 'map') {
      this.problems.add(
        'A configuration file is a map of sections such as `environments` and `transferSets`.',
        tree.at,
        undefined,
        'CONFIG_SYNTAX',
      );
      return undefined;
    }
    const { own, bases } = this.split(tree);
    const merged = bases.map((base) => this.base(base, [...open, file]));
    const known = merged.filter((base) => base !== undefined);
    return known.length === 0 ? own : [...known, own].reduce(mergeTrees);
  }

  private split(tree: MapNode): { own: MapNode; bases: ScalarNode[] } {
    const entries = new Map(tree.entries);
    const wanted = entries.get('extends')?.node;
    entries.delete('extends');
    entries.delete('$schema');
    const nodes = wanted?.kind === 'list' ? wanted.items : wanted ? [wanted] : [];
    const bases = nodes.filter(
      (node): node is ScalarNode => node.kind === 'scalar' && typeof node.value === 'string' && node.value !== '',
    );
    for (const node of nodes.filter((item) => !bases.some((base) => base === item))) {
      this.problems.add('`extends` must be the name of a file, or a list of names.', node.at, ['extends']);
    }
    return { own: { ...tree, entries }, bases };
  }

  private base(node: ScalarNode, open: readonly OpenFile[]): TreeNode | undefined {
    const from = open.at(-1);
    const name = this.nameOf(node, from);
    if (!from || name === undefined) return undefined;
    const path = resolve(dirname(from.real), name);
    const label = isAbsolute(name) ? name : join(dirname(from.label), name);
    const real = realPath(path);
    const start = open.findIndex((file) => file.real === real);
    if (start >= 0) {
      const circle = [...open.slice(start).map((file) => file.label), label].join(' → ');
      this.problems.add(
        `The files extend one another in a circle: ${circle}.`,
        node.at,
        ['extends'],
        'CONFIG_EXTENDS_CYCLE',
      );
      return undefined;
    }
    if (!this.done.has(real)) {
      const text = readSource(path, label, this.problems, node.at, ['extends']);
      this.done.set(real, text === undefined ? undefined : this.parse(text, { real, label }, open));
    }
    return this.done.get(real);
  }

  private nameOf(node: ScalarNode, from: OpenFile | undefined): string | undefined {
    const parsed = parseReferences(String(node.value));
    if ('problem' in parsed) return void this.problems.add(`\`extends\` ${parsed.problem}.`, node.at, ['extends']);
    const filled = fillReferences(parsed.pieces, { env: this.env, baseDir: dirname(from?.real ?? '.') });
    if ('value' in filled) return filled.value;
    for (const missing of filled.missing)
      this.problems.add(`\`extends\` refers to ${describeMissing(missing)}.`, node.at, ['extends'], 'SECRET_MISSING');
    return undefined;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
