import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** The attributes by which operators find runs in Temporal, besides its own; set when a workflow starts. */
export const searchAttributes = {
  agent: defineSearchAttributeKey('NightshiftAgent', SearchAttributeType.KEYWORD),
  organisation: defineSearchAttributeKey('NightshiftOrganisation', SearchAttributeType.KEYWORD),
  project: defineSearchAttributeKey('NightshiftProject', SearchAttributeType.KEYWORD),
  target: defineSearchAttributeKey('NightshiftTarget', SearchAttributeType.KEYWORD),
  trigger: defineSearchAttributeKey('NightshiftTrigger', SearchAttributeType.KEYWORD),
  labels: defineSearchAttributeKey('NightshiftLabels', SearchAttributeType.KEYWORD_LIST),
};
