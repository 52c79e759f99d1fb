/**
 * The models whose words a thing still has, as far as an accepted proposal `p` gave it them: one that `same` holds of.
 * It outlives the run that proposed.
 */
export const MODELS_OF = (thing: string, same: string) => `
  coalesce((SELECT p.models FROM proposals p
             WHERE p.organisation_id = ${thing}.organisation_id AND p.status = 'accepted'
               AND p.decision->'made'->>'id' = ${thing}.id::text AND ${same}
             ORDER BY p.decided_at DESC LIMIT 1), '{}') AS models`;
