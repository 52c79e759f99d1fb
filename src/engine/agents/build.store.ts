import type { DataSource } from 'typeorm';

const SEEN_WITHIN_SECONDS = 15;

const SEE_BUILD = `
  INSERT INTO builds (id, seen_at) VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET seen_at = now()`;

/** A build takes its place in the order when its first process starts, and keeps it. */
export async function seeBuild(db: DataSource, id: string): Promise<void> {
  await db.query(SEE_BUILD, [id]);
}

const NEWER_BUILD = `
  SELECT n.id FROM builds o JOIN builds n ON n.number > o.number
   WHERE o.id = $1 AND n.seen_at > now() - $2 * interval '1 second' ORDER BY n.number DESC LIMIT 1`;

/** Returns the newest build after this one of which a process runs. After a rollback there is none. */
export async function newerBuild(db: DataSource, id: string): Promise<string | null> {
  const [newer]: { id: string }[] = await db.query(NEWER_BUILD, [id, SEEN_WITHIN_SECONDS]);
  return newer?.id ?? null;
}
