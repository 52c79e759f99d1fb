import { expect, test } from 'vitest';
import { timeZone } from '../../../src/platform/http/time-zone.js';

const zones = Intl.supportedValuesOf('timeZone');
const nameOf = (zone: string): string | undefined => timeZone.safeParse(zone).data;

test.each([
  ['us/pacific', 'America/Los_Angeles'],
  ['US/Pacific', 'America/Los_Angeles'],
  ['gmt', 'UTC'],
  ['Etc/UTC', 'UTC'],
  ['EUROPE/BERLIN', 'Europe/Berlin'],
  ['asia/kolkata', 'Asia/Kolkata'],
  ['Asia/Calcutta', 'Asia/Kolkata'],
  ['europe/kiev', 'Europe/Kyiv'],
  ['+02:00', undefined],
  ['Mars/Olympus', undefined],
  ['', undefined],
])('%s is %s', (zone, name) => expect(nameOf(zone)).toBe(name));

test('every zone has one name, however it is written, and its name names itself', () => {
  for (const zone of zones) {
    const name = nameOf(zone);
    expect(nameOf(zone.toLowerCase())).toBe(name);
    expect(nameOf(zone.toUpperCase())).toBe(name);
    expect(nameOf(name ?? '')).toBe(name);
  }
});
