/** What a command is to the command line: its options and what it does. */
import type { ParseArgsConfig } from 'node:util';
import type { Service } from '../../api/service.ts';
import type { Terminal } from './terminal.ts';

export const exit = { done: 0, doneWithLosses: 1, usage: 2, nothingReadable: 3, refused: 4, interrupted: 130 } as const;

export type Options = NonNullable<ParseArgsConfig['options']>;
export type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

export interface Invocation {
  readonly args: readonly string[];
  readonly values: Values;
  readonly terminal: Terminal;
  readonly service: Service;
  readonly signal: AbortSignal;
}

export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly options: Options;
  run(invocation: Invocation): Promise<number>;
}

/** A mistake in how the command was called. */
export class UsageError extends Error {}

export function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

export function isSet(values: Values, name: string): boolean {
  return values[name] === true;
}

export function wholeNumber(values: Values, name: string, min: number, max: number): number | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  const n = Number(value);
  if (!/^\d{1,12}$/.test(value) || n < min || n > max)
    throw new UsageError(`--${name} takes a whole number from ${min} to ${max}`);
  return n;
}
