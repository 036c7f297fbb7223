import { describe, expect, it } from 'vitest';
import { churnProfile } from '../../../../src-main/parsers/mappings/churn-profile.ts';
import { growsGoHeap } from '../../../../src-main/parsers/mappings/go-heap-growth.ts';
import { MappingLedger } from '../../../../src-main/parsers/mappings/ledger.ts';
import { StackTable } from '../../../../src-main/parsers/mappings/stack-table.ts';
import { parsePerfEvent, parsePerfFrame, traceFields } from '../../../../src-main/parsers/perf-script/perf-line.ts';
import { owners } from '../../../../src-main/parsers/pprof/owners.ts';
import { defaultSampleType } from '../../../../src-main/parsers/pprof/profile-query.ts';

describe('the head of a sample', () => {
  it('is read whatever blanks the name of the command has', () => {
    const event = parsePerfEvent(
      'seg reader 11607 [001]  1910.652839:   syscalls:sys_enter_mmap: addr: 0x00000000, len: 0x00400000, prot: 0x00000001',
    );
    expect(event).toMatchObject({ comm: 'seg reader', tid: 11607, event: 'syscalls:sys_enter_mmap' });
    expect(traceFields(event?.rest ?? '').get('len')).toBe(0x400000);
  });

  it('may have a thread beside the process, and a period before the event', () => {
    expect(parsePerfEvent('api 700/812 [003] 55.100200:     10101010 cycles:P: ')).toMatchObject({
      pid: 700,
      tid: 812,
      period: 10_101_010,
      event: 'cycles:P',
    });
  });

  it.each([
    'worker 12 [001] finished: 12 rows',
    'api [001] 12.345678: event: x',
    '2026-11-24 [001] 12.3: ready: x',
    'a 1 [001] 12.345678',
    '',
  ])('is not %j', (text) => {
    expect(parsePerfEvent(text)).toBeUndefined();
  });
});

describe('a frame', () => {
  it.each([
    ['\t          2874ec main.openSegment+0xcc (/srv/app/segment-reader)', 'main.openSegment'],
    ['\t           8f121 runtime.goexit.abi0+0x1 (/srv/app/segment-reader)', 'runtime.goexit'],
    ['\t           fdd14 __GI___sbrk+0x94 (inlined)', '__GI___sbrk'],
    ['\t    7f00aa [unknown] (/usr/lib/libx.so)', '0x7f00aa'],
    ['\t           1 main.(*Set[go.shape.int]).Add+0x4 (/srv/a (deleted))', 'main.(*Set[go.shape.int]).Add'],
  ])('%j is %s', (text, want) => {
    expect(parsePerfFrame(text)?.function).toBe(want);
  });

  it('is not any other line', () => {
    expect(parsePerfFrame('\tat com.example.Main.run(Main.java:3)')).toBeUndefined();
  });
});

describe('who asked for memory', () => {
  const libc = '/usr/lib/libc.so.6';
  const charged = (...frames: string[]) => {
    const stacks = new StackTable();
    const ledger = new MappingLedger();
    const rows = frames.map((name) => ({ function: name, file: name.startsWith('__') ? libc : '', line: 0 }));
    ledger.map(stacks.stack(rows.map((r) => stacks.frame(r))), 4_096, 0x7f0000000000, false);
    const profile = churnProfile(ledger, stacks);
    return profile && owners(profile, defaultSampleType(profile), 9, growsGoHeap)[0]?.function;
  };

  it('is the innermost function of the program', () => {
    expect(charged('syscall.mmap', 'syscall.(*mmapper).Mmap', 'main.openSegment', 'main.refresh', 'main.main')).toBe(
      'main.openSegment',
    );
  });

  it("is Go's heap where it did on the way: any program allocates so", () => {
    expect(charged('runtime.mmap', 'runtime.sysMmap', 'runtime.(*mheap).grow', 'runtime.mallocgc', 'main.handle')).toBe(
      'runtime.mmap',
    );
  });

  it('is the C function that was called where there are no Go frames', () => {
    expect(charged('__brk', '__sysmalloc', '_cgo_2d09_Cfunc_page_new', 'runtime.asmcgocall')).toBe(
      '_cgo_2d09_Cfunc_page_new',
    );
  });

  it('is nobody but the leaf where the stack names nothing of these', () => {
    expect(charged('__mmap', '__pthread_create')).toBe('__mmap');
  });
});
