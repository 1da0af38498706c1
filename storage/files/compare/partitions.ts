import { Groups } from '../../../core/file/compare/groups';
import { allocateWords, TOTAL, type Words } from '../../../core/file/compare/records';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { Spill } from './spill';

/** Into so many parts one that is too large is cut. */
const CUT = 32;
const HASH_BITS = 32;

interface Limits {
  /** Words that rows of one partition may take in memory. */
  words: number;
  folder: string;
  /** For the message, where rows of one key are too many. */
  key: readonly string[];
  /** One more partition of the first cut is done. */
  onDone(): void;
}

/** Rows of one partition after the other, in memory; those of a key are always together. */
export async function* groupsOf(spill: Spill, limits: Limits): AsyncGenerator<Groups> {
  const groups = new Groups(limits.words);
  for (let partition = 0; partition < spill.partitions; partition++) {
    yield* within(spill, partition, groups, limits);
    limits.onDone();
  }
}

async function* within(spill: Spill, partition: number, groups: Groups, limits: Limits): AsyncGenerator<Groups> {
  if (spill.isEmpty(partition)) return;
  groups.clear();
  const isWhole = await spill.read(
    partition,
    (words) => groups.place(words),
    (words) => groups.add(words),
  );
  if (isWhole) {
    spill.forget(partition);
    yield groups;
    return;
  }
  const parts = await cut(spill, partition, limits);
  try {
    for (let part = 0; part < parts.partitions; part++) yield* within(parts, part, groups, limits);
  } finally {
    await parts.close();
  }
}

/** Divides a partition anew, by further bits of the hash. */
async function cut(spill: Spill, partition: number, { folder, key, words: limit }: Limits): Promise<Spill> {
  const { usedBits } = spill;
  if (usedBits >= HASH_BITS)
    throw new LongshoreError(
      'USAGE',
      `--key: ${key.join(', ')} tells too few rows apart: those with one key take more than the ${Math.round((limit * 4) / 1e6)} MB that there are for them.`,
      {},
      { next: 'Name further columns with --key, or allow more with --memory.' },
    );
  const parts = new Spill({ partitions: CUT, usedBits, heldWords: 0, folder });
  try {
    let memory: Words = allocateWords(0);
    await spill.read(
      partition,
      (words) => {
        if (memory.u32.length < words) memory = allocateWords(words);
        return memory.u8.subarray(0, words * 4);
      },
      (words) => {
        for (let at = 0; at < words; at += memory.u32[at + TOTAL]!) parts.add(memory, at, memory.u32[at + TOTAL]!);
      },
      () => parts.flush(),
    );
    await parts.end();
    spill.forget(partition);
    return parts;
  } catch (error) {
    await parts.close();
    throw error;
  }
}
