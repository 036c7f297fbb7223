/**
 * The lesson on what a program really did: operations of an open case's trace, one by one, through the engine. Which objects, when, by whom and
 * how long they lived is recorded; where they lie is simulated, in a heap that is empty at the first operation.
 */
import type { HeapHistory } from '../analysis/heap/heap-history.ts';
import { type RecordedProgram, recordedProgram } from '../analysis/heap/recorded-program.ts';
import { goVersionOf } from '../engine/go-versions.ts';
import { SizeClasses } from '../engine/sizes/size-classes.ts';
import type { LessonView } from './contract/lesson.ts';
import { type Language, say } from './contract/messages.ts';
import type { HeapView } from './heap.ts';
import { stateAt, viewOf } from './lesson.ts';

/** The first version whose traces tell of objects. */
const oldestGo = 23;

export class RecordedLesson {
  private readonly heap: HeapView;
  /** The program asked for last: its steps come one after the other. */
  private last:
    | { readonly history: HeapHistory; readonly fromNs: number; readonly program: RecordedProgram }
    | undefined;

  constructor(heap: HeapView) {
    this.heap = heap;
  }

  /**
   * A step of the program that begins at a moment of the case.
   *
   * @throws Refusal `heap/no_replay`
   */
  at(asked: number, step: number, language: Language): LessonView {
    const { history, t, fromNs } = this.heap.placed(asked);
    const goMinor = Math.max(oldestGo, history.formatVersion);
    const { ops, hasMore } = this.program(history, fromNs, goMinor);
    const state = stateAt(
      step,
      goMinor,
      ops.map(({ op }) => op),
    );
    const view = viewOf(state, language);
    const done = ops[state.step - 1];
    return {
      ...view,
      // the others are counted in the queues, and there may be thousands
      spans: view.spans.filter((span) => span.isCached),
      title: done ? this.title(history, done, language) : '',
      recorded: { from: t, when: this.heap.when(t), goMinor, hasMore },
    };
  }

  private title(history: HeapHistory, done: RecordedProgram['ops'][number], language: Language): string {
    const { op, timeNs, goroutine, type, address } = done;
    const when = this.heap.when(this.heap.secondsOf(history, timeNs));
    if (op.kind !== 'alloc') return say('lesson/op/recorded_collect', { when }, language);
    const args = {
      when,
      p: op.p,
      goroutine,
      bytes: op.bytes,
      type,
      place: `0x${history.absolute(address).toString(16)}`,
    };
    return say(type === '' ? 'lesson/op/recorded_alloc' : 'lesson/op/recorded_typed', args, language);
  }

  private program(history: HeapHistory, fromNs: number, goMinor: number): RecordedProgram {
    if (this.last?.history !== history || this.last.fromNs !== fromNs) {
      const version = goVersionOf(goMinor);
      const program = version
        ? recordedProgram(history, new SizeClasses(version), fromNs)
        : { ops: [], hasMore: false };
      this.last = { history, fromNs, program };
    }
    return this.last.program;
  }
}
