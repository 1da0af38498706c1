import { type ColumnMatch, matchColumns } from '../../../core/file/compare/columns';
import { differencesOf } from '../../../core/file/compare/differences';
import { KIND, RecordEncoder } from '../../../core/file/compare/records';
import { type FileComparison, isEqual } from '../../../core/file/compare/result';
import { Tally } from '../../../core/file/compare/tally';
import { Window } from '../../../core/file/compare/window';
import type { FormatOptions } from '../../../core/types/file';
import type { ReadingOptions } from '../open-table';
import { DifferencesFile } from './differences-file';
import { groupsOf } from './partitions';
import { haveSameBytes } from './same-bytes';
import { Side } from './side';
import { Spill } from './spill';

export interface CompareOptions extends ReadingOptions {
  /** Of both files. */
  format: FormatOptions;
  /** Names of columns; several may be joined by commas. Empty: whole rows are compared. */
  key: readonly string[];
  ignore: readonly string[];
  /** Samples of each kind of difference. */
  limit: number;
  /** A quoted empty text is as good as no value. */
  emptyAsNull: boolean;
  /** File for all differences. */
  output?: string;
  /** Bytes that rows may take in memory. */
  memory: number;
  /** Where rows go that find no room there. */
  folder: string;
}

/** How many bytes `onBytes` hears of, where files have so many: they are read, and brought together. */
export const bytesOfComparison = (a: number, b: number): number => (a + b) * (a === b ? 3 : 2);

/** Shares of the memory: rows read last, rows that wait, rows of the partition at hand. */
const SHARES = { window: 1 / 16, waiting: 1 / 8, partition: 1 / 4 } as const;
const MOST_PARTITIONS = 1024;
/** By how much rows grow from file to record, about. */
const GROWTH = 1.5;

/**
 * Compares two delimited files by the values that stand in them. Each is read once; rows that meet their like while both
 * are read are done with, others wait in partitions, on disk where they find no room. Memory does not grow with the files.
 * Throws as `openTable` and `readRows`, USAGE and FILE_SCHEMA_MISMATCH for columns, DISK_FULL and STAGING_UNAVAILABLE.
 */
export async function compareFiles(paths: readonly [string, string], options: CompareOptions): Promise<FileComparison> {
  const [a, b] = [
    await Side.open(paths[0], options.format, options),
    await Side.open(paths[1], options.format, options),
  ];
  const match = matchColumns(a.named, b.named, options.key, options.ignore);
  const names = match.compared.map(({ name }) => name);
  const sameBytes = a.table.size === b.table.size && (await haveSameBytes(paths, options));
  const out = options.output === undefined ? undefined : await DifferencesFile.open(options.output, names, match.keys);
  const spill = new Spill({
    partitions: partitionsFor(a.table.size + b.table.size, options.memory),
    usedBits: 0,
    heldWords: (options.memory * SHARES.waiting) / 4,
    folder: options.folder,
  });
  try {
    await readBoth(a, b, match, spill, options);
    const tally = new Tally(names, match.keys, options.limit);
    const limits = {
      words: (options.memory * SHARES.partition) / 4,
      folder: options.folder,
      key: names.slice(0, match.keys),
      onDone: () => options.onBytes?.((a.table.size + b.table.size) / spill.partitions),
    };
    for await (const groups of groupsOf(spill, limits)) {
      options.signal?.throwIfAborted();
      for (const found of differencesOf(groups, names.length, match.keys)) {
        tally.add(found);
        out?.add(found);
        if (out?.isFull) await out.drain();
      }
    }
    await out?.finish();
    return summary(a, b, match, sameBytes, tally);
  } catch (error) {
    await out?.abort();
    throw error;
  } finally {
    await Promise.all([a.close(), b.close(), spill.close()]);
  }
}

/** Reads both, side by side, so that rows at about the same place meet. */
async function readBoth(a: Side, b: Side, match: ColumnMatch, spill: Spill, options: CompareOptions): Promise<void> {
  const window = new Window(Math.floor((options.memory * SHARES.window) / 4), match.keys > 0, (words, at, count) =>
    spill.add(words, at, count),
  );
  const { keys } = match;
  const encoders = {
    a: new RecordEncoder({ ...options, columns: match.compared.map((each) => each.a), keys, side: KIND.a }),
    b: new RecordEncoder({ ...options, columns: match.compared.map((each) => each.b), keys, side: KIND.b }),
  };
  while (!a.isDone || !b.isDone) {
    options.signal?.throwIfAborted();
    const side = b.isDone || (!a.isDone && a.share <= b.share) ? a : b;
    const encoder = side === a ? encoders.a : encoders.b;
    const batch = await side.next();
    if (batch === undefined) continue;
    for (let row = 0; row < batch.rows; row++) {
      const at = window.place(encoder.room(batch, row));
      side.follow(encoder.write(window.words, at, batch, row));
      window.add();
    }
    await spill.flush();
  }
  window.end();
  await spill.end();
}

function summary(a: Side, b: Side, match: ColumnMatch, sameBytes: boolean, tally: Tally): FileComparison {
  const found = tally.result();
  const [typesA, typesB] = [a.types(), b.types()];
  const { compared, keys, byPosition, onlyInA, onlyInB, moved, respelled, ignored } = match;
  const names = compared.map(({ name }) => name);
  const types = compared
    .map(({ name, a: left, b: right }) => ({ column: name, a: typesA[left] ?? '', b: typesB[right] ?? '' }))
    .filter((each) => each.a !== each.b && a.rows > 0 && b.rows > 0);
  const columns = { compared: names, byPosition, onlyInA, onlyInB, moved, respelled, ignored, types };
  const facts = {
    sameOrder: a.rows === b.rows && a.order === b.order,
    sameBytes,
    a: a.facts(),
    b: b.facts(),
    key: names.slice(0, keys),
    columns,
    equalRows: a.rows - found.onlyInA.rows - found.changed.rows,
    ...found,
  };
  return { equal: isEqual(facts), ...facts };
}

/** So many that one of them takes a fraction of the memory. */
function partitionsFor(bytes: number, memory: number): number {
  const wanted = (bytes * GROWTH) / (memory * SHARES.partition * 0.4);
  return Math.min(MOST_PARTITIONS, 2 ** Math.ceil(Math.log2(Math.max(1, wanted))));
}
