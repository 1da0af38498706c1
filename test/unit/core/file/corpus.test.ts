import { createHash } from 'node:crypto';
import { corpus } from '../../../corpus/generate';
import type { CorpusFile } from '../../../corpus/truth';
import { judge, type Trait, TRAITS, type Verdict } from '../../../corpus/judge';

/** Per cent of files whose trait must be recognised; close below what is reached, so that a loss shows. */
const LEAST: Readonly<Record<Trait, number>> = {
  encoding: 99.5,
  mark: 100,
  delimiter: 99.5,
  quote: 99.5,
  escape: 99,
  'line ends': 99.5,
  header: 99,
  'header names': 99,
  preamble: 99,
  footer: 99.5,
  tables: 99.5,
  rows: 99,
  types: 99.5,
  ambiguity: 100,
  refused: 100,
};

const files = corpus();
const verdicts: (Verdict & { file: string })[] = [];

beforeAll(() => {
  for (const file of files) for (const verdict of judge(file)) verdicts.push({ ...verdict, file: file.name });
  process.stderr.write(`${table()}\n`);
});

const digest = ({ name, bytes, truth }: CorpusFile): string =>
  createHash('sha256').update(name).update(bytes).update(JSON.stringify(truth)).digest('hex');

const share = (trait: Trait): { right: number; all: number; percent: number } => {
  const of = verdicts.filter((each) => each.trait === trait);
  const right = of.filter((each) => each.right).length;
  return { right, all: of.length, percent: of.length === 0 ? 0 : (right / of.length) * 100 };
};

/** Precision of each trait, and the files that were missed. */
function table(): string {
  const lines = TRAITS.map((trait) => {
    const { right, all, percent } = share(trait);
    return `${trait.padEnd(14)}${String(right).padStart(5)} of ${String(all).padStart(4)}  ${percent.toFixed(1).padStart(5)} %`;
  });
  const missed = verdicts.filter(({ right }) => !right);
  return [
    `Corpus of ${files.length} files`,
    ...lines,
    ...missed.map(({ file, trait, found, truth }) => `missed: ${file} ${trait}: found ${found}, true is ${truth}`),
  ].join('\n');
}

describe('recognising and reading the corpus', () => {
  it('has at least 300 files of different names', () => {
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
    expect(files.length).toBeGreaterThanOrEqual(300);
  });

  it('is the same corpus in every run', () => {
    expect(corpus().map(digest)).toEqual(files.map(digest));
  });

  it.each(TRAITS)('is right about %s as often as it was', (trait) => {
    expect(share(trait).percent).toBeGreaterThanOrEqual(LEAST[trait]);
  });
});
