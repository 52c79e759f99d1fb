import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What agents leave in a day lies in one column, by the name of the part: another agent needs no other column. The three
 * columns of before mirror it, because replicas of an older build read and write them until they have ended.
 */
export class DayParts1765411200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE daily_sessions ADD parts jsonb NOT NULL DEFAULT '{}';

      CREATE FUNCTION parts_of_day(pulse jsonb, review jsonb, scan jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
        SELECT coalesce(jsonb_object_agg(name, part), '{}')
          FROM (VALUES ('pulse', pulse), ('review', review), ('scan', scan)) AS parts(name, part) WHERE part IS NOT NULL
      $$;
      UPDATE daily_sessions SET parts = parts_of_day(pulse, review, scan)
       WHERE pulse IS NOT NULL OR review IS NOT NULL OR scan IS NOT NULL;

      CREATE FUNCTION mirror_day_parts() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE by_older_build boolean := CASE TG_OP WHEN 'INSERT' THEN NEW.parts = '{}' ELSE NEW.parts = OLD.parts END;
      BEGIN
        IF by_older_build THEN NEW.parts := NEW.parts || parts_of_day(NEW.pulse, NEW.review, NEW.scan); END IF;
        NEW.pulse := NEW.parts->'pulse';
        NEW.review := NEW.parts->'review';
        NEW.scan := NEW.parts->'scan';
        RETURN NEW;
      END $$;
      CREATE TRIGGER day_parts_mirrored BEFORE INSERT OR UPDATE ON daily_sessions
        FOR EACH ROW EXECUTE FUNCTION mirror_day_parts();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER day_parts_mirrored ON daily_sessions;
      DROP FUNCTION mirror_day_parts;
      DROP FUNCTION parts_of_day;
      ALTER TABLE daily_sessions DROP parts
    `);
  }
}
