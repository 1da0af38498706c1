/** Settings that environments of several kinds have. */
import { z } from 'zod';
import { word } from './fields';

/** What an environment of any kind can forbid. */
export const safety = {
  readOnly: z
    .boolean()
    .default(false)
    .describe('Nothing is ever written to this environment; enforced below every connector and in the session.'),
  protectedTables: z
    .array(word)
    .default([])
    .describe('Tables that no run may write; `*` stands for any run of characters.'),
  maxRowsPerTable: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('No table with more rows than this is transferred into this environment.'),
};

/** Of databases that rows are moved between. */
export const common = {
  ...safety,
  stagingSchema: z
    .string()
    .regex(/^[^\u0000-\u001f]{1,63}$/, 'must be 1 to 63 characters')
    .default('longshore_staging')
    .describe('Schema in the target for staging tables; created when missing, removed when empty.'),
};
