/** The answer to the last question. The question lies in the view, so that a link carries it. */
import type { WhatIfDocument } from '../../../src-main/api/contract/documents.ts';
import type { Language } from '../../../src-main/api/contract/messages.ts';
import type { Workbench } from '../../state/workbench.svelte.ts';
import { Latest } from '../timeline/latest.ts';
import { type AskFields, toAsk } from './ask-text.ts';

export class WhatIfModel {
  answer: WhatIfDocument | null = $state.raw(null);
  isAsking: boolean = $state(false);
  private readonly workbench: Workbench;
  private readonly questions = new Latest(30);

  constructor(workbench: Workbench) {
    this.workbench = workbench;
  }

  async fetch(fields: AskFields, language: Language): Promise<void> {
    const id = this.workbench.report?.case.id;
    if (id === undefined) return;
    this.isAsking = true;
    try {
      await this.questions.run(
        () => this.workbench.bridge.call('whatif.ask', { case: id, language, ask: toAsk(fields) }),
        (answer) => {
          this.answer = answer;
        },
      );
    } finally {
      this.isAsking = false;
    }
  }
}
