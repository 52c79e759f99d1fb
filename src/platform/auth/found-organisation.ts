import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';

export interface Founded {
  organisation_id: string;
  user_id: string;
}

const KEEP_USER = `
  INSERT INTO users (id, email) VALUES ($1, $2)
  ON CONFLICT (lower(email)) DO UPDATE SET email = users.email RETURNING id`;

/** Makes an organisation with its owner, who may be known from another one. A name that is taken is PostgreSQL’s 23505. */
export async function foundOrganisation(
  tx: EntityManager,
  { name, owner }: { name: string; owner: { email: string; name: string } },
): Promise<Founded> {
  const organisation_id = uuidv7();
  await tx.query(`INSERT INTO organisations (id, name, slug) VALUES ($1, $2, $3)`, [
    organisation_id,
    name,
    slugOf(name, organisation_id),
  ]);
  const [{ id: user_id }]: [{ id: string }] = await tx.query(KEEP_USER, [uuidv7(), owner.email]);
  await tx.query(
    `INSERT INTO memberships (organisation_id, user_id, name, role) VALUES ($1, $2, $3, 'owner')`,
    [organisation_id, user_id, owner.name],
  );
  return { organisation_id, user_id };
}

/** Only for people to read: names in other scripts may come to the same letters, so the end of the id is part of it. */
function slugOf(name: string, id: string): string {
  const letters = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return [letters.slice(0, 60), id.slice(-8)].filter((part) => part !== '').join('-');
}
