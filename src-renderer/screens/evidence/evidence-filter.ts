/** What the filter box understands: words that must all be somewhere in a row, and a few questions as `is:...`. */
import type { ClockEntry, EvidenceEntry } from '../../../src-main/api/contract/documents.ts';
import type { Span } from '../../state/view.ts';

export const questions = ['warning', 'unread', 'uncertain', 'used'] as const;
export type Question = (typeof questions)[number];

/** A clock less sure than this is said to be uncertain, nanoseconds. */
const sureNs = 1_000_000_000n;

export function isUncertain(clock: Pick<ClockEntry, 'uncertainty_ns'>): boolean {
  return BigInt(clock.uncertainty_ns) >= sureNs;
}

export interface Filter {
  readonly words: readonly string[];
  readonly asked: readonly Question[];
}

export function readFilter(text: string): Filter {
  const words: string[] = [];
  const asked: Question[] = [];
  for (const part of text.trim().toLowerCase().split(/\s+/)) {
    const question = questions.find((q) => part === `is:${q}`);
    if (question) asked.push(question);
    else if (part) words.push(part);
  }
  return { words, asked };
}

/** The same text with a question added, or taken out where it is in. */
export function toggleQuestion(text: string, question: Question): string {
  const parts = text.split(/\s+/).filter(Boolean);
  const token = `is:${question}`;
  return (parts.includes(token) ? parts.filter((p) => p !== token) : [...parts, token]).join(' ');
}

export function passes(entry: EvidenceEntry, clocks: readonly ClockEntry[], filter: Filter): boolean {
  const text = [
    entry.path,
    entry.kind,
    entry.dialect,
    entry.status,
    entry.parser ?? '',
    entry.sha256,
    ...entry.warnings.map((w) => w.code),
  ]
    .join('\n')
    .toLowerCase();
  return filter.words.every((w) => text.includes(w)) && filter.asked.every((q) => answers(entry, clocks, q));
}

function answers(entry: EvidenceEntry, clocks: readonly ClockEntry[], question: Question): boolean {
  switch (question) {
    case 'warning':
      return entry.warnings.some((w) => w.severity !== 'info');
    case 'unread':
      return entry.status !== 'parsed';
    case 'uncertain':
      return clocks.some(isUncertain);
    case 'used':
      return entry.used_by.length > 0;
  }
}

/** Whether a file has samples in a stretch of time; undefined where it has no times. Epoch milliseconds. */
export function isInRange(entry: EvidenceEntry, range: Span, originMs: number): boolean | undefined {
  if (!entry.time.first || !entry.time.last) return undefined;
  const from = (Date.parse(entry.time.first) - originMs) / 1_000;
  const to = (Date.parse(entry.time.last) - originMs) / 1_000;
  return from <= range.to && to >= range.from;
}
