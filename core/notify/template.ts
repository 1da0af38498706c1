/** Texts with placeholders, `{{set}}`: names and nothing else, filled in one pass, so that no value is read as one. */
import { didYouMean, listWords } from '../plan/suggest';

/** What a template may name, and what stands for it. */
export const PLACEHOLDERS = {
  event: 'what happened: done, partial, failed, cancelled, refused or slow',
  set: 'name of the transfer set, drop folder or month batch',
  folder: 'name of the drop folder; empty for a run of a transfer set',
  files: 'files of a drop folder or month batch that failed',
  from: 'environment read from',
  to: 'environment written to',
  run: 'id of the run',
  reason: 'why it was started, as given',
  triggeredBy: 'who or what started it',
  started: 'when it started',
  finished: 'when it ended',
  duration: 'how long it took, or has taken so far',
  usual: 'how long good runs usually take',
  rows: 'rows that were moved',
  bytes: 'bytes that were moved',
  tables: 'tables of the run',
  published: 'tables that arrived; of a month batch, files',
  failed: 'tables that failed; of a month batch, files',
  code: 'code of the first error',
  class: 'class of the first error',
  error: 'text of the first error',
  next: 'what to do about the first error',
  lastGood: 'the last run that ended well',
  warnings: 'number of warnings',
  link: 'link to the run',
  failures: 'the tables or files that failed, with their errors; several lines',
  running: 'what is still going on; several lines',
  details: 'the whole text as it is without a template; several lines',
} as const;

export type Placeholder = keyof typeof PLACEHOLDERS;

/** What the address of `reportUrl` may name. */
export const URL_PLACEHOLDERS = ['run', 'set', 'from', 'to'] as const;

const NAMED = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** What is wrong with a template, each as a sentence without its subject; nothing when it is sound. */
export function templateProblems(text: string, known: readonly string[] = Object.keys(PLACEHOLDERS)): string[] {
  const problems: string[] = [];
  for (const [, name = ''] of text.matchAll(NAMED)) {
    if (known.includes(name)) continue;
    const hint = didYouMean(name, known) || ` Known are ${listWords(known)}.`;
    problems.push(`has the placeholder \`{{${name}}}\`, which stands for nothing.${hint}`);
  }
  if (/\{\{|\}\}/.test(text.replace(NAMED, '')))
    problems.push('has `{{` or `}}` that is no placeholder: one is a name in two braces, `{{set}}`.');
  return problems;
}

/** The text with its placeholders filled in; one that `values` does not know is left empty. */
export function fillTemplate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(NAMED, (_whole, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? '') : ''));
}
