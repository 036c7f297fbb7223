/**
 * The one way figures are written, in every shell, in the report and on the screen.
 */

import type { Unit } from './metrics.ts';

/** RFC 3339 in UTC with nanoseconds, as the command line prints times. */
export function formatRfc3339(ns: bigint): string {
  const ms = ns / 1_000_000n - (ns % 1_000_000n < 0n ? 1n : 0n);
  const rest = ns - ms * 1_000_000n;
  const date = new Date(Number(ms));
  if (Number.isNaN(date.getTime())) return String(ns);
  const base = date.toISOString();
  return `${base.slice(0, -1)}${String(rest).padStart(6, '0')}Z`;
}

const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
const decimal = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** Memory: KiB, MiB, GiB with three significant digits; exact below 1 KiB. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, 1024, binary);
}

/** Files on disk: KB, MB, GB. */
export function formatFileSize(bytes: number): string {
  return scaled(bytes, 1000, decimal);
}

function scaled(bytes: number, step: number, names: readonly string[]): string {
  if (!Number.isFinite(bytes)) return '?';
  let value = Math.abs(bytes);
  let i = 0;
  while (Number(significant(value)) >= step && i < names.length - 1) {
    value /= step;
    i++;
  }
  const text = i === 0 ? String(Math.round(value)) : significant(value);
  return `${bytes < 0 ? '−' : ''}${text} ${names[i]}`;
}

/** Three significant digits, never in exponent form. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  // where rounding would add a digit the next form has it
  if (size >= 99.95) return String(Math.round(value));
  if (size >= 9.995) return value.toFixed(1);
  if (size >= 0.9995) return value.toFixed(2);
  return String(Number(value.toPrecision(3)));
}

/** A duration in the unit that keeps it readable: ns, µs, ms, s, min, h, d. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? '−' : '';
  if (size === 0) return '0 s';
  if (size < 1e-6) return `${sign}${significant(size * 1e9)} ns`;
  if (size < 1e-3) return `${sign}${significant(size * 1e6)} µs`;
  if (size < 1) return `${sign}${significant(size * 1e3)} ms`;
  if (size < 120) return `${sign}${significant(size)} s`;
  if (size < 7_200) return `${sign}${Math.floor(size / 60)} min ${Math.round(size % 60)} s`;
  if (size < 172_800) return `${sign}${Math.floor(size / 3600)} h ${Math.round((size % 3600) / 60)} min`;
  return `${sign}${significant(size / 86_400)} d`;
}

/** A plain number with thousands set apart by narrow spaces; large ones with a suffix. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return '?';
  const size = Math.abs(value);
  if (size >= 1e9) return `${significant(value / 1e9)} G`;
  if (size >= 1e6) return `${significant(value / 1e6)} M`;
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  return significant(value);
}

/** Text from evidence made safe to show: control and direction characters become escapes, the rest stays. */
export function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what is escaped
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, (c) => {
    if (c === '\n') return '\\n';
    if (c === '\t') return '\\t';
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** A value in its unit. */
export function formatValue(value: number, unit: Unit): string {
  switch (unit) {
    case 'bytes':
      return formatBytes(value);
    case 'seconds':
      return formatDuration(value);
    case 'percent':
      return `${significant(value)} %`;
    case 'ratio':
      return `${significant(value * 100)} %`;
    case 'per_second':
      return `${formatCount(value)}/s`;
    case 'count':
      return formatCount(value);
  }
}
