import { sharePostgres, shareTemporal } from './helpers/shared-servers';
export default async function setup(): Promise<void> { await sharePostgres(); await shareTemporal(); }
