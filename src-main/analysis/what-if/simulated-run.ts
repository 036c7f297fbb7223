/**
 * The recorded program under other settings, cycle by cycle: the runtime's own pacer and limiter (engine/pacer), fed with the program's live set,
 * speed and marking cost (program-model.ts).
 *
 * One cycle. The heap grows from what the last cycle marked to the trigger (large objects jump over it). Marking costs CPU time in proportion to
 * what is reachable. Workers take a quarter of the CPU and what the program leaves idle, assists take from the program; the program allocates
 * in what is left. If that would pass the goal, assists slow it down until it does not. What was allocated meanwhile counts as live. The pacer
 * measures all this as in the real runtime and sets the next goal.
 *
 * Memory. Sweeping frees whole spans only; a share of the dead bytes stays in spans with live objects and is filled first. Free pages go
 * back to the system towards the scavenger's goals, and at once where an allocation would pass the memory limit. Under a limit the goal
 * depends on all that, so the trigger is searched at each point of the growth.
 */
import {
  ASSIST_GC_PERCENT_WHEN_OFF,
  BACKGROUND_UTILIZATION as BACKGROUND_SHARE,
  GcController,
  NO_MEMORY_LIMIT,
} from '../../engine/pacer/gc-controller.ts';
import { GcCpuLimiter } from '../../engine/pacer/gc-cpu-limiter.ts';
import { NO_SCAVENGE_GOALS, type ScavengeGoals, scavengeGoals } from '../../engine/scavenge/scavenger.ts';
import { drawLiveCurve, valueAt } from './live-curve.ts';
import type { Marking, ProgramModel } from './program-model.ts';
import { PERIODIC_GC_S } from './recorded-run.ts';
import type { SeededRandom } from './seeded-random.ts';

const MiB = 2 ** 20;
/**
 * Past the goal, assists ask for the work of the whole heap within the next tenth of the goal; that leaves the program about a fifth of it.
 * @source mgcpacer.go revise; observed: Go 1.22 and 1.26 with a live heap at its memory limit
 */
const pastGoalShare = 0.02;
/** Free pages released per second while the scavenger is behind its goals. observed: Go 1.26, one process per CPU, 0.3 to 0.6 GiB/s */
const scavengedPerS = 400 * MiB;
/** CPU time to sweep a byte of small-object spans. observed: Go 1.26, about 1 us a span of 8 KiB */
const sweepSPerByte = 1.2e-10;
/** Objects that share a span with a dead one, where no sample tells it: spans of Go hold some tens of small objects, and neighbours die together. */
const usualNeighbours = 10;
/** Pauses of a process on one P, which need not wait for others to stop, and on another number of them. observed: Go 1.26, 0.13 to 0.2 of those on two */
function pauseFactorsOf(procs: number): readonly [number, number] {
  return procs === 1 ? [0.1, 0.3] : [0.7, 1.5];
}
/** A cycle that starts ahead of its trigger still has this part of the way to it behind it. @source mgcpacer.go minTriggerRatioDistance, 0.7 of the goal */
const leastWay = 0.7;
/** How exactly a moving trigger is found. */
const triggerStepBytes = 64 * 1024;
/** Assists leave some of the marking to the workers, and the program some time between assists. */
const mostAssisted = 0.7;
const leastProgram = 0.05;
/** Spread of what is allocated during a marking, where too few recorded ones tell it. */
const usualSurprise = 0.25;
/** A simulated run with more than this many times the recorded cycles ends there: it is thrashing, how badly does not matter. */
const mostCyclesFactor = 40;
const leastCycles = 500;

export interface Settings {
  /** Negative for off. */
  readonly gogc: number;
  readonly memoryLimit: bigint;
  readonly procs: number;
  readonly limitHeadroomPercent: number;
  /** Marking cost against the recorded version, as a range. */
  readonly markCost: readonly [low: number, high: number];
  /** Sizes past which the run is killed; undefined: never. It is simulated to its end all the same. */
  readonly death?: { readonly heapBytes?: number; readonly totalBytes?: number } | undefined;
}

export interface SimulatedRun {
  readonly cycles: number;
  /** Highest heap, highest mapped and backed memory of the runtime. Bytes. */
  readonly peakHeap: number;
  readonly peakTotal: number;
  readonly gcCpuS: number;
  readonly programCpuS: number;
  readonly wallS: number;
  readonly pauseS: number;
  readonly isLimiterUsed: boolean;
  readonly hasEnded: boolean;
  /** Seconds since the start when it passed a size that kills it. */
  readonly killedS: number | undefined;
  /** Heap over seconds since the start, as a sawtooth; empty unless asked for. */
  readonly curve: readonly HeapPoint[];
}

export type HeapPoint = readonly [seconds: number, bytes: number];

/** What varies between runs of the same program under the same settings, and what one recording cannot tell. */
interface Draws {
  readonly live: ReturnType<typeof drawLiveCurve>;
  readonly scatterExponent: number;
  readonly spread: ProgramModel['spread'];
  readonly parallelism: number;
  readonly assistExponent: number;
  readonly markCost: number;
  readonly pauseFactor: number;
}

export function simulateRun(
  model: ProgramModel,
  settings: Settings,
  random: SeededRandom,
  hasCurve = false,
): SimulatedRun {
  return new Simulation(model, settings, random, hasCurve).run();
}

class Simulation {
  private readonly model: ProgramModel;
  private readonly settings: Settings;
  private readonly random: SeededRandom;
  private readonly pacer: GcController;
  private readonly limiter: GcCpuLimiter;
  private readonly draws: Draws;
  private readonly surprises: readonly number[];
  private readonly limitBytes: number;
  private goals: ScavengeGoals = NO_SCAVENGE_GOALS;
  private nowS = 0;
  /** Bytes allocated so far; the heap as the pacer counts it; and the objects in it, dead ones included. */
  private alloc = 0;
  private heap = 0;
  private objects = 0;
  private inuse = 0;
  private free = 0;
  private largestInuse = 0;
  private peakHeap = 0;
  private peakTotal = 0;
  private cycles = 0;
  private gcCpuS = 0;
  private programCpuS = 0;
  private pauseS = 0;
  private lastCycleS = 0;
  private isLimiterUsed = false;
  private killedS: number | undefined;
  private lastTotal = 0;
  private readonly hasCurve: boolean;
  private readonly curve: HeapPoint[] = [];

  constructor(model: ProgramModel, settings: Settings, random: SeededRandom, hasCurve: boolean) {
    this.hasCurve = hasCurve;
    this.model = model;
    this.settings = settings;
    this.random = random;
    const { gogc, memoryLimit, limitHeadroomPercent, procs } = settings;
    this.pacer = new GcController({ gcPercent: gogc, memoryLimit, limitHeadroomPercent });
    this.pacer.lastStackScan = BigInt(Math.round(model.stackScan));
    this.pacer.maxStackScan = this.pacer.lastStackScan;
    this.pacer.globalsScan = BigInt(Math.round(model.globalsScan));
    if (model.startMarked > 0) {
      this.pacer.heapScanWork = BigInt(Math.round(model.fixedScanWork ?? model.startMarked));
      this.pacer.resetLive(BigInt(Math.round(model.startMarked)));
      this.heap = model.startMarked;
      this.objects = model.startMarked;
      this.inuse = model.startMarked * (1 + model.spanWaste);
      this.largestInuse = this.inuse;
    }
    this.pacer.commit(true);
    this.limiter = new GcCpuLimiter(0, procs);
    this.limitBytes = memoryLimit < NO_MEMORY_LIMIT ? Number(memoryLimit) : Number.POSITIVE_INFINITY;
    this.surprises = model.markings.map((m) => m.surprise).filter((s) => s !== undefined);
    this.draws = {
      live: drawLiveCurve(model, random),
      scatterExponent: random.between(0.25, 0.75),
      spread: model.spread.length > 0 ? model.spread : [{ alloc: 0, value: random.between(0, usualNeighbours) }],
      parallelism: this.drawParallelism(),
      assistExponent: random.next(),
      markCost: random.between(...settings.markCost),
      pauseFactor: settings.procs === model.procs ? 1 : random.between(...pauseFactorsOf(settings.procs)),
    };
  }

  run(): SimulatedRun {
    const { model } = this;
    let forced = 0;
    const mostCycles = leastCycles + mostCyclesFactor * model.markings.length;
    while (this.cycles < mostCycles) {
      let next = this.alloc + Math.max(0, this.triggerHeap() - this.heap) / model.heapPerAlloc;
      const wanted = model.forced[forced];
      if (wanted !== undefined && wanted <= next) {
        next = Math.max(this.alloc, wanted);
        forced++;
      }
      next = this.soonerByTime(next);
      if (next >= model.totalAlloc) break;
      this.grow(next);
      this.collect();
    }
    const hasEnded = this.cycles < mostCycles;
    if (hasEnded) this.grow(model.totalAlloc);
    const { cycles, peakHeap, peakTotal, gcCpuS, programCpuS, pauseS, isLimiterUsed } = this;
    return {
      cycles,
      peakHeap,
      peakTotal,
      gcCpuS,
      programCpuS,
      pauseS,
      isLimiterUsed,
      wallS: this.nowS,
      hasEnded,
      killedS: this.killedS,
      curve: this.curve,
    };
  }

  /** A program that filled all Ps may have filled more of them. */
  private drawParallelism(): number {
    const { model, settings } = this;
    if (!model.isSaturated || settings.procs <= model.procs) return model.parallelism;
    return this.random.between(model.procs, settings.procs);
  }

  /** Heap size at which the next cycle starts. Under a limit the trigger moves while the heap grows towards it. */
  private triggerHeap(): number {
    if (this.limitBytes === Number.POSITIVE_INFINITY) {
      this.pacer.heapLive = BigInt(Math.round(this.heap));
      return this.startedAhead(Number(this.pacer.trigger())) + this.overshoot();
    }
    let low = this.heap;
    let high = this.heap + (this.model.totalAlloc - this.alloc) * this.model.heapPerAlloc + MiB;
    while (high - low > triggerStepBytes) {
      const middle = (low + high) / 2;
      this.tellPacer(middle);
      if (middle >= Number(this.pacer.trigger())) high = middle;
      else low = middle;
    }
    return this.startedAhead(high) + this.overshoot();
  }

  /** A trigger as much earlier as recorded cycles started earlier than their markings explain. */
  private startedAhead(trigger: number): number {
    const marked = Number(this.pacer.heapMarked);
    const way = Math.max(0, trigger - marked);
    return Math.max(marked + leastWay * way, trigger - this.near().headStart * way);
  }

  /** Two minutes without a cycle start one. @source proc.go forcegcperiod */
  private soonerByTime(alloc: number): number {
    const { time } = this.model;
    const start = valueAt(time, this.alloc);
    if (this.nowS - this.lastCycleS + valueAt(time, alloc) - start < PERIODIC_GC_S) return alloc;
    let low = this.alloc;
    let high = alloc;
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2;
      if (this.nowS - this.lastCycleS + valueAt(time, middle) - start < PERIODIC_GC_S) low = middle;
      else high = middle;
    }
    return high;
  }

  /** Large objects jump over the trigger. */
  private overshoot(): number {
    const { overshoot } = this.near();
    return overshoot > 0 ? this.random.between(0, 2 * overshoot) : 0;
  }

  /** A recorded marking at about this place in the program. */
  private near(): Marking {
    const { markings } = this.model;
    const at = indexAt(markings, this.alloc) + Math.floor(this.random.between(-1, 3));
    return markings[Math.min(markings.length - 1, Math.max(0, at))] as Marking;
  }

  /** What the pacer would see of memory with a heap of this size. */
  private tellPacer(heap: number): void {
    const objects = this.objects + (heap - this.heap) / this.model.heapPerAlloc;
    const { inuse, free, other } = this.memoryAt(objects);
    this.pacer.heapLive = BigInt(Math.round(heap));
    this.pacer.mappedReady = BigInt(Math.round(inuse + free + other));
    this.pacer.heapFree = BigInt(Math.round(free));
    this.pacer.totalAlloc = BigInt(Math.round(objects));
    this.pacer.totalFree = 0n;
  }

  /** Spans fill up first, then free pages; an allocation that would pass the limit has others released. */
  private memoryAt(objects: number): { inuse: number; free: number; other: number } {
    const { model, limitBytes } = this;
    const inuse = Math.max(this.inuse, objects * (1 + model.spanWaste));
    const other = model.otherBytes + model.otherShare * Math.max(this.largestInuse, inuse);
    let free = Math.max(0, this.free - (inuse - this.inuse));
    if (!this.limiter.isLimiting) free = Math.min(free, Math.max(0, limitBytes - inuse - other));
    return { inuse, free, other };
  }

  /** Allocates, within `seconds` that have just passed. */
  private use(allocated: number, seconds: number): void {
    const heapBefore = this.heap;
    this.alloc += allocated;
    this.objects += allocated;
    this.heap += allocated * this.model.heapPerAlloc;
    const { inuse, free, other } = this.memoryAt(this.objects);
    this.inuse = inuse;
    this.free = free;
    this.largestInuse = Math.max(this.largestInuse, inuse);
    if (this.hasCurve) this.curve.push([this.nowS, this.heap]);
    const total = inuse + free + other;
    this.peakTotal = Math.max(this.peakTotal, total);
    const { heapBytes = Number.POSITIVE_INFINITY, totalBytes = Number.POSITIVE_INFINITY } = this.settings.death ?? {};
    if (this.killedS === undefined && (this.heap >= heapBytes || total > totalBytes)) {
      const left = Math.max(pastOf(heapBefore, this.heap, heapBytes), pastOf(this.lastTotal, total, totalBytes));
      this.killedS = this.nowS - left * seconds;
    }
    this.lastTotal = total;
  }

  /** The program allocates up to here, no cycle running. */
  private grow(alloc: number): void {
    const { model } = this;
    const { parallelism } = this.draws;
    const slower = Math.max(1, parallelism / this.settings.procs) / Math.max(1, parallelism / model.procs);
    const seconds = slower * (valueAt(model.time, alloc) - valueAt(model.time, this.alloc));
    this.pass(seconds);
    const { bytesPerCpuS } = this.near();
    this.programCpuS += bytesPerCpuS > 0 ? (alloc - this.alloc) / bytesPerCpuS : 0;
    this.scavenge(seconds);
    this.use(alloc - this.alloc, seconds);
    this.peakHeap = Math.max(this.peakHeap, this.objects);
  }

  private pass(seconds: number): void {
    this.nowS += seconds;
    this.limiter.update(this.nowS * 1e9);
  }

  private collect(): void {
    const { pacer, settings, limiter, random, model } = this;
    const marking = this.near();
    const heapStart = this.heap;
    const reachable = Math.min(heapStart, valueAt(this.draws.live, this.alloc));
    const scatter = (Math.max(MiB, heapStart) / marking.heapStart) ** this.draws.scatterExponent;
    const markCpuS = marking.secondsPerByte * Math.max(MiB, reachable) * scatter * this.draws.markCost;
    this.tellPacer(heapStart);
    pacer.heapScan = pacer.heapLive;
    pacer.startCycle(this.nowS * 1e9, settings.procs);
    limiter.startGCTransition(true, this.nowS * 1e9);

    const isSameMachine = settings.procs === model.procs;
    const workers = isSameMachine
      ? Math.max(0.5 * BACKGROUND_SHARE * settings.procs, marking.workers)
      : Math.max(BACKGROUND_SHARE * settings.procs, settings.procs - this.draws.parallelism);
    const program = isSameMachine
      ? settings.procs - workers
      : Math.min(this.draws.parallelism, settings.procs - workers);
    const speed = marking.bytesPerCpuS * this.surprise();
    const scanWork = model.fixedScanWork ?? reachable;
    const room = this.roomBelowGoal(heapStart, scanWork) / model.heapPerAlloc;
    const assistScale = (settings.procs / model.procs) ** this.draws.assistExponent;
    let assistS = limiter.isLimiting ? 0 : Math.min(marking.assistS * assistScale, mostAssisted * markCpuS);
    let markS = (markCpuS - assistS) / workers;
    let allocated = speed * Math.max(leastProgram * program * markS, program * markS - assistS);
    if (allocated > room && !limiter.isLimiting) {
      allocated = room * random.between(0.8, 1);
      markS = (markCpuS + (speed > 0 ? allocated / speed : 0)) / (workers + program);
      assistS = Math.max(0, markCpuS - workers * markS);
    }
    allocated = Math.min(allocated, model.totalAlloc - this.alloc);
    if (limiter.isLimiting) this.isLimiterUsed = true;

    limiter.addAssistTime(assistS * 1e9);
    this.pass(markS);
    limiter.startGCTransition(false, this.nowS * 1e9);
    const pauseS = marking.pauseS * this.draws.pauseFactor;
    this.nowS += pauseS;
    limiter.finishGCTransition(this.nowS * 1e9);
    this.cycles++;
    const idleS = isSameMachine
      ? workers * markS * marking.idlePart
      : Math.max(0, workers - BACKGROUND_SHARE * settings.procs) * markS;
    this.gcCpuS += markCpuS - idleS + pauseS * settings.procs;
    this.programCpuS += speed > 0 ? allocated / speed : 0;
    this.pauseS += pauseS;
    this.use(allocated, markS + pauseS);
    this.peakHeap = Math.max(this.peakHeap, this.heap);

    pacer.heapLive = BigInt(Math.round(this.heap));
    pacer.heapScanWork = BigInt(Math.round(Math.max(1, scanWork)));
    pacer.stackScanWork = BigInt(Math.round(model.stackScan));
    pacer.globalsScanWork = BigInt(Math.round(model.globalsScan));
    pacer.assistTimeNs = assistS * 1e9;
    pacer.idleMarkTimeNs = idleS * 1e9;
    pacer.endCycle(this.nowS * 1e9, settings.procs);
    const marked = Math.round(reachable + allocated);
    pacer.resetLive(BigInt(marked));
    pacer.commit(true);
    this.sweep(marked);
    this.lastCycleS = this.nowS;
  }

  private sweep(marked: number): void {
    const used = marked * (1 + this.model.spanWaste);
    const before = this.inuse;
    this.heap = marked;
    this.objects = marked;
    if (this.hasCurve) this.curve.push([this.nowS, marked]);
    this.programCpuS += before * sweepSPerByte;
    const dead = Math.max(0, before - used);
    const isFree = (1 - Math.min(1, used / Math.max(1, before))) ** valueAt(this.draws.spread, this.alloc);
    this.inuse = Math.min(before, used + (1 - isFree) * dead);
    this.free += before - this.inuse;
    this.tellPacer(marked);
    this.goals = scavengeGoals({
      memoryLimitBytes: this.limitBytes,
      mappedReadyBytes: Number(this.pacer.mappedReady),
      heapGoalBytes: Number(this.pacer.heapGoal()),
      lastHeapGoalBytes: Number(this.pacer.lastHeapGoal),
      lastHeapInUseBytes: before,
      heapRetainedBytes: this.inuse + this.free,
    });
  }

  /** Free pages go back while one of the scavenger's goals is passed. */
  private scavenge(seconds: number): void {
    const { gcPercentGoalBytes, memoryLimitGoalBytes } = this.goals;
    const retained = this.inuse + this.free;
    const { other } = this.memoryAt(this.objects);
    const over = Math.max(0, retained - gcPercentGoalBytes, retained + other - memoryLimitGoalBytes);
    this.free -= Math.min(this.free, over, scavengedPerS * seconds);
  }

  /** Bytes that can be allocated while marking until assists stop the program. @source mgcpacer.go revise */
  private roomBelowGoal(heapStart: number, work: number): number {
    const { pacer } = this;
    const goal = Number(pacer.heapGoal());
    const expected = Number(pacer.lastHeapScan + pacer.lastStackScan + pacer.globalsScan);
    let room = Math.max(0, goal - heapStart);
    if (work > expected) {
      const percent = pacer.gcPercent < 0 ? ASSIST_GC_PERCENT_WHEN_OFF : pacer.gcPercent;
      const extended = (room / Math.max(1, expected)) * work;
      room = Math.min(extended, (1 + percent / 100) * goal - heapStart);
    }
    return Math.max(room, pastGoalShare * goal);
  }

  private surprise(): number {
    const { surprises, random } = this;
    if (surprises.length < 5) return Math.exp(usualSurprise * random.normal());
    return surprises[Math.floor(random.next() * surprises.length)] as number;
  }
}

/** Which part of an even rise lies past a size. */
function pastOf(before: number, after: number, size: number): number {
  if (!(after > size) || after <= before) return 0;
  return Math.min(1, (after - size) / (after - before));
}

function indexAt(markings: readonly Marking[], alloc: number): number {
  let low = 0;
  let high = markings.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((markings[middle] as Marking).alloc <= alloc) low = middle;
    else high = middle - 1;
  }
  return low;
}
