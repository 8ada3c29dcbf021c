/** Results go to stdout; progress, notices and complaints go to stderr, so that a pipe carries results only. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The one document that `--json` promises. */
export function printJson(document: unknown): void {
  print(JSON.stringify(document, undefined, 2));
}

export function notice(text: string): void {
  process.stderr.write(`${text}\n`);
}
