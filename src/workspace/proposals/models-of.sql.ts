/**
 * The models whose words a thing still has, as far as an accepted proposal `p` gave it them: one that `same` holds of.
 * It outlives the run that proposed.
 */
export const MODELS_OF = (thing: string, same: string) => `
  coalesce((SELECT p.models FROM proposals p
             WHERE p.organisation_id = ${thing}.organisation_id AND p.status = 'accepted'
               AND p.decision->'made'->>'id' = ${thing}.id::text AND ${same}
             ORDER BY p.decided_at DESC LIMIT 1), '{}')`;

export const MODELS_OF_TICKET = (ticket: string) =>
  MODELS_OF(ticket, `(p.change->>'title' = ${ticket}.title OR p.change->>'body' = ${ticket}.body)`);

/** The models of a memory's text, whoever restored it since. */
export const MODELS_OF_MEMORY = (memory_id: string, body: string) => `
  coalesce((SELECT p.models FROM memory_revisions w JOIN proposals p ON p.id = w.proposal_id
             WHERE w.memory_id = ${memory_id} AND w.body = ${body} AND NOT w.removed
             ORDER BY w.version DESC LIMIT 1), '{}')`;
