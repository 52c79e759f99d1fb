/** A terminal, npm and the process that started this one may each pass on the same Ctrl-C. */
const sameSignalMs = 500;

/** The first signal stops in order, a later one at once; so does the end of the process that started this one. */
export function onStopSignals(stop: () => void, force: () => void): void {
  let first: number | undefined;
  const hear = () => {
    const now = performance.now();
    if (first === undefined) stop();
    else if (now - first > sameSignalMs) force();
    first ??= now;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear);
  process.once('disconnect', stop);
}
