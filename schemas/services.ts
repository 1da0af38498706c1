/** What Longshore itself runs on: Temporal, its catalog, its staging folder, its workers. */
import { z } from 'zod';
import { duration, orReference, orSecret, size, word } from './fields';

const tlsFiles = z
  .strictObject({
    serverName: word
      .optional()
      .describe('Name that the certificate of the server must have, when it is not the address.'),
    caFile: word.optional().describe('File with the certificates of the authorities to trust (PEM).'),
    certFile: word.optional().describe("File with the client's certificate (PEM)."),
    keyFile: word.optional().describe("File with the client's private key (PEM)."),
  })
  .describe('TLS with certificates of your own; files are relative to the folder of the configuration file.');

export const temporalSchema = z
  .strictObject({
    address: word.default('127.0.0.1:7233').describe('Host and port of the Temporal server.'),
    namespace: word.default('default').describe('Namespace in Temporal.'),
    tls: orReference(z.union([z.boolean(), tlsFiles]))
      .optional()
      .describe('`true` for TLS with the authorities of the system, or certificates of your own.'),
    apiKey: orSecret(z.string().min(1))
      .optional()
      .describe('API key, as Temporal Cloud hands it out; best as a reference.'),
  })
  .describe('The Temporal server that orchestrates runs.');

export const catalogSchema = z
  .strictObject({
    url: orSecret(z.string().min(1)).describe(
      'Connection URL of the PostgreSQL database that keeps runs, plans and the ledger of parts.',
    ),
  })
  .describe("Longshore's own database. Without this section `longshore up` brings an embedded one.");

export const stagingSchema = z
  .strictObject({
    path: word
      .default('.longshore/staging')
      .describe('Folder for staged Parquet files; relative to the folder of the configuration file.'),
    minFreeBytes: size.default('1GB').describe('No part is written when the disk has less room than this left.'),
  })
  .describe('Where parts wait between extraction and load.');

export const workerSchema = z
  .strictObject({
    parallelActivities: z
      .number()
      .int()
      .min(1)
      .max(256)
      .default(8)
      .describe('Activities that one worker runs at once.'),
    threads: z
      .number()
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe('Threads that read and load parts; one for each processor when left out.'),
    memoryLimit: size.default('400MB').describe('Memory that DuckDB may use in one worker.'),
    shutdownGrace: duration
      .default('10s')
      .describe('How long a stopping worker lets work finish before it interrupts it.'),
  })
  .describe('Workers: how much one process does.');

export type TemporalConfig = z.infer<typeof temporalSchema>;
export type CatalogConfig = z.infer<typeof catalogSchema>;
export type StagingConfig = z.infer<typeof stagingSchema>;
export type WorkerConfig = z.infer<typeof workerSchema>;
