/**
 * GODEBUG=allocfreetrace=1 (Go 1.3 to 1.21): every allocation and every free with a traceback: `tracealloc(0xc000012345, 0x10, string)`, then a
 * goroutine; `tracefree(0xc000012345, 0x10)`; `tracegc()`. Nothing is sampled: the live objects at the end are exact, as far as the log goes.
 *
 * They become a heap profile and rows of what lives, at the time of the last line that had one.
 *
 * @source runtime/mprof.go tracealloc, tracefree, tracegc (Go 1.21)
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Frame } from '../contract.ts';
import { parseCall, parseFileLine } from '../goroutine-text/stack-text.ts';
import { ProfileBuilder } from '../pprof/profile-builder.ts';
import { sayProfile } from '../pprof/profile-summary.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';

const allocated = /^tracealloc\((0x[0-9a-f]{1,16}), (0x[0-9a-f]{1,16})(?:, (.{1,300}))?\)$/;
const freed = /^tracefree\((0x[0-9a-f]{1,16}), (0x[0-9a-f]{1,16})\)$/;
const mostLive = 5_000_000;
const mostStacks = 200_000;
/** A row of the live heap every so many events. */
const rowEvery = 256;

interface Site {
  readonly stack: readonly number[];
  objects: number;
  bytes: number;
  liveObjects: number;
  liveBytes: number;
}

class Allocfreetrace implements Reading {
  private readonly builder = new ProfileBuilder(
    ['alloc_objects', 'alloc_space', 'inuse_objects', 'inuse_space'].map((type, i) => ({
      type,
      unit: i % 2 === 0 ? 'count' : 'bytes',
    })),
    { type: 'space', unit: 'bytes' },
    1,
  );
  private readonly sites = new Map<string, Site>();
  private readonly live = new Map<string, { readonly site: Site; readonly bytes: number }>();
  private open: { address: string; bytes: number } | undefined;
  private inTrace = false;
  private stack: number[] = [];
  private call: string | undefined;
  private frame: Frame | undefined;
  private taken = 0;
  private events = 0;
  private frees = 0;
  private unknownFrees = 0;
  private collections = 0;
  private liveBytes = 0;
  private allocatedBytes = 0;

  take(line: Line, context: TextContext): boolean {
    const c = line.byte(0);
    if (c === 116 && this.takeHead(line, context)) {
      this.taken++;
      return true;
    }
    if (!this.inTrace || !this.takeStack(line)) return false;
    this.taken++;
    return true;
  }

  endSection(context: TextContext): void {
    this.close();
    if (this.events === 0) return;
    this.row(context, this.taken);
    for (const site of this.sites.values())
      this.builder.add([site.objects, site.bytes, site.liveObjects, site.liveBytes], site.stack);
    sayProfile(this.builder.build(), context.sink, (line) => ({ line }));
    this.sites.clear();
    this.events = 0;
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    return [
      {
        kind: 'gctrace',
        dialect: 'allocfreetrace',
        taken: this.taken,
        counts: {
          allocated_bytes: this.allocatedBytes,
          live_objects: this.live.size,
          live_bytes: this.liveBytes,
          frees: this.frees,
          frees_of_unseen: this.unknownFrees,
          collections: this.collections,
        },
      },
    ];
  }

  private takeHead(line: Line, context: TextContext): boolean {
    if (!line.startsWith('trace')) return false;
    const text = line.head(500);
    const a = allocated.exec(text);
    const f = a ? null : freed.exec(text);
    if (!a && !f && text !== 'tracegc()') return false;
    this.close();
    this.inTrace = true;
    this.events++;
    if (a) this.open = { address: a[1] as string, bytes: Number(a[2]) };
    else if (f) this.free(f[1] as string);
    else this.collections++;
    if (this.events % rowEvery === 0) this.row(context, line.number);
    return true;
  }

  /** The traceback behind a head, up to the blank line that ends it. */
  private takeStack(line: Line): boolean {
    if (line.length === 0 || line.isBlank()) {
      this.close();
      return true;
    }
    const text = line.head(2_000);
    if (text.startsWith('\t') || text.startsWith(' ')) {
      const place = parseFileLine(text);
      if (place && this.call !== undefined) this.stack.push(this.builder.frame({ function: this.call, ...place }));
      this.call = undefined;
      return place !== undefined;
    }
    if (/^(?:goroutine \d{1,19} |created by |\.\.\.)/.test(text)) return true;
    this.call = parseCall(text);
    return this.call !== undefined;
  }

  private close(): void {
    const { open } = this;
    this.open = undefined;
    this.inTrace = false;
    if (open) {
      this.allocatedBytes += open.bytes;
      const key = this.stack.join(' ');
      let site = this.sites.get(key);
      if (!site && this.sites.size < mostStacks) {
        site = { stack: this.stack, objects: 0, bytes: 0, liveObjects: 0, liveBytes: 0 };
        this.sites.set(key, site);
      }
      if (site && this.live.size < mostLive) {
        site.objects++;
        site.bytes += open.bytes;
        site.liveObjects++;
        site.liveBytes += open.bytes;
        this.liveBytes += open.bytes;
        this.live.set(open.address, { site, bytes: open.bytes });
      }
    }
    this.stack = [];
    this.call = undefined;
  }

  private free(address: string): void {
    this.frees++;
    const object = this.live.get(address);
    if (!object) {
      this.unknownFrees++;
      return;
    }
    this.live.delete(address);
    this.liveBytes -= object.bytes;
    object.site.liveObjects--;
    object.site.liveBytes -= object.bytes;
  }

  private row(context: TextContext, line: number): void {
    this.frame ??= context.sink.frame('allocfreetrace', context.process.clock);
    this.frame.row(context.process.lastNs, line);
    this.frame.set(
      this.frame.column({ metric: 'traced_live_bytes', sourceName: 'tracealloc - tracefree' }),
      this.liveBytes,
    );
    this.frame.set(
      this.frame.column({ metric: 'traced_live_objects', sourceName: 'tracealloc - tracefree' }),
      this.live.size,
    );
  }
}

export const allocfreetraceFormat: ReadingFormat = {
  id: 'allocfreetrace',
  weight: 2,
  create: () => new Allocfreetrace(),
};
