/** What the heap map shows and has fetched. The moment, the class and the span lie in the view, so that a link carries them. */
import {
  type HeapCounts,
  type HeapEstimate,
  type HeapMoment,
  type HeapSource,
  type HeapSpan,
  heapChanges,
} from '../../../src-main/api/contract/heap.ts';
import { toCallError } from '../../bridge/window-bridge.ts';
import { navigation } from '../../state/navigation.svelte.ts';
import type { Workbench } from '../../state/workbench.svelte.ts';
import { Latest } from '../timeline/latest.ts';
import {
  addressOf,
  arenaOf,
  arenasOf,
  type Layout,
  layoutOf,
  nextSpan,
  pageOfAddress,
  spanWith,
} from './page-layout.ts';

const dimAfterMs = 200;
const playStepMs = 250;
const playSteps = 80;

export class HeapModel {
  sources: readonly HeapSource[] = $state.raw([]);
  /** Moments at which the heap can be estimated where it cannot be replayed. */
  counts: readonly HeapCounts[] = $state.raw([]);
  estimate: HeapEstimate | null = $state.raw(null);
  /** Counts chosen by their index: of several without a time, or at one, the moment alone does not tell them apart. */
  chosenCounts: number | null = $state(null);
  /** Undefined until it is known whether there is a heap to replay. */
  isKnown: boolean = $state(false);
  moment: HeapMoment | null = $state.raw(null);
  span: HeapSpan | null = $state.raw(null);
  isStale: boolean = $state(false);
  isPlaying: boolean = $state(false);
  readonly layout: Layout | null = $derived(this.moment && layoutOf(this.moment));
  readonly arenas = $derived(this.moment && this.layout ? arenasOf(this.moment.spans, this.layout) : []);
  /** Index of the chosen span in the moment's columns; -1 where it is not there. */
  readonly focused: number = $derived.by(() => {
    const address = this.address;
    if (!this.moment || !this.layout || address === null) return -1;
    return spanWith(this.moment.spans, pageOfAddress(address, this.layout));
  });
  /** Arena that is drawn large: that of the chosen span, else the first. */
  readonly arena: number = $derived.by(() => {
    if (!this.moment || !this.layout) return 0;
    const page = this.focused >= 0 ? this.moment.spans.page[this.focused] : undefined;
    if (page !== undefined) return arenaOf(page, this.layout);
    return this.chosenArena ?? this.arenas[0]?.index ?? 0;
  });
  private chosenArena: number | null = $state(null);
  private readonly workbench: Workbench;
  private readonly moments = new Latest(30);
  private readonly estimates = new Latest(30);
  private readonly spans = new Latest(30);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sourcesOf: string | undefined;

  constructor(workbench: Workbench) {
    this.workbench = workbench;
  }

  /** Address of the chosen span. */
  get address(): string | null {
    const { selection } = navigation.view;
    return selection?.kind === 'span' || selection?.kind === 'slot' ? selection.address : null;
  }

  get slot(): number | null {
    const { selection } = navigation.view;
    return selection?.kind === 'slot' ? selection.slot : null;
  }

  /** The trace that the moment lies in or nearest to. */
  get source(): HeapSource | undefined {
    return this.moment?.source ?? this.sources[0];
  }

  /** Learns of which traces the open case has. */
  async fetchSources(): Promise<void> {
    const id = this.workbench.report?.case.id;
    if (id === undefined || id === this.sourcesOf) return;
    this.sourcesOf = id;
    this.stop();
    this.sources = [];
    this.isKnown = false;
    this.moment = null;
    this.span = null;
    this.counts = [];
    this.estimate = null;
    this.chosenCounts = null;
    const { sources, counts } = await this.workbench.bridge.call('heap.sources', { case: id });
    if (this.sourcesOf !== id) return;
    this.sources = sources;
    this.counts = counts;
    this.isKnown = true;
  }

  /** The heap at a moment, and against another where one is given. */
  async fetchMoment(t: number, since: number | null): Promise<void> {
    const id = this.workbench.report?.case.id;
    if (id === undefined) return;
    const dim = setTimeout(() => {
      this.isStale = true;
    }, dimAfterMs);
    const { bridge } = this.workbench;
    try {
      await this.moments.run(
        () => bridge.call('heap.moment', { case: id, t, ...(since === null ? {} : { since }) }),
        (moment) => {
          this.moment = moment;
        },
      );
    } finally {
      clearTimeout(dim);
      this.isStale = false;
    }
  }

  /** The estimate of the chosen counts, else of those nearest to a moment, else of the highest. */
  async fetchEstimate(index: number | null, t: number | null): Promise<void> {
    const id = this.workbench.report?.case.id;
    if (id === undefined) return;
    const asked = index !== null ? { index } : t !== null ? { t } : {};
    await this.estimates.run(
      () => this.workbench.bridge.call('heap.estimate', { case: id, ...asked }),
      (estimate) => {
        this.estimate = estimate;
      },
    );
  }

  /** Chooses counts; the moment of the view follows where they have one. */
  showCounts(index: number): void {
    const t = this.counts[index]?.t ?? null;
    this.chosenCounts = index;
    if (t !== null) navigation.replace({ cursor: t });
  }

  /** A span that is gone at this moment leaves nothing to show. */
  async fetchSpan(t: number, address: string | null): Promise<void> {
    const id = this.workbench.report?.case.id;
    if (id === undefined || address === null) {
      this.span = null;
      return;
    }
    try {
      await this.spans.run(
        () => this.workbench.bridge.call('heap.span', { case: id, t, address }),
        (span) => {
          this.span = span;
        },
      );
    } catch (reason) {
      if (toCallError(reason).code !== 'heap/no_span') throw reason;
      this.span = null;
    }
  }

  showAt(cursor: number, mode: 'push' | 'replace' = 'replace'): void {
    navigation[mode]({ cursor });
  }

  chooseArena(index: number): void {
    this.chosenArena = index;
    navigation.push({ selection: null });
  }

  chooseSpan(index: number, mode: 'push' | 'replace' = 'push'): void {
    const page = this.moment?.spans.page[index];
    if (page === undefined || !this.layout) return;
    navigation[mode]({ selection: { kind: 'span', address: addressOf(page, this.layout) } });
  }

  chooseSlot(slot: number | null): void {
    const { address } = this;
    if (address === null) return;
    navigation.replace({ selection: slot === null ? { kind: 'span', address } : { kind: 'slot', address, slot } });
  }

  /** Chooses a class, or none, and its first span that appeared, else its first that changed, else its first. */
  chooseClass(spanClass: number | null): void {
    navigation.push({ spanClass, selection: null });
    if (spanClass === null || !this.moment) return;
    const { spans, change } = this.moment;
    const of = (i: number) => spans.span_class[i] === spanClass;
    const appeared = change.findIndex((c, i) => heapChanges[c] === 'appeared' && of(i));
    const changed = appeared >= 0 ? appeared : change.findIndex((c, i) => c > 0 && of(i));
    const first = changed >= 0 ? changed : spans.span_class.indexOf(spanClass);
    if (first >= 0) this.chooseSpan(first, 'replace');
  }

  /** Moves the choice by pages; where no span lies there, to the nearest beyond. Of two moments compared only spans that changed count. */
  step(pages: number): void {
    if (!this.moment) return;
    const { spans, change, since } = this.moment;
    const { spanClass } = navigation.view;
    const isWanted = (i: number) =>
      (spanClass === null || spans.span_class[i] === spanClass) && (since === null || change[i] !== 0);
    const from = this.focused >= 0 ? (spans.page[this.focused] as number) : -1;
    const direction = pages > 0 ? 1 : -1;
    const exact = Math.abs(pages) > 1 ? spanWith(spans, from + pages) : -1;
    const isFit = exact >= 0 && exact !== this.focused && isWanted(exact);
    const next = isFit
      ? exact
      : nextSpan(spans, Math.abs(pages) > 1 ? from + pages - direction : from, direction, isWanted);
    if (next >= 0) this.chooseSpan(next, 'replace');
  }

  /** Walks through the trace in about twenty seconds; from the begin where it stands at the end. */
  play(): void {
    const { source } = this;
    if (!source) return;
    this.isPlaying = true;
    const at = navigation.view.cursor ?? source.from;
    this.showAt(at >= source.to - 1e-9 ? source.from : at);
    const tick = () => {
      const now = navigation.view.cursor ?? source.from;
      const next = Math.min(source.to, now + (source.to - source.from) / playSteps);
      this.showAt(next);
      if (next >= source.to) this.stop();
      else this.timer = setTimeout(tick, playStepMs);
    };
    this.timer = setTimeout(tick, playStepMs);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.isPlaying = false;
  }
}
