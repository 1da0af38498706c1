import { closers } from './helpers/shared-servers';

/** Runs once for each project with servers; the first stops everything. */
export default async function teardown(): Promise<void> {
  for (let close = closers().pop(); close; close = closers().pop()) await close();
}
