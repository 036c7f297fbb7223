// Measures the allocator engine. Run: node tests/bench/engine.bench.ts
//
// Everything is compared with something measured in the same run, and printed as a ratio to it or to the stated goal:
//   core path   a mix of small allocations through Heap.alloc, against a Go program doing the same mix with its GC off
//   replay      records per second of an operation log that the engine wrote itself, parsing included, checks off
//   memory      bytes of the model per page of heap in use
// Inputs are generated from a fixed seed. The Go part is skipped where no Go is installed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goVersionOf } from '../../src-main/engine/go-versions.ts';
import { Heap } from '../../src-main/engine/heap.ts';
import { OplogWriter } from '../../src-main/engine/oplog-writer.ts';
import { OplogScanner } from '../../src-main/engine/replay/oplog-scanner.ts';
import { OplogReplay } from '../../src-main/engine/replay-oplog.ts';

const MIX_LENGTH = 4096;
const ALLOCATIONS = 3_000_000;
const ROUNDS = 5;
const LOG_ALLOCATIONS = 800_000;
const LIVE_OBJECTS = 50_000;
const GOAL_RECORDS_PER_SECOND = 5e6;
const GOAL_BYTES_PER_PAGE = 64;
const SEED = 7;

/** Same generator as in the Go program below: 32 bits, wrapping. */
function lcg(seed: number): () => number {
  const state = new Uint32Array([seed]);
  return () => {
    state[0] = Math.imul(state[0], 1664525) + 1013904223;
    return state[0] / 2 ** 32;
  };
}

interface Mix {
  readonly bytes: Int32Array;
  readonly isNoscan: readonly boolean[];
}

/** 15 % tiny, 55 % below 128 B, 25 % below 512 B, 5 % up to 2 KiB; half without pointers. */
function allocationMix(): Mix {
  const random = lcg(SEED);
  const bytes = new Int32Array(MIX_LENGTH);
  const isNoscan: boolean[] = [];
  for (let i = 0; i < MIX_LENGTH; i++) {
    const r = random();
    if (r < 0.15) bytes[i] = 1 + Math.trunc(random() * 15);
    else if (r < 0.7) bytes[i] = 16 + Math.trunc(random() * 112);
    else if (r < 0.95) bytes[i] = 128 + Math.trunc(random() * 384);
    else bytes[i] = 512 + Math.trunc(random() * 1536);
    isNoscan.push(random() < 0.5);
  }
  return { bytes, isNoscan };
}

const GO_PROGRAM = `package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"
)

var noscan [64][]byte
var scan [64][]*byte

func main() {
	debug.SetGCPercent(-1)
	runtime.GOMAXPROCS(1)
	var state int32 = ${SEED}
	random := func() float64 {
		state = state*1664525 + 1013904223
		return float64(uint32(state)) / 4294967296
	}
	sizes := make([]int, ${MIX_LENGTH})
	isNoscan := make([]bool, ${MIX_LENGTH})
	for i := range sizes {
		r := random()
		switch {
		case r < 0.15:
			sizes[i] = 1 + int(random()*15)
		case r < 0.7:
			sizes[i] = 16 + int(random()*112)
		case r < 0.95:
			sizes[i] = 128 + int(random()*384)
		default:
			sizes[i] = 512 + int(random()*1536)
		}
		isNoscan[i] = random() < 0.5
	}
	for round := 0; round < ${ROUNDS}; round++ {
		start := time.Now()
		for i := 0; i < ${ALLOCATIONS}; i++ {
			j := i & ${MIX_LENGTH - 1}
			if isNoscan[j] {
				noscan[i&63] = make([]byte, sizes[j])
			} else {
				scan[i&63] = make([]*byte, (sizes[j]+7)/8)
			}
		}
		fmt.Println(float64(time.Since(start).Nanoseconds()) / ${ALLOCATIONS})
		runtime.GC()
	}
}
`;

/** Best nanoseconds per allocation of the Go program; undefined without Go. */
function goNsPerAllocation(): number | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'spanscope-bench-'));
  try {
    writeFileSync(join(folder, 'main.go'), GO_PROGRAM);
    writeFileSync(join(folder, 'go.mod'), 'module bench\n\ngo 1.20\n');
    execFileSync('go', ['build', '-o', 'bench', '.'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    const output = execFileSync(join(folder, 'bench'), { encoding: 'utf8' });
    return Math.min(...output.trim().split('\n').map(Number));
  } catch (error) {
    console.log(`  no Go measurement: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Best nanoseconds per allocation of the engine, and its bytes per page in use afterwards. */
function engineCorePath(mix: Mix): { nsPerAllocation: number; bytesPerPage: number; pages: number } {
  let best = Infinity;
  let heap = newHeap();
  for (let round = 0; round < ROUNDS; round++) {
    heap = newHeap();
    const start = performance.now();
    for (let i = 0; i < ALLOCATIONS; i++) {
      const j = i % MIX_LENGTH;
      heap.alloc(0, mix.bytes[j], mix.isNoscan[j]);
    }
    best = Math.min(best, ((performance.now() - start) * 1e6) / ALLOCATIONS);
  }
  const pages = heap.mheap.stats.pagesInUse;
  return { nsPerAllocation: best, bytesPerPage: heap.byteLength / pages, pages };
}

function newHeap(): Heap {
  const version = goVersionOf(26);
  if (version === undefined) throw new Error('Go 1.26 is not in the version table');
  return new Heap(version);
}

/** The log of a program that keeps LIVE_OBJECTS alive over several collections, in chunks, and its heap at the end. */
function writeLog(mix: Mix): { chunks: readonly Uint8Array[]; heap: Heap } {
  const heap = newHeap();
  const random = lcg(SEED + 1);
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  let lines: string[] = [];
  const flush = (): void => {
    chunks.push(encoder.encode(`${lines.join('\n')}\n`));
    lines = [];
  };
  heap.events = new OplogWriter(heap, 1, (line) => {
    lines.push(line);
    if (lines.length === 4096) flush();
  });
  const live: number[] = [];
  for (let i = 0; i < LOG_ALLOCATIONS; i++) {
    const j = i % MIX_LENGTH;
    const address = heap.alloc(0, mix.bytes[j], mix.isNoscan[j]);
    if (live.length < LIVE_OBJECTS) live.push(address);
    else live[Math.trunc(random() * LIVE_OBJECTS)] = address;
    if (i % 100_000 !== 99_999) continue;
    heap.gcStart();
    for (const liveAddress of live) heap.mark(liveAddress);
    heap.gcFinish(live.length * 180, live.length * 360);
  }
  flush();
  return { chunks, heap };
}

function replayRates(chunks: readonly Uint8Array[]): { records: number; withParsing: number; withoutParsing: number } {
  let [bestScanMs, bestReplayMs, records] = [Infinity, Infinity, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const scanner = new OplogScanner();
    let start = performance.now();
    for (const chunk of chunks) {
      scanner.feed(chunk);
      while (scanner.next());
    }
    bestScanMs = Math.min(bestScanMs, performance.now() - start);
    const replay = new OplogReplay();
    start = performance.now();
    for (const chunk of chunks) replay.feed(chunk);
    const result = replay.end();
    bestReplayMs = Math.min(bestReplayMs, performance.now() - start);
    if (result.stopped !== undefined || result.placement.share !== 1)
      throw new Error(`replay failed: ${JSON.stringify(result.stopped)}`);
    records = result.events;
  }
  return {
    records,
    withParsing: (records / bestReplayMs) * 1000,
    withoutParsing: (records / (bestReplayMs - bestScanMs)) * 1000,
  };
}

function report(what: string, ratio: number, goal: string): void {
  console.log(`${ratio >= 1 ? 'ok  ' : 'MISS'} ${what.padEnd(66)} ${ratio.toFixed(2)} x ${goal}`);
}

const mix = allocationMix();
console.log(`${ALLOCATIONS} allocations, best of ${ROUNDS}; seed ${SEED}`);
const go = goNsPerAllocation();
const core = engineCorePath(mix);
const { chunks, heap } = writeLog(mix);
const rates = replayRates(chunks);
const loggedPages = heap.mheap.stats.pagesInUse;
const loggedBytesPerPage = heap.byteLength / loggedPages;

if (go === undefined) console.log(`     core path: ${core.nsPerAllocation.toFixed(1)} ns per allocation`);
else
  report(
    `core path: engine ${core.nsPerAllocation.toFixed(1)} ns, Go ${go.toFixed(1)} ns per allocation`,
    go / core.nsPerAllocation,
    'as fast as Go',
  );
const megaRecords = (rate: number): string => `${(rate / 1e6).toFixed(1)} M/s`;
report(
  `replay of ${rates.records} records, with parsing: ${megaRecords(rates.withParsing)}`,
  rates.withParsing / GOAL_RECORDS_PER_SECOND,
  '5 M/s',
);
report(
  `replay without parsing: ${megaRecords(rates.withoutParsing)}`,
  rates.withoutParsing / GOAL_RECORDS_PER_SECOND,
  '5 M/s',
);
report(
  `memory: ${core.bytesPerPage.toFixed(1)} B per page, ${core.pages} pages, before any GC`,
  GOAL_BYTES_PER_PAGE / core.bytesPerPage,
  'below 64 B',
);
report(
  `memory: ${loggedBytesPerPage.toFixed(1)} B per page, ${loggedPages} pages, after GC cycles`,
  GOAL_BYTES_PER_PAGE / loggedBytesPerPage,
  'below 64 B',
);
