import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** What runs are found by in Temporal, besides its own attributes; set when a workflow starts. */
export const searchAttributes = {
  agent: defineSearchAttributeKey('NightshiftAgent', SearchAttributeType.KEYWORD),
  organisation: defineSearchAttributeKey('NightshiftOrganisation', SearchAttributeType.KEYWORD),
  project: defineSearchAttributeKey('NightshiftProject', SearchAttributeType.KEYWORD),
  target: defineSearchAttributeKey('NightshiftTarget', SearchAttributeType.KEYWORD),
  trigger: defineSearchAttributeKey('NightshiftTrigger', SearchAttributeType.KEYWORD),
  labels: defineSearchAttributeKey('NightshiftLabels', SearchAttributeType.KEYWORD_LIST),
};
