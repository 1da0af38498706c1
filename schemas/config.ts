/** The configuration: one document, one schema. Files may leave parts of it to the files they extend. */
import { z } from 'zod';
import { dropFolderSchema } from './drop-folder';
import { environmentEntrySchema } from './environment';
import { name } from './fields';
import { catalogSchema, stagingSchema, temporalSchema, workerSchema } from './services';
import { maskingSchema } from './mask';
import { monthBatchSchema, monthTemplateSchema } from './month-batch';
import { notificationsSchema } from './notifications';
import { transferSetSchema } from './transfer-set';

export const configSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of the format; 1.'),
    environments: z.record(name, environmentEntrySchema).default({}).describe('Databases by name.'),
    transferSets: z.record(name, transferSetSchema).default({}).describe('Transfer sets by name.'),
    dropFolders: z.record(name, dropFolderSchema).default({}).describe('Drop folders by name.'),
    monthBatches: z.record(name, monthBatchSchema).default({}).describe('Month batches by name.'),
    monthTemplates: z
      .record(name, monthTemplateSchema)
      .default({})
      .describe('Settings that tables of month batches share, by name.'),
    masking: maskingSchema.prefault({}),
    notifications: notificationsSchema.prefault({}),
    temporal: temporalSchema.prefault({}),
    catalog: catalogSchema.optional(),
    staging: stagingSchema.prefault({}),
    worker: workerSchema.prefault({}),
  })
  .describe('Configuration of Longshore.');

/** One file of a configuration: the document, and what is said about the file itself. */
export const configFileSchema = configSchema.extend({
  $schema: z.string().optional().describe('JSON Schema for editors; Longshore itself does not read it.'),
  extends: z
    .union([z.string().min(1), z.array(z.string().min(1))])
    .optional()
    .describe(
      'File or files that this one builds on, relative to it. Maps merge, everything else is replaced, `null` removes.',
    ),
});

/** A checked configuration, defaults filled in. Connection settings may still be references. */
export type Config = z.infer<typeof configSchema>;

/** Sections that later versions bring; rejected by name until then. */
export const LATER_SECTIONS: Readonly<Record<string, string>> = {
  pipelines: 'pipelines',
};
