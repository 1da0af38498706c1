/** Ids of workflows of drop folders. Wire format: clients, workers and people look them up. */

/** Of the workflow that watches a folder. */
export const dropRunId = (folder: string): string => `drop/${folder}`;

/** Longest path within an id: Temporal takes 1000 bytes in all. */
const MAX_PATH = 200;

/** Of the lifecycle of one file. Control characters would spoil what people see; the number tells files apart. */
export function dropFileId(folder: string, path: string, fileId: number): string {
  const readable = path.replaceAll(/\p{Cc}/gu, '?');
  const shown = readable.length > MAX_PATH ? `…${readable.slice(-MAX_PATH).toWellFormed()}` : readable;
  return `${dropRunId(folder)}/${shown}/${fileId}`;
}
