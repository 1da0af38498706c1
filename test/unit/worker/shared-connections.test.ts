import { sharedConnections } from '../../../worker/shared-connections';

interface Ref {
  runId: string;
  configVersion: number;
  name: string;
}

describe('connections that activities share', () => {
  const ref = (runId: string, name = 'a'): Ref => ({ runId, configVersion: 1, name });
  let opened: string[];
  let closed: string[];
  let fail: boolean;
  const make = () =>
    sharedConnections(
      ({ name }: Ref) => name,
      async ({ runId, name }) => {
        if (fail) throw new Error('not now');
        opened.push(`${runId} ${name}`);
        return Promise.resolve({ close: async () => Promise.resolve(void closed.push(`${runId} ${name}`)) });
      },
    );

  beforeEach(() => {
    [opened, closed, fail] = [[], [], false];
  });

  it('are opened once for a run, and for each run by itself', async () => {
    const shared = make();
    await Promise.all([shared.use(ref('r1'), async () => undefined), shared.use(ref('r1'), async () => undefined)]);
    await shared.use(ref('r2'), async () => undefined);
    await shared.use(ref('r2', 'b'), async () => undefined);
    expect(opened).toEqual(['r1 a', 'r2 a', 'r2 b']);
    await shared.release('r2');
    expect(closed.toSorted()).toEqual(['r2 a', 'r2 b']);
    await shared.close();
    expect(closed).toHaveLength(3);
  });

  it('are closed after the last who uses them when their run has ended', async () => {
    const shared = make();
    await shared.use(ref('r1'), async () => {
      await shared.release('r1');
      expect(closed).toEqual([]);
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(closed).toEqual(['r1 a']);
  });

  it('are opened anew after they could not be opened', async () => {
    const shared = make();
    fail = true;
    await expect(shared.use(ref('r1'), async () => undefined)).rejects.toThrow('not now');
    fail = false;
    expect(await shared.use(ref('r1'), async () => 7)).toBe(7);
    await shared.close();
  });
});
