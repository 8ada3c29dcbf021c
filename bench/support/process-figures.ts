import { readFileSync } from 'node:fs';

/** What Linux tells of a process that is running. */
export interface ProcessFigures {
  /** Of all its threads, in user and kernel mode. */
  readonly cpuSeconds: number;
  /** The most resident memory so far. */
  readonly peakMegabytes: number;
}

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

/** `undefined` when the process has ended, or the system is not Linux. */
export function processFigures(pid: number): ProcessFigures | undefined {
  try {
    // The name in parentheses may contain blanks; user and system ticks are the 12th and 13th field after it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    if (peak === null) return undefined;
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      peakMegabytes: Number(peak[1]) / 1024,
    };
  } catch {
    return undefined;
  }
}

/** Processor seconds, in user and kernel mode, of the processes that this one started and waited for. Linux only. */
export function childSeconds(): number {
  // The name in parentheses may contain blanks; the ticks of children are the 14th and 15th field after it.
  const fields = readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /s, '').split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}
