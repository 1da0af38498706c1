/** Search attributes by which runs are found in Temporal. Wire format: registered in every namespace Longshore uses. */
import { defineSearchAttributeKey } from '@temporalio/common';

export const KIND_ATTRIBUTE = defineSearchAttributeKey('LongshoreKind', 'KEYWORD');
export const NAME_ATTRIBUTE = defineSearchAttributeKey('LongshoreName', 'KEYWORD');
export const TARGET_ATTRIBUTE = defineSearchAttributeKey('LongshoreTarget', 'KEYWORD');
export const OUTCOME_ATTRIBUTE = defineSearchAttributeKey('LongshoreOutcome', 'KEYWORD');
export const TRIGGERED_BY_ATTRIBUTE = defineSearchAttributeKey('LongshoreTriggeredBy', 'KEYWORD');
