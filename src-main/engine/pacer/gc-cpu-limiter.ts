// The GC CPU limiter: keeps a process that is short of memory from spending all its time collecting.
//
// A leaky bucket holds one second of CPU time per P. GC time fills it and program time drains it, in equal measure, so that over time GC
// gets at most half. While marking, a quarter of all time counts as GC, plus assists; stop-the-world pauses count in full; idle time
// counts as neither. When the bucket is full the limiter is on: assists stop, and so does scavenging for the memory limit. The heap may
// then pass the limit, which is the lesser evil.
//
// Times are nanoseconds in plain numbers (exact for a hundred days).

const BACKGROUND_UTILIZATION = 0.25;
/** Bucket size per P: one second. @source mgclimit.go capacityPerProc */
export const CAPACITY_PER_PROC_NS = 1e9;
/** Longest time between updates. @source mgclimit.go gcCPULimiterUpdatePeriod */
export const UPDATE_PERIOD_NS = 10e6;

/** @source mgclimit.go gcCPULimiterState */
export class GcCpuLimiter {
  /** CPU time in the bucket. */
  fillNs = 0;
  capacityNs = 0;
  /** GC time that did not fit, in all. */
  overflowNs = 0;
  isLimiting = false;
  private isGcEnabled = false;
  private procs = 0;
  private lastUpdateNs = 0;
  private assistTimePoolNs = 0;
  private idleTimePoolNs = 0;

  constructor(nowNs: number, procs: number) {
    this.resetCapacity(nowNs, procs);
  }

  addAssistTime(ns: number): void {
    this.assistTimePoolNs += ns;
  }

  /** Time Ps spent idle or on idle-priority marking. */
  addIdleTime(ns: number): void {
    this.idleTimePoolNs += ns;
  }

  needsUpdate(nowNs: number): boolean {
    return nowNs - this.lastUpdateNs > UPDATE_PERIOD_NS;
  }

  /** The world stops to begin (true) or end marking. @source mgclimit.go startGCTransition */
  startGCTransition(isGcEnabled: boolean, nowNs: number): void {
    this.update(nowNs);
    this.isGcEnabled = isGcEnabled;
  }

  /** The world starts again: the pause counts as GC time of all Ps. @source mgclimit.go finishGCTransition */
  finishGCTransition(nowNs: number): void {
    if (nowNs >= this.lastUpdateNs) this.accumulate(0, (nowNs - this.lastUpdateNs) * this.procs);
    this.lastUpdateNs = nowNs;
  }

  /** Accounts for the time since the last update. @source mgclimit.go update, updateLocked */
  update(nowNs: number): void {
    if (nowNs < this.lastUpdateNs) return;
    let totalNs = (nowNs - this.lastUpdateNs) * this.procs;
    this.lastUpdateNs = nowNs;
    let gcNs = this.assistTimePoolNs;
    const idleNs = this.idleTimePoolNs;
    this.assistTimePoolNs = 0;
    this.idleTimePoolNs = 0;
    if (this.isGcEnabled) gcNs += Math.trunc(totalNs * BACKGROUND_UTILIZATION);
    totalNs -= idleNs;
    this.accumulate(totalNs - gcNs, gcNs);
  }

  /** GOMAXPROCS changed. @source mgclimit.go resetCapacity */
  resetCapacity(nowNs: number, procs: number): void {
    this.update(nowNs);
    this.procs = procs;
    this.capacityNs = procs * CAPACITY_PER_PROC_NS;
    if (this.fillNs > this.capacityNs) {
      this.fillNs = this.capacityNs;
      this.isLimiting = true;
    } else if (this.fillNs < this.capacityNs) {
      this.isLimiting = false;
    }
  }

  /** @source mgclimit.go accumulate */
  private accumulate(mutatorNs: number, gcNs: number): void {
    const headroomNs = this.capacityNs - this.fillNs;
    const wasFull = headroomNs === 0;
    const change = gcNs - mutatorNs;
    if (change > 0 && headroomNs <= change) {
      this.overflowNs += change - headroomNs;
      this.fillNs = this.capacityNs;
      if (!wasFull) this.isLimiting = true;
      return;
    }
    this.fillNs = Math.max(0, this.fillNs + change);
    if (change !== 0 && wasFull) this.isLimiting = false;
  }
}
