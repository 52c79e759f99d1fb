import { environmentSchema } from '../src/platform/config/environment.js';

/** The variables that any Node process may need from the machine; no others are passed on. */
const fromMachine = [
  'PATH',
  'HOME',
  'LANG',
  'TZ',
  'TMPDIR',
  'NODE_ENV',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
];

/** The settings of this start, over those the person set. */
export function childEnvironment(
  settings: Record<string, string>,
  source: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const names = [...fromMachine, ...Object.keys(environmentSchema.shape)];
  const given = names.filter((name) => source[name]).map((name) => [name, source[name]]);
  return { ...Object.fromEntries(given), ...settings };
}
