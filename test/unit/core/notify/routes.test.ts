import { channelsFor, type Occasion } from '../../../../core/notify/routes';
import { notificationsSchema } from '../../../../schemas/notifications';

const channels = (routes: object[], occasion: Partial<Occasion> = {}): string[] =>
  channelsFor(notificationsSchema.parse({ routes }), {
    event: 'failed',
    set: 'sales-daily',
    target: 'uat',
    ...occasion,
  });

describe('routes', () => {
  it('lead to each channel once, in their order, whichever of them match', () => {
    expect(
      channels([
        { to: ['mail', 'slack'] },
        { on: ['done'], to: ['never'] },
        { sets: ['sales-*'], to: ['slack', 'pager'] },
      ]),
    ).toEqual(['mail', 'slack', 'pager']);
  });

  it.each([
    [{}, ['failed', 'partial', 'refused', 'slow']],
    [{ on: ['done', 'cancelled'] }, ['cancelled', 'done']],
  ])('%j hears of %j', (route, events) => {
    const all = ['cancelled', 'done', 'failed', 'partial', 'refused', 'slow'] as const;
    expect(all.filter((event) => channels([{ ...route, to: ['a'] }], { event }).length > 0)).toEqual(events);
  });

  it.each([
    [{ sets: ['sales-daily'] }, true],
    [{ sets: ['sales-*'] }, true],
    [{ sets: ['sales'] }, false],
    [{ sets: ['other', '*-daily'] }, true],
    [{ targets: ['uat'] }, true],
    [{ targets: ['prod'] }, false],
    [{ sets: ['sales-*'], targets: ['prod*'] }, false],
  ])('%j matches: %s', (route, expected) => {
    expect(channels([{ ...route, to: ['a'] }])).toEqual(expected ? ['a'] : []);
  });

  it.each([
    ['failed', 'failed', false],
    ['failed', 'done', true],
    ['failed', 'partial', true],
    ['failed', undefined, true],
    ['done', 'done', false],
    ['done', 'failed', true],
    ['done', undefined, false],
    ['slow', 'done', true],
  ] as const)('that want changes only, hear of %s after %s: %s', (event, previous, expected) => {
    const route = { on: ['failed', 'done', 'slow'], onlyWhenChanged: true, to: ['a'] };
    expect(channels([route], { event, previous })).toEqual(expected ? ['a'] : []);
  });

  it.each([
    [{}, true, true],
    [{ sets: ['*'] }, true, false],
    [{ folders: ['*'] }, false, true],
    [{ folders: ['ref*'], sets: ['sales-*'] }, true, true],
    [{ folders: ['other'] }, false, false],
    [{ sets: ['reference'] }, false, false],
  ])('%j is about the set: %s, about the folder: %s', (route, set, folder) => {
    const routes = [{ ...route, to: ['a'] }];
    expect(channels(routes)).toEqual(set ? ['a'] : []);
    expect(channels(routes, { set: undefined, folder: 'reference' })).toEqual(folder ? ['a'] : []);
  });

  it.each([
    [{}, true],
    [{ batches: ['trad*'] }, true],
    [{ batches: ['other'], folders: ['trading'] }, false],
    [{ sets: ['*'] }, false],
    [{ sets: ['*'], batches: ['*'] }, true],
  ])('%j is about the batch: %s', (route, expected) => {
    const routes = [{ ...route, to: ['a'] }];
    expect(channels(routes, { set: undefined, batch: 'trading' })).toEqual(expected ? ['a'] : []);
  });
});
