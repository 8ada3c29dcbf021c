/** What a handler has besides AWS: time and a log. Tests bring their own. */
export const surroundings = {
  now: (): number => Date.now(),
  sleep: (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); }),
  /** A line for itself, without what `console` puts before it: CloudWatch finds metrics in lines that are JSON. */
  log: (entry: object): void => { process.stdout.write(`${JSON.stringify(entry)}\n`); },
};
