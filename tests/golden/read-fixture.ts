/**
 * Runs one file through sniffing and parsing and says what a user would ask: what it is, which readings took how much, each series with its ends, facts,
 * anchors, events by kind, warnings with their place.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { compressionOf } from '../../src-main/case/archive/container-kind.ts';
import type { SinkMessage } from '../../src-main/parsers/message-sink.ts';
import { MessageSink } from '../../src-main/parsers/message-sink.ts';
import { sniff } from '../../src-main/parsers/registry.ts';

/** When every fixture was last written, as far as parsers are told: 2026-11-24. */
export const fixtureTimeNs = 1_795_500_000_000_000_000n;

export interface ReadResult {
  readonly kind: string;
  readonly messages: readonly SinkMessage[];
}

export function decoded(bytes: Buffer): Buffer {
  const compression = compressionOf(bytes);
  if (compression === 'gzip') return gunzipSync(bytes);
  return compression === 'zstd' ? zstdDecompressSync(bytes) : bytes;
}

/** @param name the name parsers are told; @param chunkBytes how the bytes are handed over */
export async function readBytes(bytes: Uint8Array, name: string, chunkBytes = 256 * 1024): Promise<ReadResult> {
  const messages: SinkMessage[] = [];
  const sink = new MessageSink((m) => messages.push(m));
  const { parser, kind } = sniff(bytes.subarray(0, 65_536), name);
  const source = {
    name,
    sizeBytes: bytes.length,
    modifiedNs: fixtureTimeNs,
    async *chunks() {
      for (let i = 0; i < bytes.length; i += chunkBytes) yield bytes.subarray(i, i + chunkBytes);
    },
  };
  if (parser) await parser.parse(source, sink, { signal: new AbortController().signal });
  sink.close();
  const strongest = messages.find((m) => m.kind === 'reading');
  return { kind: strongest?.kind === 'reading' ? strongest.report.kind : kind, messages };
}

export async function readFixture(path: string, name: string): Promise<ReadResult> {
  return await readBytes(decoded(readFileSync(path)), name);
}

interface Column {
  metric: string;
  points: number;
  first: number;
  last: number;
  min: number;
  max: number;
}

/** The golden form: stable, readable, no dump of internals. */
export function goldenOf({ kind, messages }: ReadResult): unknown {
  const series: Record<string, Column> = {};
  for (const m of messages) {
    if (m.kind !== 'chunk') continue;
    const { chunk } = m;
    chunk.columns.forEach((spec, i) => {
      const labels = spec.labels ? JSON.stringify(spec.labels) : '';
      const key = `${chunk.name} #${chunk.frame} ${chunk.clock.domain}${chunk.clock.instance || ''} ${spec.sourceName}${labels}`;
      for (const value of chunk.values[i] ?? []) {
        if (Number.isNaN(value)) continue;
        const column = series[key];
        if (!column)
          series[key] = { metric: spec.metric, points: 1, first: value, last: value, min: value, max: value };
        else {
          column.points++;
          column.last = value;
          column.min = Math.min(column.min, value);
          column.max = Math.max(column.max, value);
        }
      }
    });
  }
  const events: Record<string, { count: number; first: unknown }> = {};
  for (const m of messages) {
    if (m.kind !== 'event') continue;
    const e = m.event;
    events[e.kind] ??= {
      count: 0,
      first: { t: e.tNs === undefined ? null : String(e.tNs), clock: e.clock, at: e.at, data: e.data },
    };
    (events[e.kind] as { count: number }).count++;
  }
  const of = <K extends SinkMessage['kind']>(wanted: K) =>
    messages.filter((m): m is Extract<SinkMessage, { kind: K }> => m.kind === wanted);
  const text = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)));
  return text({
    kind,
    readings: of('reading').map((m) => m.report),
    lines: of('lines').map((m) => ({ total: m.total, unknown: m.unknown })),
    series,
    facts: of('fact').map((m) => [m.key, m.value, m.at]),
    anchors: of('anchor').map((m) => ({
      basis: m.anchor.basis,
      clock: m.anchor.clock,
      lo: m.anchor.loNs,
      hi: m.anchor.hiNs,
    })),
    events,
    profile: of('profile').map((m) => ({
      ...m.profile,
      top: m.profile.top.slice(0, 8),
      owners: m.profile.owners.slice(0, 5),
    })),
    warnings: of('warning').map((m) => m.warning),
    truncated: of('truncated').map((m) => m.at),
  });
}
