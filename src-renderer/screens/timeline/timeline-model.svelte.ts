import type { Cycles, Lane, LaneSeries, Lanes } from '../../../src-main/api/contract/calls.ts';
import { type Curve, stepSample } from '../../charts/curve.ts';
import { usualPace } from '../../charts/gaps.ts';
import { centreSpan, clampSpan, fitSpan, lengthOf, orWhole, panSpan, zoomSpan } from '../../charts/viewport.ts';
import { navigation } from '../../state/navigation.svelte.ts';
import { type Span, shadings } from '../../state/view.ts';
import type { Workbench } from '../../state/workbench.svelte.ts';

/** What was fetched: a stretch wider than what is shown, so that panning does not wait. */
export interface Loaded {
  readonly span: Span;
  readonly secondsPerPixel: number;
  readonly curves: ReadonlyMap<string, Curve>;
  readonly cycles: Cycles | null;
}

/** Share of the visible stretch that is fetched beyond each side. */
const margin = 0.5;
/** Beside the first and the last sample, so that marks at the ends are seen. */
const airShare = 0.012;
const overviewPixels = 1_200;
const dimAfterMs = 200;

/** What the timeline shows and has fetched. What a link should carry lies in the view; what passes lies here. */
export class TimelineModel {
  /** Width of the plots in CSS pixels; 0 until they are measured. */
  width: number = $state(0);
  /** Where the pointer stands. */
  hover: number | null = $state(null);
  /** The band while it is drawn. */
  draft: Span | null = $state(null);
  /** Lane that keys and the table twin speak of. */
  focused: number = $state(0);
  isTableOpen: boolean = $state(false);
  loaded: Loaded | null = $state.raw(null);
  /** The whole case, coarse: minimap, paces, the chart of the first page. */
  overview: Loaded | null = $state.raw(null);
  /** What is drawn belongs to another stretch and is being replaced. */
  isStale: boolean = $state(false);
  readonly whole: Span = $derived.by(() => {
    const { from, to } = this.workbench.lanes ?? { from: 0, to: 1 };
    const air = to > from ? (to - from) * airShare : 0.5;
    return { from: from - air, to: to + air };
  });
  readonly visible: Span = $derived(navigation.view.zoom ? clampSpan(navigation.view.zoom, this.whole) : this.whole);
  readonly lanes: readonly Lane[] = $derived.by(() => this.workbench.lanes?.lanes ?? []);
  /** Usual distance of samples by series, from the whole case. */
  readonly paces: ReadonlyMap<string, number | undefined> = $derived(
    new Map([...(this.overview?.curves.values() ?? [])].map((c) => [c.id, paceOf(c, this.whole)])),
  );
  /** Moments at which the process began anew. */
  readonly restarts: readonly number[] = $derived.by(() =>
    (this.workbench.lanes?.marks ?? []).filter((m) => m.kind === 'restart').map((m) => m.t),
  );
  private readonly workbench: Workbench;
  private asked = 0;
  private overviewOf: Lanes | null = null;

  constructor(workbench: Workbench) {
    this.workbench = workbench;
  }

  /** Fetches what the visible stretch needs and is not there. */
  async fetch(): Promise<void> {
    const { visible, width, loaded } = this;
    if (width === 0 || this.lanes.length === 0) return;
    const secondsPerPixel = lengthOf(visible) / width;
    if (loaded && covers(loaded, visible, secondsPerPixel)) return;
    const turn = ++this.asked;
    const dim = setTimeout(() => {
      this.isStale = true;
    }, dimAfterMs);
    const air = lengthOf(visible) * margin;
    const span = { from: visible.from - air, to: visible.to + air };
    try {
      const fresh = await this.load(span, Math.ceil(width * (1 + 2 * margin)));
      if (turn === this.asked) this.loaded = fresh;
    } finally {
      clearTimeout(dim);
      if (turn === this.asked) this.isStale = false;
    }
  }

  async fetchOverview(): Promise<void> {
    const { lanes } = this.workbench;
    if (!lanes || lanes === this.overviewOf) return;
    this.overviewOf = lanes;
    this.loaded = null;
    const fresh = await this.load(this.whole, overviewPixels);
    if (this.overviewOf === lanes) this.overview = fresh;
  }

  show(span: Span, mode: 'push' | 'replace' = 'push'): void {
    navigation[mode]({ zoom: orWhole(clampSpan(span, this.whole), this.whole) });
  }

  zoom(factor: number, around?: number): void {
    const { visible } = this;
    const centre = around ?? this.hover ?? navigation.view.cursor ?? (visible.from + visible.to) / 2;
    const inside = centre >= visible.from && centre <= visible.to ? centre : (visible.from + visible.to) / 2;
    this.show(zoomSpan(visible, inside, factor, this.whole), 'replace');
  }

  pan(share: number): void {
    this.show(panSpan(this.visible, share, this.whole), 'replace');
  }

  zoomToRange(): void {
    const { timeRange } = navigation.view;
    if (timeRange) this.show(timeRange);
  }

  /** First centres what is selected; when it is centred, fits it. */
  focusSelection(): void {
    const { timeRange, cursor } = navigation.view;
    const middle = timeRange ? (timeRange.from + timeRange.to) / 2 : cursor;
    if (middle === null) return;
    const centred = centreSpan(this.visible, middle, this.whole);
    const isCentred = Math.abs(centred.from - this.visible.from) < lengthOf(this.visible) * 0.005;
    const target = timeRange ?? { from: middle - lengthOf(this.visible) / 8, to: middle + lengthOf(this.visible) / 8 };
    this.show(isCentred ? fitSpan(target, this.whole) : centred);
  }

  clear(): void {
    if (this.draft) this.draft = null;
    else if (navigation.view.timeRange) navigation.push({ timeRange: null });
    else if (navigation.view.cursor !== null || navigation.view.selection)
      navigation.push({ cursor: null, selection: null });
  }

  /** Locks the moment and keeps it in view. */
  moveCursor(cursor: number): void {
    const { visible } = this;
    navigation.replace({ cursor, selection: null });
    if (cursor < visible.from || cursor > visible.to) this.show(centreSpan(visible, cursor, this.whole), 'replace');
  }

  stepCursor(samples: number): void {
    const { view } = navigation;
    const from = view.cursor ?? (samples > 0 ? this.visible.from : this.visible.to);
    const curves = this.curvesOf(this.lanes[this.focused]);
    const next = stepSample(curves.length > 0 ? curves : [...(this.loaded?.curves.values() ?? [])], from, samples);
    if (next !== undefined) this.moveCursor(next);
  }

  async stepCycle(direction: 1 | -1): Promise<void> {
    const open = this.workbench.report?.case.id;
    if (open === undefined) return;
    const { whole } = this;
    const { selection, cursor } = navigation.view;
    const from = selection?.kind === 'cycle' ? selection.t : (cursor ?? (direction > 0 ? whole.from : whole.to));
    const { cycles } = await this.workbench.bridge.call('timeline.cycles', {
      case: open,
      from: direction > 0 ? from : whole.from,
      to: direction > 0 ? whole.to : from,
      width: 10_000,
    });
    const starts = [...(cycles?.t ?? [])];
    const next = direction > 0 ? starts.find((t) => t > from + 1e-9) : starts.findLast((t) => t < from - 1e-9);
    if (next !== undefined) this.selectCycle(next);
  }

  selectCycle(at: number): void {
    const { visible } = this;
    navigation.push({ cursor: at, selection: { kind: 'cycle', t: at } });
    if (at < visible.from || at > visible.to) this.show(centreSpan(visible, at, this.whole), 'replace');
  }

  cycleShading(): void {
    const next = (shadings.indexOf(navigation.view.shading) + 1) % shadings.length;
    navigation.replace({ shading: shadings[next] ?? 'off' });
  }

  toggleSeries(id: string): void {
    const { hidden } = navigation.view;
    navigation.replace({ hidden: hidden.includes(id) ? hidden.filter((h) => h !== id) : [...hidden, id] });
  }

  isShown(series: LaneSeries): boolean {
    return !navigation.view.hidden.includes(series.id);
  }

  /** Curves of a lane that are drawn. */
  curvesOf(lane: Lane | undefined): readonly Curve[] {
    return (lane?.series ?? []).flatMap((s) => {
      const curve = this.isShown(s) ? this.loaded?.curves.get(s.id) : undefined;
      return curve ? [curve] : [];
    });
  }

  private async load(span: Span, width: number): Promise<Loaded> {
    const open = this.workbench.report?.case.id ?? '';
    const { bridge } = this.workbench;
    const series = this.lanes.flatMap((l) => l.series.map((s) => s.id));
    const [windows, { cycles }] = await Promise.all([
      series.length > 0
        ? bridge.call('timeline.window', { case: open, series: series.slice(0, 64), ...span, width })
        : { series: [] },
      bridge.call('timeline.cycles', { case: open, ...span, width }),
    ]);
    const curves = new Map(
      windows.series.map((w) => [w.id, { id: w.id, t: w.t, v: w.values, points: w.points } satisfies Curve]),
    );
    return { span, secondsPerPixel: lengthOf(span) / width, curves, cycles };
  }
}

function covers(loaded: Loaded, visible: Span, secondsPerPixel: number): boolean {
  const ratio = loaded.secondsPerPixel / secondsPerPixel;
  return ratio > 0.98 && ratio < 1.02 && loaded.span.from <= visible.from && loaded.span.to >= visible.to;
}

function paceOf(curve: Curve, whole: Span): number | undefined {
  if (curve.points > curve.t.length) return lengthOf(whole) / curve.points;
  return usualPace(curve.t);
}
