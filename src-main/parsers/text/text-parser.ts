/**
 * Reads any text: splits it into lines, keeps track of sample headers and log prefixes, and offers each line to the readings. The kind of the
 * file is that of its strongest reading; sniffing is the same walk over the first 64 KiB into a sink that forgets.
 *
 * Order of one line: the reading that took the former line; a sample header; every reading whose lines can begin like this; the same
 * behind a known prefix, a learned prefix, a marker; the fallback (application log). What nobody takes is counted as unknown.
 */
import type { EvidenceKind, ReadingReport } from '../../api/contract/evidence.ts';
import type { Parser, Sink, Sniff, Source } from '../contract.ts';
import { MessageSink } from '../message-sink.ts';
import { Line } from './line.ts';
import { LineSplitter } from './line-splitter.ts';
import { LearnedPrefix, type LinePrefix, type StrippedPrefix, stripKnownPrefix } from './prefix.ts';
import { ProcessClock } from './process-clock.ts';
import type { Reading, ReadingFormat, Section, TextContext } from './reading.ts';
import { sectionHeader } from './section.ts';

const partialLimit = 2 ** 20;
/** A marker is looked for no farther into a line: prefixes are shorter. */
const markerReach = 512;

interface OpenReading {
  readonly format: ReadingFormat;
  readonly reading: Reading;
  taken: number;
}

class TextWalk implements TextContext {
  readonly sink: Sink;
  readonly name: string;
  readonly modifiedNs: bigint | undefined;
  section: Section | undefined;
  prefix: LinePrefix | undefined;
  readonly process: ProcessClock;
  readonly open: OpenReading[];
  unknown = 0;
  blank = 0;
  firstUnknown = 0;
  private readonly year: number | undefined;
  private readonly byFirst: OpenReading[][] = [];
  private readonly markers: { marker: string; open: OpenReading }[] = [];
  private readonly fallback: OpenReading | undefined;
  private readonly learned = new LearnedPrefix();
  private readonly inner = new Line();
  private current: OpenReading | undefined;
  private partial: string | undefined;
  private partialAt = 0;

  constructor(formats: readonly ReadingFormat[], source: Pick<Source, 'name' | 'modifiedNs'>, sink: Sink) {
    this.sink = sink;
    this.process = new ProcessClock(sink);
    this.name = source.name;
    this.modifiedNs = source.modifiedNs;
    this.year =
      source.modifiedNs === undefined ? undefined : new Date(Number(source.modifiedNs / 1_000_000n)).getUTCFullYear();
    this.open = formats.map((format) => ({ format, reading: format.create(source.name), taken: 0 }));
    this.fallback = this.open.find((o) => o.format.fallback);
    for (const o of this.open) if (o.format.marker) this.markers.push({ marker: o.format.marker, open: o });
    const machines = this.open.filter((o) => !o.format.fallback);
    for (let c = 0; c < 256; c++) {
      const letter = String.fromCharCode(c);
      this.byFirst.push(machines.filter((o) => o.format.opens === undefined || o.format.opens.includes(letter)));
    }
  }

  take(line: Line): void {
    // a header ends a sample even where its reading would take the line for a comment
    const section = isFence(line.byte(0)) && !isComment(line) ? sectionHeader(line, this.year) : undefined;
    if (section) {
      this.begin(section);
      return;
    }
    if (this.current?.reading.take(line, this)) {
      this.current.taken++;
      return;
    }
    if (line.isBlank()) {
      this.blank++;
      return;
    }
    const bare = sectionHeader(line, this.year);
    if (bare) {
      this.begin(bare);
      return;
    }
    if (this.offer(line)) return;
    if (this.takePrefixed(line)) return;
    this.miss(line);
  }

  private begin(section: Section): void {
    this.endSection();
    this.section = section;
  }

  reread(text: string, number: number, prefix: LinePrefix | undefined): void {
    const bytes = Buffer.from(text, 'utf8');
    const outer = this.prefix;
    this.prefix = prefix;
    const line = new Line().set(bytes, 0, bytes.length, number);
    if (!line.isBlank() && !this.offer(line) && !this.takePrefixed(line)) this.miss(line);
    this.prefix = outer;
  }

  endSection(): void {
    for (const o of this.open) o.reading.endSection(this);
    this.current = undefined;
  }

  reports(): readonly ReadingReport[] {
    return this.open.flatMap((o) => o.reading.reports()).filter((r) => r.taken > 0);
  }

  private offer(line: Line): boolean {
    const candidates = this.byFirst[line.byte(0) < 0 ? 0 : line.byte(0)] as OpenReading[];
    for (const o of candidates) {
      if (o.reading.take(line, this)) {
        o.taken++;
        this.current = o;
        return true;
      }
    }
    return false;
  }

  private takePrefixed(line: Line): boolean {
    const known = this.knownPrefix(line);
    if (known) {
      const outer = this.prefix;
      this.prefix = known.time ?? outer;
      const taken = this.takePayload(line, known.length, known.partial);
      this.prefix = outer;
      return taken;
    }
    const learned = this.learned.matches(line);
    if (learned > 0 && this.offer(this.behind(line, learned))) return true;
    for (const { marker, open } of this.markers) {
      const at = line.head(markerReach).indexOf(marker);
      if (at <= 0) continue;
      if (!open.reading.take(this.behind(line, at), this)) continue;
      open.taken++;
      this.current = open;
      this.learned.learn(line, at);
      return true;
    }
    return this.fallback?.reading.take(line, this) ?? false;
  }

  /** A shipper's prefix without a time may stand before a logger's with one. */
  private knownPrefix(line: Line): StrippedPrefix | undefined {
    const outer = stripKnownPrefix(line, this.year);
    if (!outer || outer.time) return outer;
    const inner = stripKnownPrefix(this.behind(line, outer.length), this.year);
    return inner ? { ...inner, length: outer.length + inner.length } : outer;
  }

  /** What stands behind a known prefix: a part of a split line, a machine line, or words of the application. */
  private takePayload(line: Line, from: number, partial: boolean): boolean {
    if (partial) {
      const text = line.bytes.toString('utf8', line.start + from, line.end);
      if (this.partial === undefined) this.partialAt = line.number;
      this.partial = ((this.partial ?? '') + text).slice(0, partialLimit);
      return true;
    }
    if (this.partial !== undefined) {
      const text = this.partial + line.bytes.toString('utf8', line.start + from, line.end);
      this.partial = undefined;
      this.reread(text, this.partialAt, this.prefix);
      return true;
    }
    const payload = this.behind(line, from);
    if (payload.isBlank()) {
      this.blank++;
      return true;
    }
    if (this.current?.reading.take(payload, this)) {
      this.current.taken++;
      return true;
    }
    if (this.offer(payload)) return true;
    for (const { marker, open } of this.markers) {
      const at = payload.head(markerReach).indexOf(marker);
      if (at > 0 && open.reading.take(this.inner.set(line.bytes, payload.start + at, line.end, line.number), this)) {
        open.taken++;
        this.current = open;
        return true;
      }
    }
    return this.fallback?.reading.take(line, this) ?? false;
  }

  private behind(line: Line, from: number): Line {
    return this.inner.set(line.bytes, line.start + from, line.end, line.number);
  }

  private miss(line: Line): void {
    this.unknown++;
    if (this.firstUnknown === 0) this.firstUnknown = line.number;
  }
}

/** Characters that only a header, a comment or a shell prompt begins with. */
/** Comments of the exposition format, of which there are as many as samples. */
function isComment(line: Line): boolean {
  return line.startsWith('# HELP ') || line.startsWith('# TYPE ');
}

function isFence(c: number): boolean {
  return c === 35 || c === 61 || c === 45 || c === 42 || c === 62 || c === 36;
}

/** The kind of the strongest reading: most lines, weighted by how much a line of the format says. */
function strongest(walk: TextWalk): { readonly kind: EvidenceKind; readonly share: number } {
  let kind: EvidenceKind = 'unknown';
  let best = 0;
  let all = walk.unknown;
  for (const o of walk.open) {
    const weight = o.format.weight ?? 1;
    for (const report of o.reading.reports()) {
      all += report.taken;
      const score = report.taken * weight;
      if (score > best) {
        best = score;
        kind = report.kind;
      }
    }
  }
  return { kind, share: all === 0 ? 0 : (all - walk.unknown) / all };
}

/** Bytes that no text holds: a file with many of them is binary whatever its name. */
function looksBinary(head: Uint8Array): boolean {
  if (head.length >= 2 && ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)))
    return false;
  let odd = 0;
  const n = Math.min(head.length, 8_192);
  for (let i = 0; i < n; i++) {
    const c = head[i] as number;
    if (c < 9 || (c > 13 && c < 32 && c !== 27)) odd++;
  }
  return odd > n * 0.02;
}

export function textParser(formats: readonly ReadingFormat[]): Parser {
  return {
    id: 'text',
    version: 3,
    sniff(head, name): Sniff {
      if (head.length === 0 || looksBinary(head)) return { confidence: 0, kind: 'unknown' };
      const walk = new TextWalk(formats, { name, modifiedNs: undefined }, new MessageSink(() => undefined));
      const splitter = new LineSplitter((line) => walk.take(line));
      splitter.push(head);
      splitter.end();
      walk.endSection();
      const { kind, share } = strongest(walk);
      if (kind === 'unknown') return { confidence: 0.05, kind };
      return { confidence: Math.min(0.95, 0.3 + 0.65 * share), kind };
    },
    async parse(source, sink, { signal }): Promise<void> {
      const walk = new TextWalk(formats, source, sink);
      const splitter = new LineSplitter((line) => {
        if (line.cut)
          sink.warn({
            code: 'text/line_cut',
            severity: 'data_loss',
            phase: 'read',
            at: { line: line.number },
            args: { kept: line.length },
          });
        walk.take(line);
      });
      for await (const chunk of source.chunks()) {
        if (signal.aborted) return;
        splitter.push(chunk);
      }
      splitter.end();
      walk.endSection();
      walk.process.finish();
      const reports = walk.reports();
      const { kind } = strongest(walk);
      // the strongest first: it names the file
      for (const report of [...reports.filter((r) => r.kind === kind), ...reports.filter((r) => r.kind !== kind)])
        sink.reading(report);
      sink.lines(splitter.count, walk.unknown);
      if (walk.unknown > 0) {
        sink.warn({
          code: 'text/unknown_lines',
          severity: 'info',
          phase: 'read',
          at: { line: walk.firstUnknown },
          args: { count: walk.unknown },
        });
      }
    },
  };
}
