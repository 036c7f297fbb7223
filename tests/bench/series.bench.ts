// A series of 10 million points: how fast it is stored, and how long any window of it takes to 2,000 pixels.
// Run: npm run -s bench -- series      Goals: 5 million points a second; every window below 16 ms, the time of a frame at 60 Hz.
//
// Beside it, in the same run: the same points into a plain table of the same SQLite, one row a point, and the same windows read from it by SQL.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Store } from '../../src-main/case/store/store.ts';
import { storeMessage } from '../../src-main/case/store/store-message.ts';
import { readWindow } from '../../src-main/case/store/window.ts';
import { wallClock } from '../../src-main/parsers/contract.ts';
import { MessageSink } from '../../src-main/parsers/message-sink.ts';
import { sequence } from './bench-log.ts';

const points = 10_000_000;
const tablePoints = 1_000_000;
const stepNs = 1_000_000;
const pixels = 2_000;
const windows = 400;
const goalPointsPerSecond = 5e6;
const goalMs = 16;
const startNs = 1_770_000_000n * 1_000_000_000n;

/** A heap that saws and drifts, with noise: what HeapAlloc looks like. */
function heapAt(i: number, random: () => number): number {
  return 64e6 + i * 3 + (i % 5000) * 2e4 + Math.trunc(random() * 1e5);
}

function storeSeries(path: string): { readonly store: Store; readonly seconds: number } {
  const random = sequence(3);
  const values = Float64Array.from({ length: points }, (_, i) => heapAt(i, random));
  const store = new Store(path, true);
  const writer = store.begin({
    id: 1,
    path: 'series',
    sha256: '0'.repeat(64),
    sizeBytes: points * 8,
    modifiedNs: undefined,
  });
  const started = performance.now();
  const sink = new MessageSink((message) => writer.takeAll([storeMessage(message)]));
  const frame = sink.frame('samples', wallClock);
  const column = frame.column({ metric: 'heap_alloc_bytes', sourceName: 'HeapAlloc' });
  frame.row(startNs, 0);
  frame.set(column, values[0] as number);
  for (let i = 1; i < points; i++) {
    frame.row(startNs + BigInt(i) * BigInt(stepNs), i);
    frame.set(column, values[i] as number);
  }
  sink.close();
  writer.end({ status: 'parsed', kind: 'memstats', confidence: 1, parser: 'bench', parserVersion: 1 });
  return { store, seconds: (performance.now() - started) / 1e3 };
}

/** Windows of every width from one pixel's worth to all, at random places. Milliseconds, sorted. */
function timeWindows(store: Store): number[] {
  const random = sequence(5);
  const length = points * stepNs;
  const out: number[] = [];
  for (let i = 0; i < windows; i++) {
    const width = Math.trunc(length * 10 ** (-5 * random()));
    const from = startNs + BigInt(Math.trunc((length - width) * random()));
    const started = performance.now();
    const window = readWindow(store, { evidence: 1, frame: 0, column: 0 }, from, from + BigInt(width), pixels);
    out.push(performance.now() - started);
    if (window.t.length > 4 * pixels + 8) throw new Error(`${window.t.length} points for ${pixels} pixels`);
  }
  return out.sort((a, b) => a - b);
}

function plainTable(path: string): { readonly rate: number; readonly windowMs: number } {
  const random = sequence(3);
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE point (t INTEGER PRIMARY KEY, v REAL) STRICT');
  const insert = db.prepare('INSERT INTO point VALUES (?, ?)');
  const started = performance.now();
  db.transaction(() => {
    for (let i = 0; i < tablePoints; i++) insert.run(i * stepNs, heapAt(i, random));
  })();
  const seconds = (performance.now() - started) / 1e3;
  const width = Math.trunc((tablePoints * stepNs) / pixels);
  const from = performance.now();
  db.prepare('SELECT t / ? AS x, min(v), max(v) FROM point GROUP BY x').all(width);
  const windowMs = performance.now() - from;
  db.close();
  return { rate: tablePoints / seconds, windowMs };
}

const folder = mkdtempSync(join(tmpdir(), 'spanscope-bench-'));
try {
  const { store, seconds } = storeSeries(join(folder, 'store.sqlite'));
  const rate = points / seconds;
  timeWindows(store);
  const ms = timeWindows(store);
  store.close();
  const plain = plainTable(join(folder, 'plain.sqlite'));
  const at = (share: number) => ms[Math.min(ms.length - 1, Math.floor(ms.length * share))] as number;
  const say = (text: string) => process.stdout.write(`${text}\n`);
  say(`${points / 1e6} M points`);
  say(
    `stored             ${(rate / 1e6).toFixed(1)} M points/s  goal ${goalPointsPerSecond / 1e6}: ${rate >= goalPointsPerSecond ? 'met' : 'MISSED'}  ${(rate / plain.rate).toFixed(0)} times a table of one row a point (${(plain.rate / 1e6).toFixed(2)} M/s)`,
  );
  say(
    `window to ${pixels} px  median ${at(0.5).toFixed(1)} ms, 99 % ${at(0.99).toFixed(1)} ms, worst ${at(1).toFixed(1)} ms  goal ${goalMs}: ${at(1) < goalMs ? 'met' : 'MISSED'}`,
  );
  say(
    `                   the table of ${tablePoints / 1e6} M points, grouped by SQL: ${plain.windowMs.toFixed(0)} ms for its whole`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
