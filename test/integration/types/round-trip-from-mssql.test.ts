import { KINDS, roundTrips } from './round-trip';

for (const to of KINDS) roundTrips('mssql', to);
