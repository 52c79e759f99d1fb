/** How people name a ticket: `TCK-1042`. */
export function ticketKey(number: number): string {
  return `TCK-${number}`;
}

/** Null where it is no key. */
export function numberOfKey(key: string): number | null {
  const [, number] = /^TCK-([1-9]\d{0,8})$/i.exec(key) ?? [];
  return number === undefined ? null : Number(number);
}
