// Hears SIGINT, SIGTERM and SIGHUP for the whole tree. Registered before anything is started.

export type Stop = {
  readonly isRequested: () => boolean;
  /** Resolves at the first signal. */
  readonly requested: Promise<void>;
  /** Called at every further signal: whoever presses Ctrl-C twice does not want to wait. */
  onSecond(action: () => void): void;
};

export function listenForStop(): Stop {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  let second = (): void => undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      count += 1;
      if (count === 1) resolve();
      else second();
    });
  }
  return {
    isRequested: () => count > 0,
    requested: promise,
    onSecond: (action) => {
      second = action;
    },
  };
}
