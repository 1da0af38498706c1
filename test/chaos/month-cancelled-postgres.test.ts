import { stepsSuite } from './month-steps';

jest.setTimeout(180_000);

describe('a run that is cancelled with a month at every step of its way into Postgres', () => {
  stepsSuite('postgres', 'cancelled');
});
