import type { Figures } from '../harness/processes.js';
import { reportSection } from '../harness/section.js';
import type { RoundTrips } from './measure.js';

export function roundTripLines({ round_trips }: { round_trips: RoundTrips }): string[] {
  const { by_name, postgres, temporal, temporal_floor } = round_trips;
  return [
    ...reportSection(
      ['Round trips per run, archive included', ''],
      [
        ['PostgreSQL statements', postgres.toFixed(1)],
        ['calls to Temporal', temporal.toFixed(1)],
        ['calls to Temporal, floor', temporal_floor.toFixed(1)],
      ],
    ),
    ...named('PostgreSQL, by application and what is written', by_name.postgres),
    ...named('Temporal, by operation', by_name.temporal),
    ...named('Temporal, floor', by_name.temporal_floor),
  ];
}

function named(title: string, figures: Figures): string[] {
  const rows = Object.entries(figures).map(([name, value]) => `  ${value.toFixed(2).padStart(8)}  ${name}`);
  return ['', title, ...rows];
}
