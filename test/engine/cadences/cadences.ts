import fc from 'fast-check';
import type { Cadence } from '../../../src/platform/db/entities/schedule.entity.js';

/** Zones whose clocks leap by an hour, by half an hour, at midnight, twice a year the other way round, or never. */
export const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'America/Havana',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Asia/Makassar',
];

const two = fc.integer({ min: 0, max: 59 });
const minute = fc.oneof(two.map(String), fc.constantFrom('*', '*/5', '0,30', '10-20', '*/17', '59'));
const hour = fc.oneof(
  fc.integer({ min: 0, max: 23 }).map(String),
  fc.constantFrom('*', '*/6', '1-3', '2,14', '0'),
);
const day = fc.constantFrom('*', '*', '*', '1', '29', '10-20', 'L');
const month = fc.constantFrom('*', '*', '*', '3', '10,11', 'JAN-JUN');
const weekday = fc.constantFrom('*', '*', '*', 'SUN', 'MON-FRI', '1#2');

export const crons: fc.Arbitrary<Extract<Cadence, { kind: 'cron' }>> = fc
  .tuple(minute, hour, day, month, weekday, fc.constantFrom(...ZONES))
  .map(([m, h, d, mo, w, time_zone]) => ({ kind: 'cron', cron: `${m} ${h} ${d} ${mo} ${w}`, time_zone }));

export const cadences: fc.Arbitrary<Cadence> = fc.oneof(
  { weight: 3, arbitrary: crons },
  fc
    .integer({ min: 10, max: 100_000 })
    .map((every_seconds): Cadence => ({ kind: 'interval', every_seconds })),
  fc.integer({ min: 0, max: 86_400 * 700 }).map(
    (seconds): Cadence => ({
      kind: 'once',
      at: new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString(),
    }),
  ),
);

export const aMoment = fc
  .integer({ min: 0, max: 86_400_000 * 700 })
  .map((ms) => new Date(Date.UTC(2026, 0, 1) + ms));
