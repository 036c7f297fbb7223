/** The step of the lesson that is shown. It lies in the view; the engine behind the service makes each step anew. */

import type { LessonView } from '../../../src-main/api/contract/lesson.ts';
import type { Language } from '../../../src-main/api/contract/messages.ts';
import { navigation } from '../../state/navigation.svelte.ts';
import type { Workbench } from '../../state/workbench.svelte.ts';
import { Latest } from '../timeline/latest.ts';

export const newestGo = 26;

export class LessonModel {
  lesson: LessonView | null = $state.raw(null);
  goMinor: number = $state(newestGo);
  private readonly workbench: Workbench;
  private readonly steps = new Latest(10);

  constructor(workbench: Workbench) {
    this.workbench = workbench;
  }

  get step(): number {
    return navigation.view.lessonStep ?? 1;
  }

  /** Moment from which a trace is stepped through; null: the program that teaches. */
  get from(): number | null {
    return navigation.view.lessonFrom;
  }

  async fetch(step: number, from: number | null, goMinor: number, language: Language): Promise<void> {
    const { bridge, report } = this.workbench;
    const id = report?.case.id;
    await this.steps.run(
      () =>
        from === null || id === undefined
          ? bridge.call('lesson.step', { step, goMinor, language })
          : bridge.call('lesson.recorded', { case: id, from, step, language }),
      (lesson) => {
        this.lesson = lesson;
      },
    );
  }

  /** Begins at a moment of the trace, or with the program that teaches. */
  begin(from: number | null): void {
    navigation.push({ lessonFrom: from, lessonStep: 1 });
  }

  go(step: number): void {
    const last = this.lesson?.steps ?? step;
    navigation.replace({ lessonStep: Math.max(0, Math.min(last, step)) });
  }
}
