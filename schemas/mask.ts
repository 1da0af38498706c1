/** Masking rules of a column: a word for those that need nothing more, else an object. */
import { z } from 'zod';
import { orReference, orSecret, word } from './fields';

const simple = z.enum([
  'keep',
  'null',
  'redact',
  'hash',
  'email',
  'name',
  'first-name',
  'last-name',
  'phone',
  'address',
]);

const rule = <const R extends string>(name: R) => z.literal(name).describe('Name of the rule.');

const constant = z
  .strictObject({
    rule: rule('constant'),
    value: z.union([z.string(), z.number(), z.boolean()]).describe('Text, number, or true or false.'),
  })
  .describe('The same value in every row; NULL stays NULL.');
const keepLast = z
  .strictObject({
    rule: rule('keep-last'),
    n: z.number().int().min(1).max(64).default(4).describe('Characters at the end that stay.'),
    with: z.string().length(1).default('*').describe('Character that stands for each one hidden.'),
  })
  .describe('Hides all but the last characters.');
const dateShift = z
  .strictObject({
    rule: rule('date-shift'),
    days: z.number().int().min(1).max(36_500).default(30).describe('Shifted by up to so many days, never by none.'),
    by: word
      .optional()
      .describe(
        'Column whose value decides the shift, so that all rows with it shift alike; the date itself when left out.',
      ),
  })
  .describe('Moves dates and timestamps by whole days, by the masking key.');
const noise = z
  .strictObject({
    rule: rule('noise'),
    percent: z
      .number()
      .gt(0)
      .max(100)
      .default(10)
      .describe('Changed by up to so many per cent, in the scale of the column.'),
  })
  .describe('Changes numbers a little, by the masking key.');
const expression = z
  .strictObject({ rule: rule('sql'), sql: z.string().regex(/\S/, 'must not be empty').describe('The expression.') })
  .describe('An expression in SQL of the source, e.g. `left(postcode, 2)`; computed by the source while it is read.');
const redact = z
  .strictObject({ rule: rule('redact'), with: z.string().min(1).default('REDACTED').describe('The text.') })
  .describe('A fixed text, shortened to the width of the column; 0, false or 1900-01-01 where a column holds no text.');
const plain = z
  .strictObject({ rule: simple.describe('Name of the rule.') })
  .describe('A rule that needs nothing more; the same as the word alone.');

export const maskRuleSchema = z
  .union([simple, z.discriminatedUnion('rule', [constant, keepLast, dateShift, noise, expression, redact]), plain])
  .describe(
    'How a column is masked: `keep` (looked at and found harmless), `null`, `redact`, `hash`, `email`, `name`, `first-name`, `last-name`, `phone`, `address`; or with settings `constant`, `keep-last`, `date-shift`, `noise`, `sql`.',
  );

export const maskingSchema = z
  .strictObject({
    key: orSecret(orReference(z.string().min(16, 'must have at least 16 characters')))
      .optional()
      .describe(
        'Secret that decides what masked values become; best as a reference. The same key gives the same values.',
      ),
  })
  .describe('Masking.');

export type MaskRule = z.infer<typeof maskRuleSchema>;
