/** Building blocks that several sections of the configuration share. */
import { z } from 'zod';

/** Text that is filled in when the configuration is used: `${NAME}`, `${env:NAME:-default}`, `${file:/run/secrets/x}`. */
export const reference = z
  .string()
  .regex(/\$\{[^{}]+\}/, 'must be a reference such as ${env:NAME}')
  .meta({
    id: 'reference',
    description:
      'A reference that is filled in when it is needed: `${NAME}`, `${env:NAME}`, `${env:NAME:-default}` or `${file:/run/secrets/x}`.',
  });

/** How a stored configuration stands for a secret that was written out in the file: where to look it up again. */
export const storedSecret = z
  .strictObject({
    $secret: z.string().min(1).describe('Path of the secret in the configuration file of the process that needs it.'),
  })
  .meta({
    id: 'storedSecret',
    description:
      'Stands for a secret in stored and exported configurations; looked up in the configuration of the worker that uses it.',
  });

/** A value that may still be a reference when the file has been read: connection settings, which differ by machine. */
export const orReference = <T extends z.ZodType>(schema: T) => z.union([schema, reference]);

/** A text that is a secret or may hold one. */
export const orSecret = <T extends z.ZodType>(schema: T) => z.union([schema, storedSecret]);

const SIZE = /^\s*\d+(\.\d+)?\s*(([kKmMgGtT][iI]?)?[bB])?\s*$/;
const DURATION = /^\s*(\d+(\.\d+)?\s*(ms|s|m|h|d|w)\s*)+$/;

/** A size in bytes: a number or text that `parseBytes` reads. */
export const size = z.union([
  z.number().int().nonnegative(),
  z.string().regex(SIZE, 'must be a size such as 128MB, 1.5GiB or 4096'),
]);

/** A length of time: text that `parseDuration` reads. */
export const duration = z.string().regex(DURATION, 'must be a duration such as 30s, 15m or 1h30m');

/** Names of environments and transfer sets: they become parts of workflow ids, paths and variables. */
export const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
    'must be 1 to 64 letters, digits, - or _, and start with a letter or digit',
  );

/** Text of one line that is not empty: names of tables and columns, paths, hosts. */
export const word = z.string().regex(/^[^\u0000-\u001f]+$/, 'must be text of one line that is not empty');
