import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allocateWords, KIND, RecordEncoder, textsOf } from '../../../../core/file/compare/records';
import { groupsOf } from '../../../../storage/files/compare/partitions';
import { Spill } from '../../../../storage/files/compare/spill';
import { fieldBatch } from '../../core/file/field-batch';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'longshore-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `keys` keys with two rows of file A each, and one row of B that is as the first of them. */
async function spilled(keys: number, heldWords: number): Promise<Spill> {
  const spill = new Spill({ partitions: 1, usedBits: 0, heldWords, folder });
  const words = allocateWords(64);
  const options = { columns: [0, 1], keys: 1, emptyAsNull: false };
  const [a, b] = [new RecordEncoder({ ...options, side: KIND.a }), new RecordEncoder({ ...options, side: KIND.b })];
  for (const [encoder, value] of [
    [a, 'one'],
    [a, 'two'],
    [b, 'one'],
  ] as const) {
    for (let key = 0; key < keys; key++) {
      encoder.write(words, 0, fieldBatch([[`key ${key}`, value]]), 0);
      spill.add(words, 0, words.u32[0]!);
      if (key % 1000 === 0) await spill.flush();
    }
  }
  await spill.end();
  return spill;
}

/** Keys of which both rows were met at once, with how often they stand in each file. */
async function metIn(spill: Spill, words: number): Promise<{ keys: string[]; rounds: number }> {
  const keys: string[] = [];
  let rounds = 0;
  for await (const groups of groupsOf(spill, { words, folder, key: ['k'], onDone: () => undefined })) {
    rounds++;
    for (const rows of groups.keys())
      keys.push(
        `${textsOf(groups.words, rows[0]!.at, 1, 1)[0]}: ${rows
          .map(({ at, a, b }) => `${textsOf(groups.words, at, 2, 1)[1]} ${a} ${b}`)
          .toSorted()
          .join(', ')}`,
      );
  }
  return { keys: keys.toSorted(), rounds };
}

const KEYS = 5_000;
const expected = Array.from({ length: KEYS }, (_, key) => `key ${key}: one 1 1, two 1 0`).toSorted();

describe('partitions of rows', () => {
  it.each([
    ['in memory', 1e9, 1e9, false],
    ['on disk', 0, 1e9, false],
    ['on disk, cut where they are too large', 0, 40_000, true],
    ['some in memory and some on disk, cut', 60_000, 40_000, true],
  ])('bring rows of a key together, each once: %s', async (_where, heldWords, words, isCut) => {
    const spill = await spilled(KEYS, heldWords);
    const { keys, rounds } = await metIn(spill, words);
    await spill.close();
    expect(keys).toEqual(expected);
    expect(rounds > 1).toBe(isCut);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names the folder where rows find no place', async () => {
    rmSync(folder, { recursive: true });
    await expect(spilled(KEYS, 0)).rejects.toMatchObject({
      code: 'STAGING_UNAVAILABLE',
      message: expect.stringContaining(folder),
    });
  });
});
