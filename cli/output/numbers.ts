const GROUPED = new Intl.NumberFormat('en-US');

/** `1234567` → `1,234,567`. */
export function grouped(value: number): string {
  return GROUPED.format(value);
}

export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

/** `1 error`, `2 errors`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
