import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** From package.json, which stands above the sources and above dist/ alike. */
export function readVersion(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return version;
}
