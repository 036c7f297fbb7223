/** The lesson on the allocator, in words. */
import { Refusal } from '../case/refusal.ts';
import { lessonAt } from '../engine/lesson/lesson.ts';
import { LESSON_PROGRAM, type LessonOp } from '../engine/lesson/lesson-program.ts';
import type { LessonEvent, LessonState } from '../engine/lesson/lesson-state.ts';
import type { LessonLevel, LessonView } from './contract/lesson.ts';
import { type Language, type MessageArgs, type MessageCode, say } from './contract/messages.ts';

/**
 * A step of the small program that teaches.
 *
 * @throws Refusal `whatif/go_unsupported`
 */
export function lessonOf(step: number, goMinor: number, language: Language): LessonView {
  const state = stateAt(step, goMinor, LESSON_PROGRAM);
  const op = LESSON_PROGRAM[state.step - 1];
  return { ...viewOf(state, language), title: op ? say(...titleOf(op), language) : '', recorded: null };
}

/** @throws Refusal `whatif/go_unsupported` */
export function stateAt(step: number, goMinor: number, program: readonly LessonOp[]): LessonState {
  const state = lessonAt(step, goMinor, program);
  if (!state) throw new Refusal('whatif/go_unsupported', { version: `1.${goMinor}` });
  return state;
}

/** What the levels look like, and what happened on each. */
export function viewOf(state: LessonState, language: Language): Omit<LessonView, 'title' | 'recorded'> {
  const { events, tinyUsed, pageCache, ...rest } = state;
  return {
    ...rest,
    events: grouped(events).map(({ event, times }) => {
      const [code, args] = wordsOf(event);
      const text = say(code, args, language);
      return { level: levels[event.kind], text: times > 1 ? say('lesson/times', { text, times }, language) : text };
    }),
    tinyUsed: tinyUsed ?? null,
    pageCache: pageCache ?? null,
  };
}

function titleOf(op: LessonOp): [MessageCode, MessageArgs] {
  switch (op.kind) {
    case 'alloc':
      return [op.isNoscan ? 'lesson/op/alloc_noscan' : 'lesson/op/alloc_scan', { bytes: op.bytes, times: op.times }];
    case 'collect':
      return ['lesson/op/collect', { every: op.keepEvery ?? 1 }];
    case 'sweep':
      return ['lesson/op/sweep', {}];
    case 'scavenge':
      return ['lesson/op/scavenge', { bytes: op.bytes }];
  }
}

const levels: Readonly<Record<LessonEvent['kind'], LessonLevel>> = {
  tiny: 'tiny',
  slot: 'mcache',
  refill: 'mcache',
  flushed: 'mcache',
  refilled: 'mcentral',
  swept: 'mcentral',
  cycle: 'mcentral',
  cache_filled: 'page_cache',
  cache_served: 'page_cache',
  large: 'page_alloc',
  span_made: 'page_alloc',
  span_freed: 'page_alloc',
  scavenged: 'page_alloc',
  grew: 'arena',
};

const sources: Readonly<Record<number, MessageCode>> = {
  1: 'lesson/event/refilled_partial_swept',
  2: 'lesson/event/refilled_partial_unswept',
  3: 'lesson/event/refilled_full_unswept',
  4: 'lesson/event/refilled_grown',
};

function wordsOf(event: LessonEvent): [MessageCode, MessageArgs] {
  const { kind, ...args } = event;
  switch (event.kind) {
    case 'tiny':
      return [
        event.isNewSlot ? 'lesson/event/tiny_new' : 'lesson/event/tiny_shared',
        { bytes: event.bytes, offset: event.offset },
      ];
    case 'refill':
      return [event.hasOld ? 'lesson/event/refill_full' : 'lesson/event/refill_none', { spanClass: event.spanClass }];
    case 'refilled':
      return [sources[event.source] ?? 'lesson/event/refilled_grown', { spanClass: event.spanClass, page: event.page }];
    default:
      return [`lesson/event/${kind}` as MessageCode, args as MessageArgs];
  }
}

/** The same thing again and again is said once. */
function grouped(events: readonly LessonEvent[]): { event: LessonEvent; times: number }[] {
  const out: { event: LessonEvent; times: number }[] = [];
  for (const event of events) {
    const last = out.at(-1);
    const isRepeat = last !== undefined && last.event.kind === event.kind && event.kind === 'slot';
    if (last && isRepeat) out[out.length - 1] = { event, times: last.times + 1 };
    else out.push({ event, times: 1 });
  }
  return out.slice(0, mostEvents);
}

const mostEvents = 40;
