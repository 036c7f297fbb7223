/**
 * Opens a trace as a case, in a process of its own, and jumps all over its heap from the store: prints what that took as one line of JSON.
 */
import { HeapHistory } from '../../../src-main/analysis/heap/heap-history.ts';
import { Service } from '../../../src-main/api/service.ts';

const [path] = process.argv.slice(2);
const seeks = 200;
const service = new Service(1);
const session = await service.open({ inputs: [path] });
const { db } = session.source.store;
const pages = Number(db.pragma('page_count', { simple: true }));
const pageBytes = Number(db.pragma('page_size', { simple: true }));
const [history] = HeapHistory.all(session.source);
const tookMs: number[] = [];
for (let i = 0; history !== undefined && i < seeks; i++) {
  const began = performance.now();
  history.at((((i + 1) * 0.618_033_988_75) % 1) * history.endNs);
  tookMs.push(performance.now() - began);
}
const end = history?.at(Number.POSITIVE_INFINITY);
console.log(
  JSON.stringify({
    allocEvents: end?.events ?? 0,
    liveObjects: end?.totals.heapObjects ?? 0,
    keyframes: history === undefined ? 0 : history.tables.chunks(history.evidence, 'keyframes').length,
    storeBytes: pages * pageBytes,
    seekP95Ms: tookMs.sort((a, b) => a - b)[Math.floor(seeks * 0.95)] ?? null,
  }),
);
session.close();
await service.close();
