import { cronProblem, restrictsBothDays } from '../../../../core/config/cron';

describe('cron expressions', () => {
  it.each([
    '0 5 * * 1-5',
    '*/15 * * * *',
    '0 5,17 1-15/2 jan-jun mon',
    '0 5 * * Monday',
    '0 0 * * 7',
    '5/10 * * * *',
    '0 5 1 1 * 2030',
    '30 0 5 * * * 2026-2030',
    '@daily',
    '@every 90m',
    '@every 24h/3h',
  ])('accepts %s', (expression) => {
    expect(cronProblem(expression)).toBeUndefined();
  });

  it.each([
    ['', 'has 0 fields'],
    ['0 5 * *', 'has 4 fields'],
    ['0 0 5 * * * 2030 1', 'has 8 fields'],
    ['60 5 * * *', '`60` as minute'],
    ['0 24 * * *', '`24` as hour'],
    ['0 5 0 * *', '`0` as day of month'],
    ['0 5 * 13 *', '`13` as month'],
    ['0 5 * * 8', '`8` as day of week'],
    ['0 5 * * m', '`m` as day of week'],
    ['0 5 * * fri-mon', 'runs backwards'],
    ['0 5 * * 5-1', 'runs backwards'],
    ['*/0 * * * *', 'after the slash'],
    ['*/5/5 * * * *', 'after the slash'],
    ['1-2-3 * * * *', '`1-2-3` as minute'],
    ['1, * * * *', '`` as minute'],
    ['0 5 L * *', '`L` as day of month'],
    ['0 5 ? * *', '`?` as day of month'],
    ['0 5 * * 1#2', '`1#2` as day of week'],
    ['0 5 * * * 1999', '`1999` as year'],
    ['CRON_TZ=UTC 0 5 * * *', 'under `timezone`'],
    ['@reboot', 'is none of @yearly'],
    ['@every', 'is none of @yearly'],
    ['@every soon', 'no interval'],
    ['@every 10ms', 'no interval'],
  ])('refuses %j because it %s', (expression, why) => {
    expect(cronProblem(expression)).toContain(why);
  });

  it('notices that both days are restricted, which Temporal joins by AND', () => {
    expect(restrictsBothDays('0 5 1 * 1')).toBe(true);
    expect(restrictsBothDays('0 0 5 1 * 1 *')).toBe(true);
    expect(restrictsBothDays('0 5 * * 1')).toBe(false);
    expect(restrictsBothDays('@daily')).toBe(false);
  });
});
