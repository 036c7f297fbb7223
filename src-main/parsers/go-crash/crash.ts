/**
 * One crash of a Go program: everything it says before, between and behind its goroutines, and for want of memory the chain that led there, read
 * from the frames of the goroutine that was refused.
 *
 * What the chain really is: mallocgc asks its P's cache (refill for small objects, allocLarge above 32 KiB), that the central list, that the heap;
 * the heap finds no free run and grows: it asks the kernel for address space in steps of 4 MiB. `requested_bytes` of the message is that step,
 * not what the program asked for; that is `object_bytes`.
 *
 * @source runtime/malloc.go mallocgc, runtime/mcache.go refill, allocLarge, runtime/mheap.go grow (Go 1.17 to 1.26)
 */
import type { Json } from '../contract.ts';
import type { Goroutine, GoroutineGroup } from '../goroutine-text/goroutine-groups.ts';
import type { CrashLine, CrashReason } from './crash-line.ts';

const textLines = 12;
const lineChars = 400;
/** Objects above this are large: spans of their own. 32 KiB up to Go 1.21, 8 bytes less since. */
const largestSmall = 32_760;
const chainKept = 12;
const memoryReasons: ReadonlySet<CrashReason> = new Set(['address_space', 'kernel_refused', 'metadata']);

export class Crash {
  readonly line: number;
  private readonly text: string[] = [];
  private readonly figures: Record<string, number | string> = {};
  private reason: CrashReason | undefined;
  private threads = 0;
  private runtimeStack: Goroutine | undefined;
  private refused: Goroutine | undefined;

  constructor(line: number) {
    this.line = line;
  }

  add(line: CrashLine, text: string): void {
    // what was said first is nearest to the cause: `fatal error: out of memory` follows what could not be allocated
    if (line.reason && (this.reason === undefined || this.reason === 'panic')) this.reason = line.reason;
    for (const [name, value] of Object.entries(line.figures ?? {})) this.figures[name] ??= value;
    const says = line.role === 'head' || text.startsWith('\tpanic: ');
    if (says && this.text.length < textLines) this.text.push(text.slice(0, lineChars));
  }

  /** A further line of the program's own words: since Go 1.18 each is printed behind a tab. */
  addWords(text: string): void {
    if (this.text.length < textLines) this.text.push(text.slice(0, lineChars));
  }

  /** A further thread of the same crash (GOTRACEBACK=crash prints each). */
  addThread(): void {
    this.threads++;
  }

  addGoroutine(goroutine: Goroutine): void {
    if (goroutine.state === 'runtime stack') this.runtimeStack ??= goroutine;
    else if (goroutine.state === 'running' || goroutine.state === 'syscall') this.refused ??= goroutine;
  }

  /** @param groups the goroutines of the crash */
  data(groups: readonly GoroutineGroup[], goroutines: number): { readonly [key: string]: Json } {
    const running = groups.find((g) => g.state === 'running') ?? groups[0];
    const frames = running?.frames ?? this.runtimeStack?.frames ?? [];
    return {
      message: this.text.join('\n'),
      reason: this.reason ?? 'internal',
      goroutines,
      state: running?.state ?? (this.runtimeStack ? 'runtime stack' : ''),
      frames: frames as unknown as Json,
      runtime_stack: (this.runtimeStack?.frames ?? []).slice(0, chainKept).map((f) => f.function),
      threads_printed: this.threads > 0 ? this.threads + 1 : null,
      ...this.figures,
      ...(this.reason && memoryReasons.has(this.reason) ? this.allocation() : {}),
    };
  }

  /** What was asked for and by whom, from the frames between the program and the runtime's refusal. */
  private allocation(): { [key: string]: Json } {
    const goroutine = this.refused;
    if (!goroutine) return {};
    const { frames } = goroutine;
    const names = frames.map((f) => f.function);
    const malloc = names.findIndex((f) => /^runtime\.mallocgc(?:Large|Small\w{0,60})?$/.test(f));
    const outer = names.findIndex((f, i) => i >= Math.max(0, malloc) && !f.startsWith('runtime.'));
    if (malloc < 0 && !names.some((f) => f.startsWith('runtime.'))) return {};
    const asked = frames[outer];
    const entry = names.lastIndexOf('runtime.mallocgc');
    const size = goroutine.firstArguments.get(entry >= 0 ? entry : malloc);
    const out: { [key: string]: Json } = {
      chain: names.slice(0, outer < 0 ? chainKept : Math.min(outer + 1, chainKept)).reverse(),
    };
    if (size !== undefined) out.object_bytes = size;
    const isLarge = names.some((f) => /^runtime\.(?:\(\*mcache\)\.allocLarge|mallocgcLarge|largeAlloc)$/.test(f));
    const isSmall = names.some((f) =>
      /^runtime\.\(\*mcache\)\.(?:refill|nextFree)$|^runtime\.mallocgcSmall|^runtime\.mallocgcTiny/.test(f),
    );
    if (isLarge || isSmall) out.allocation = isLarge ? 'large' : 'small';
    else if (size !== undefined) out.allocation = size > largestSmall ? 'large' : 'small';
    if (asked) out.asked_by = `${asked.function} ${asked.file}:${asked.line}`;
    return out;
  }
}
