// Made by `npm run gen` from the files in this folder.
import type { ProposalKind } from '../../../../workflows/contract/proposal.js';
import type { Kind } from '../kind.js';
import epicNew from './epic-new.js';
import memoryAdd from './memory-add.js';
import memoryChange from './memory-change.js';
import memoryRemove from './memory-remove.js';
import note from './note.js';
import roadmapSummary from './roadmap-summary.js';
import snapshot from './snapshot.js';
import ticketComment from './ticket-comment.js';
import ticketNew from './ticket-new.js';
import ticketRelation from './ticket-relation.js';
import ticketStatus from './ticket-status.js';

export const kinds: Record<ProposalKind, Kind> = {
  epic_new: epicNew,
  memory_add: memoryAdd,
  memory_change: memoryChange,
  memory_remove: memoryRemove,
  note,
  roadmap_summary: roadmapSummary,
  snapshot,
  ticket_comment: ticketComment,
  ticket_new: ticketNew,
  ticket_relation: ticketRelation,
  ticket_status: ticketStatus,
};
