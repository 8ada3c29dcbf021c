import { InvalidArgumentError } from 'commander';

/** 0, 1, 2, … for commander's options. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('Give a whole number, for example 1000.');
  }
  return value;
}

/** 1, 2, 3, … for commander's options. */
export function positiveInteger(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) {
    throw new InvalidArgumentError('Give a whole number from 1 on.');
  }
  return value;
}
