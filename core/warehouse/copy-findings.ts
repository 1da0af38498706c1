import type { ComputeInfo, StatementReport } from '../types/warehouse';
import { formatBytes, formatDuration } from '../units';

/** A COPY slower than this, in bytes a second of what it scanned, is slow whatever the warehouse. */
const SLOW = 5_000_000;
const LONG_SECONDS = 600;
const SMALL = /^x-?small$|^small$/i;

/** What may hold a COPY up, in sentences with what to do about it. */
export function copyFindings(statements: readonly StatementReport[], compute: ComputeInfo): string[] {
  const findings = statements.flatMap((statement): string[] => [
    ...waiting(statement),
    ...slow(statement, compute),
    ...(statement.error === undefined ? [] : [`${statement.id} failed: ${statement.error}`]),
    ...(statement.state === 'unknown'
      ? [
          `${statement.id} is not known to the warehouse any more: it ended longer ago than its account reaches, or never began.`,
        ]
      : []),
  ]);
  if (compute.state !== undefined && /suspended/i.test(compute.state))
    findings.push(
      `The warehouse${named(compute)} is suspended: it starts with the next statement, if it may resume by itself.`,
    );
  return findings;
}

function waiting({ id, state, figures }: StatementReport): string[] {
  const queued = figure(figures, /queued/i) / 1000;
  if (state === 'queued')
    return [`${id} waits for the warehouse, which is busy with other statements: another or a larger one helps.`];
  return queued > 30 ? [`${id} waited ${formatDuration(queued * 1000)} for the warehouse before it began.`] : [];
}

function slow({ id, state, seconds = 0, figures }: StatementReport, compute: ComputeInfo): string[] {
  const bytes = figure(figures, /bytes.*(scanned|loaded|read)|^bytes$/i);
  const isLong = seconds > LONG_SECONDS && state === 'running';
  const isSlow = bytes > 0 && seconds > 30 && bytes / seconds < SLOW;
  if (!isLong && !isSlow) return [];
  const rate = bytes > 0 ? `, ${formatBytes(bytes / seconds)}/s` : '';
  const advice =
    compute.size !== undefined && SMALL.test(compute.size)
      ? `the warehouse${named(compute)} is ${compute.size}: each size up halves the time at the same cost`
      : 'parts of 100 to 250 MB load best: see `stage.partSize`';
  return [
    `${id} ${state === 'running' ? 'has been running' : 'ran'} for ${formatDuration(seconds * 1000)}${rate}; ${advice}.`,
  ];
}

function figure(figures: StatementReport['figures'], name: RegExp): number {
  const value = Object.entries(figures).find(([key]) => name.test(key))?.[1];
  const number = Number(value ?? 0);
  return Number.isFinite(number) ? number : 0;
}

const named = ({ name }: ComputeInfo): string => (name === undefined ? '' : ` ${name}`);
