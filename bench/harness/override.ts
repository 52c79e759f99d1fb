import type { BenchClient } from './http.js';

/** Overrides settings while everything runs, whatever was overridden before; null takes an override back. */
export async function override(
  api: BenchClient,
  values: Record<string, string | number | boolean | null>,
): Promise<void> {
  const { body } = await api.get('/api/settings');
  const { settings } = JSON.parse(body) as { settings: { name: string; version: number }[] };
  const version = (name: string) => settings.find((setting) => setting.name === name)?.version ?? 0;
  const changes = Object.entries(values).map(([name, value]) => [name, { value, version: version(name) }]);
  await api.put('/api/settings', { settings: Object.fromEntries(changes) });
}
