import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { RawLine } from '../../../src-main/api/contract/calls.ts';
import type { EvidenceEntry } from '../../../src-main/api/contract/documents.ts';
import { toCallError } from '../../bridge/window-bridge.ts';
import type { Workbench } from '../../state/workbench.svelte.ts';
import { pageLines, pagesOf } from './line-pages.ts';

const keptPages = 60;

/** Lines of one evidence, fetched a page at a time when they come into sight. */
export class LineSource {
  /** Lines there are; grows while the end is not known. */
  total: number = $state(0);
  isBinary: boolean = $state(false);
  fault: string = $state('');
  private readonly pages = new SvelteMap<number, readonly RawLine[]>();
  private readonly asked = new SvelteSet<number>();
  private readonly workbench: Workbench;
  private readonly entry: EvidenceEntry;

  constructor(workbench: Workbench, entry: EvidenceEntry, line: number) {
    this.workbench = workbench;
    this.entry = entry;
    this.total = entry.lines ?? line + pageLines;
  }

  line(n: number): RawLine | undefined {
    const start = Math.floor((n - 1) / pageLines) * pageLines + 1;
    return this.pages.get(start)?.[n - start];
  }

  want(first: number, last: number): void {
    for (const start of pagesOf(first, last)) if (!this.asked.has(start)) void this.fetch(start);
  }

  private async fetch(start: number): Promise<void> {
    this.asked.add(start);
    try {
      const answer = await this.workbench.bridge.call('evidence.lines', {
        case: this.workbench.report?.case.id ?? '',
        evidence: this.entry.id,
        from: start,
        count: pageLines,
      });
      this.isBinary = answer.is_binary;
      this.pages.set(start, answer.lines);
      const end = start - 1 + answer.lines.length;
      if (answer.lines.length < pageLines) this.total = Math.min(this.total, Math.max(end, this.entry.lines ?? end));
      else if (end >= this.total) this.total = end + pageLines;
      this.drop();
    } catch (reason) {
      this.fault = toCallError(reason).message;
    }
  }

  /** The pages fetched longest ago make room. */
  private drop(): void {
    for (const start of this.pages.keys()) {
      if (this.pages.size <= keptPages) return;
      this.pages.delete(start);
      this.asked.delete(start);
    }
  }
}
