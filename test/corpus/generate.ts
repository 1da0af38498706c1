/**
 * The corpus: several hundred delimited files, made anew in every run and always the same, each with the truth about it.
 * It shares no code with what it judges.
 */
import { dialects, encodings } from './families/dialects';
import { headers } from './families/headers';
import { lists } from './families/lists';
import { messes } from './families/messes';
import { mixes } from './families/mixes';
import { quotes } from './families/quotes';
import { endDelimiters, ragged } from './families/ragged';
import { refusals } from './families/refused';
import { surroundings } from './families/surroundings';
import { values } from './families/values';
import type { CorpusFile } from './truth';

/** Every file of the corpus; no two have the same name. */
export function corpus(): CorpusFile[] {
  return [
    ...dialects(),
    ...encodings(),
    ...headers(),
    ...surroundings(),
    ...ragged(),
    ...endDelimiters(),
    ...quotes(),
    ...lists(),
    ...values(),
    ...messes(),
    ...mixes(120),
    ...refusals(),
  ];
}
