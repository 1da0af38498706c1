import { sharePostgres } from './helpers/shared-servers';

export default async function setup(): Promise<void> {
  await sharePostgres();
}
