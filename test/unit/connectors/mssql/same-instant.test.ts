import fc from 'fast-check';
import { seeingTheSame, type SnapshotFacts } from '../../../../connectors/mssql/same-instant';

/** A server in miniature: what happens one after the other, and what each snapshot then sees as committed. */
function play(steps: readonly ('open' | 'begin' | number)[]): { facts: SnapshotFacts; sees: Set<bigint> }[] {
  let next = 1n;
  const writing: bigint[] = [];
  const committed = new Set<bigint>();
  const readers: bigint[] = [];
  const opened: { facts: SnapshotFacts; sees: Set<bigint> }[] = [];
  for (const step of steps) {
    if (step === 'begin') writing.push(next++);
    else if (step === 'open') {
      const sequence = next++;
      opened.push({ facts: { sequence, active: new Set([...writing, ...readers]) }, sees: new Set(committed) });
      readers.push(sequence);
    } else if (writing.length > 0) committed.add(writing.splice(step % writing.length, 1)[0]!);
  }
  return opened;
}

const step = fc.oneof(fc.constant('open' as const), fc.constant('begin' as const), fc.nat(5));

test('those that are said to see the same do, whatever commits around them', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const opened = play(steps);
      const same = seeingTheSame(opened.map(({ facts }) => facts));
      for (const index of same) expect(opened[index]!.sees).toEqual(opened[same[0]!]!.sees);
    }),
    { numRuns: 2000 },
  );
});

test('those that see the same with nobody ending in between are found', () => {
  const opened = play(['begin', 'open', 'begin', 'open', 'open', 0, 'open']);
  expect(seeingTheSame(opened.map(({ facts }) => facts))).toEqual([0, 1, 2]);
});

test('one sees one moment, and none see nothing', () => {
  expect(seeingTheSame([{ sequence: 7n, active: new Set() }])).toEqual([0]);
  expect(seeingTheSame([])).toEqual([]);
});
