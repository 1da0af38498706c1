import { changesOfSet } from '../../../config/history';
import { diffDocuments } from '../../../config/diff';
import { mergeDocuments, sharedPart } from '../../../config/sets';
import { errorOf } from './files';

const BASE = {
  version: 1,
  environments: { prod: { host: 'a' }, uat: { host: 'b', password: { $secret: 'environments.uat.password' } } },
  transferSets: { daily: { from: 'prod', to: 'uat', tables: ['x'] } },
  masking: {},
  temporal: { address: 'here:1' },
};
const THEIRS = {
  version: 1,
  environments: { prod: { host: 'a' }, uat: { host: 'c', password: { $secret: 'environments.uat.password' } } },
  transferSets: {
    daily: { from: 'prod', to: 'uat', tables: ['y'] },
    other: { from: 'prod', to: 'prod', tables: [{ z: { mask: { a: 'hash' } } }] },
  },
  masking: { key: '${env:K}' },
  temporal: { address: 'there:2' },
  worker: { threads: 9 },
};

describe('laying one configuration into another', () => {
  it('names every conflict when it is to stop', () => {
    expect(errorOf(() => mergeDocuments(BASE, THEIRS, 'stop')).message).toBe(
      'There is already another environment `uat` and transfer set `daily`.',
    );
  });

  it('takes what is new where it is to replace, and nothing of the other machine', () => {
    expect(mergeDocuments(BASE, THEIRS, 'replace').document).toEqual({
      ...BASE,
      environments: THEIRS.environments,
      transferSets: THEIRS.transferSets,
      masking: THEIRS.masking,
    });
  });

  it('renames what comes in with all that points at it, so that no password goes to another server', () => {
    const { document, renamed } = mergeDocuments(BASE, THEIRS, 'rename');
    expect(renamed).toEqual({
      environments: { uat: 'uat-2' },
      transferSets: { daily: 'daily-2' },
      dropFolders: {},
      monthTemplates: {},
      monthBatches: {},
    });
    expect(document).toMatchObject({
      environments: {
        uat: BASE.environments.uat,
        'uat-2': { host: 'c', password: { $secret: 'environments.uat-2.password' } },
      },
      transferSets: { daily: BASE.transferSets.daily, 'daily-2': { from: 'prod', to: 'uat-2' }, other: { to: 'prod' } },
    });
    expect(mergeDocuments(document, THEIRS, 'rename').renamed.environments).toEqual({ uat: 'uat-3' });
  });

  it('says which sections it left, because there are others', () => {
    const own = { ...BASE, masking: { key: '${env:OTHER}' } };
    expect(mergeDocuments(own, THEIRS, 'replace')).toMatchObject({
      document: { masking: own.masking },
      left: ['masking'],
    });
    expect(mergeDocuments(own, { ...THEIRS, masking: {} }, 'replace').left).toEqual([]);
  });

  it('is nothing where both say the same', () => {
    expect(mergeDocuments(THEIRS, THEIRS, 'stop').document).toEqual(THEIRS);
  });
});

describe('the part of a configuration that others need', () => {
  it('is what is not of one machine', () => {
    expect(Object.keys(sharedPart(THEIRS))).toEqual(['version', 'environments', 'transferSets', 'masking']);
  });

  it('is, for one set, the set, its environments, and the masking key where it masks', () => {
    expect(sharedPart(THEIRS, ['other'])).toEqual({
      version: 1,
      environments: { prod: { host: 'a' } },
      transferSets: { other: THEIRS.transferSets.other },
      masking: THEIRS.masking,
    });
    expect(sharedPart(THEIRS, ['daily'])).not.toHaveProperty('masking');
  });
});

describe('changes that concern a set', () => {
  it('are those of the set and of the environments that it used or uses', () => {
    const next = {
      ...BASE,
      environments: { ...BASE.environments, uat: { host: 'new' }, qa: { host: 'q' }, 'uat-2': { host: 'z' } },
      transferSets: { daily: { ...BASE.transferSets.daily, to: 'qa' }, 'daily-2': {} },
    };
    const changes = changesOfSet(diffDocuments(BASE, next), 'daily', [BASE, next]);
    expect(changes.map(({ path }) => path)).toEqual([
      'environments.uat.host',
      'environments.uat.password',
      'environments.qa',
      'transferSets.daily.to',
    ]);
  });
});
