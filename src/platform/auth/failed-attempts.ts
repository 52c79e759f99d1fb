/** This many addresses and this many keys are remembered; the oldest are forgotten first. */
const MOST_REMEMBERED = 10_000;
const WINDOW_MS = 60_000;
const GOOD_MS = 600_000;

interface Failures {
  count: number;
  until: number;
}

/**
 * Counts failed credentials by address, in this process. An address that has used its allowance is refused before its
 * key is looked up, except with a key that was valid here during the last ten minutes. Somebody who guesses keys
 * therefore locks out nobody who works behind the same address.
 */
export class FailedAttempts {
  private readonly failures = new Map<string, Failures>();
  private readonly good = new Map<string, number>();

  constructor(
    private readonly allowed: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Seconds until the address may try again; 0 where it may now. */
  wait(address: string, key_hash: string): number {
    const failed = this.failures.get(networkOf(address));
    if (!failed || failed.count < this.allowed || failed.until <= this.now()) return 0;
    if ((this.good.get(key_hash) ?? 0) > this.now()) return 0;
    return Math.ceil((failed.until - this.now()) / 1000);
  }

  /** A key that fails is no longer known as good, so that a revoked or expired key is no way past the limit. */
  failed(address: string, key_hash: string): void {
    this.good.delete(key_hash);
    const network = networkOf(address);
    const known = this.failures.get(network);
    const going = known && known.until > this.now() ? known : { count: 0, until: this.now() + WINDOW_MS };
    remember(this.failures, network, { ...going, count: going.count + 1 });
  }

  succeeded(key_hash: string): void {
    remember(this.good, key_hash, this.now() + GOOD_MS);
  }
}

/** The owner of one IPv6 address has the 2^64 addresses of its network, so they count as one. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = '', tail = ''] = address.split('::');
  const parts = head.split(':');
  const missing = 8 - parts.length - tail.split(':').length;
  const whole = address.includes('::')
    ? [...parts, ...Array(Math.max(0, missing)).fill('0'), ...tail.split(':')]
    : parts;
  return whole.slice(0, 4).join(':');
}

function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  map.set(name, value);
  if (map.size <= MOST_REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
