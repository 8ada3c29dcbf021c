/** The numbers of a version such as `3.6.1`; none when it is no version. */
export function versionOf(text: string): number[] {
  return /^[0-9]+(\.[0-9]+)*$/.test(text) ? text.split('.').map(Number) : [];
}

/** Below zero when `a` comes before `b`, zero when they are the same as far as both go. */
export function compareVersions(a: readonly number[], b: readonly number[]): number {
  const first = a.findIndex((number, index) => number !== (b[index] ?? number));
  return first < 0 ? 0 : a[first]! - b[first]!;
}
