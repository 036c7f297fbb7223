import { describe, expect, it } from 'vitest';
import { chargedFrame } from '../../../../src-main/parsers/perf-script/charged-frame.ts';
import { parseFrame, parseHead } from '../../../../src-main/parsers/perf-script/perf-lines.ts';

describe('the head of a sample', () => {
  it('is read whatever blanks the name of the command has', () => {
    expect(
      parseHead(
        'seg reader 11607 [001]  1910.652839:   syscalls:sys_enter_mmap: addr: 0x00000000, len: 0x00400000, prot: 0x00000001',
      ),
    ).toEqual({ pid: 11607, event: 'syscalls:sys_enter_mmap', length: 0x400000, brk: undefined });
  });

  it('may have a thread beside the process, and a period before the event', () => {
    expect(parseHead('api 700/812 [003] 55.100200:     10101010 cycles:P: ')).toMatchObject({
      pid: 812,
      event: 'cycles:P',
    });
  });

  it('tells where the heap shall end', () => {
    expect(parseHead('x  5308 [001]  1768.611077:    syscalls:sys_enter_brk: brk: 0x2a3d1000')?.brk).toBe(0x2a3d1000);
  });

  it.each([
    'worker 12 [001] finished: 12 rows',
    'api [001] 12.345678: event: x',
    '2026-11-24 [001] 12.3: ready: x',
    'a 1 [001] 12.345678',
    '',
  ])('is not %j', (text) => {
    expect(parseHead(text)).toBeUndefined();
  });
});

describe('a frame', () => {
  it.each([
    ['\t          2874ec main.openSegment+0xcc (/srv/app/segment-reader)', 'main.openSegment'],
    ['\t           8f121 runtime.goexit.abi0+0x1 (/srv/app/segment-reader)', 'runtime.goexit'],
    ['\t           fdd14 __GI___sbrk+0x94 (inlined)', '__GI___sbrk'],
    ['\t    7f00aa [unknown] (/usr/lib/libx.so)', '[unknown]'],
    ['\t           1 main.(*Set[go.shape.int]).Add+0x4 (/srv/a (deleted))', 'main.(*Set[go.shape.int]).Add'],
  ])('%j is %s', (text, want) => {
    expect(parseFrame(text)).toBe(want);
  });

  it('is not any other line', () => {
    expect(parseFrame('\tat com.example.Main.run(Main.java:3)')).toBeUndefined();
  });
});

describe('who asked for memory', () => {
  const charged = (...frames: string[]) => frames[chargedFrame(frames)];

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
    expect(charged('__brk', 'sysmalloc', '_cgo_2d09_Cfunc_page_new', 'runtime.asmcgocall')).toBe(
      '_cgo_2d09_Cfunc_page_new',
    );
  });

  it('is nobody but the leaf where the stack names nothing of these', () => {
    expect(charged('__mmap', 'pthread_create')).toBe('__mmap');
  });
});
