/** What a handler has besides AWS: time and a log. Tests bring their own. */
export const surroundings = {
  now: (): number => Date.now(),
  sleep: (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); }),
  log: (entry: Record<string, unknown>): void => { process.stdout.write(`${JSON.stringify(entry)}\n`); },
};
