import { styleText } from 'node:util';
import type { WriteStream } from 'node:tty';

export type TextStyle = Parameters<typeof styleText>[0];
export type Paint = (style: TextStyle, text: string) => string;

/** Colours for a stream that shows them (a terminal, unless `NO_COLOR` is set), plain text for every other one. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  const terminal = stream as Partial<WriteStream>;
  const coloured = terminal.isTTY === true && terminal.hasColors?.() === true;
  return (style, text) => (coloured ? styleText(style, text) : text);
}
