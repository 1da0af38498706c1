import type { MssqlPool } from '../../../../connectors/mssql/pool';
import { openTarget } from '../../../../connectors/mssql/target';
import { LongshoreError } from '../../../../core/errors/longshore-error';

const pool = {
  assertWritable: (what: string) => {
    throw new LongshoreError('READ_ONLY_ENVIRONMENT', `does not ${what}`);
  },
} as unknown as MssqlPool;

describe('a target of an environment that is marked read-only', () => {
  const methods: [string, unknown][] = Object.entries(openTarget(pool, { stagingSchema: 's' }));

  it.each(methods)('refuses %s before it does anything', async (_name, method) => {
    const call = async (): Promise<unknown> => (method as (...args: unknown[]) => unknown)({}, {});
    await expect(call()).rejects.toMatchObject({ code: 'READ_ONLY_ENVIRONMENT' });
  });
});
