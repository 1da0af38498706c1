/** Checks of `monthBatches` and `monthTemplates` that the schema cannot make. The rules themselves are in core/month. */
import type { z } from 'zod';
import { examineBatch } from '../core/month/effective-batch';
import {
  type MonthBatchEntry,
  monthBatchSchema,
  type MonthTemplate,
  monthTemplateSchema,
} from '../schemas/month-batch';
import { type CheckReport, type Fields, fields } from './check-report';

/** Rounds of leaving out what the schema refuses; each takes out everything that was found. */
const ROUNDS = 10;

export function checkMonthBatches(document: Fields, report: CheckReport): void {
  const source = {
    monthBatches: soundParts<MonthBatchEntry>(document['monthBatches'], monthBatchSchema),
    monthTemplates: soundParts<MonthTemplate>(document['monthTemplates'], monthTemplateSchema),
    environments: Object.fromEntries(
      Object.entries(fields(document['environments'])).map(([name, entry]) => [name, fields(entry)]),
    ),
  };
  for (const name of Object.keys(source.monthBatches)) {
    for (const { path, message, code, level } of examineBatch(source, name).findings) {
      if (level === 'problem') report.problem(path, message, code);
      else if (level === 'refusal') report.warning(path, message, code);
      else report.warning(path, message);
    }
  }
}

/** Entries as the schema reads them, without what it refuses: that is reported by itself, and the rest is checked along. */
function soundParts<T>(section: unknown, schema: z.ZodType<T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(fields(section)).flatMap(([name, entry]) => {
      const sound = soundPart(entry, schema);
      return sound === undefined ? [] : [[name, sound] as const];
    }),
  );
}

function soundPart<T>(entry: unknown, schema: z.ZodType<T>): T | undefined {
  let value = entry;
  for (let round = 0; round < ROUNDS; round++) {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      const path = issue.path.map(String);
      const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
      for (const each of keys) value = without(value, each);
    }
  }
  return undefined;
}

function without(value: unknown, [head, ...rest]: readonly string[]): unknown {
  if (head === undefined || typeof value !== 'object' || value === null) return undefined;
  // An entry of a list keeps its place in messages, so the whole list goes.
  if (Array.isArray(value)) return undefined;
  const entries = Object.entries(value).flatMap(([key, item]: [string, unknown]): [string, unknown][] => {
    if (key !== head) return [[key, item]];
    const kept = rest.length === 0 ? undefined : without(item, rest);
    return kept === undefined ? [] : [[key, kept]];
  });
  return Object.fromEntries(entries);
}
