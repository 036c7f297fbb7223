/**
 * Everything the product can be asked to do, once. The shells (window, loopback, command line) call this and nothing below it.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { type Analysis, analyse } from '../analysis/diagnose.ts';
import { type CatalogueEntry, seriesCatalogue } from '../analysis/series-catalogue.ts';
import { type BundleInput, inputPath } from '../case/archive/open-bundle.ts';
import type { Budgets } from '../case/budgets.ts';
import { Case, type ImportProgress } from '../case/case.ts';
import { Refusal } from '../case/refusal.ts';
import { type Verification, verifyCase } from '../case/verify.ts';
import { type Outline, outlineOf } from '../report/outline.ts';
import { renderHtml } from '../report/render-html.ts';
import { renderMarkdown } from '../report/render-markdown.ts';
import { buildReport } from '../report/report-model.ts';
import { ParsePool } from '../workers/pool.ts';
import { bundledPath } from './bundled-path.ts';
import type { DiagnoseDocument } from './contract/documents.ts';
import { formatRfc3339 } from './contract/format.ts';
import type { Language } from './contract/messages.ts';
import type { TraceRange } from './contract/trace-range.ts';
import { HeapView } from './heap.ts';
import { HeapEstimates } from './heap-estimate.ts';
import { RecordedLesson } from './recorded-lesson.ts';
import { traceRangeOf } from './trace-range.ts';

export const version = packageJson.version;

export interface OpenRequest {
  /** Files, folders, archives; or one case folder. */
  readonly inputs: readonly BundleInput[];
  /** Where to keep the case; a passing one in the temporary folder where none is given. */
  readonly caseFolder?: string | undefined;
  readonly name?: string | undefined;
  readonly budgets?: Budgets | undefined;
  readonly skipUnsafe?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((progress: ImportProgress) => void) | undefined;
}

/** An open case and what was worked out about it. */
export class CaseSession {
  readonly source: Case;
  private cached: Analysis | undefined;
  private heapView: HeapView | undefined;
  private recordedLesson: RecordedLesson | undefined;
  private estimates: HeapEstimates | undefined;

  constructor(source: Case) {
    this.source = source;
  }

  get analysis(): Analysis {
    this.cached ??= analyse(this.source);
    return this.cached;
  }

  /** What the traces of the case recorded, operation by operation. */
  get lesson(): RecordedLesson {
    this.recordedLesson ??= new RecordedLesson(this.heap);
    return this.recordedLesson;
  }

  /** The heap replayed from the traces of the case. */
  get heap(): HeapView {
    this.heapView ??= new HeapView(this.analysis);
    return this.heapView;
  }

  /** A stretch of time, seconds since the case's origin, as an execution trace tells it; null where none touches it. */
  traceRange(from: number, to: number, language: Language): TraceRange | null {
    return traceRangeOf(this.analysis, this.heap, from, to, language);
  }

  /** The heap estimated from counts of objects, where no trace tells it. */
  get heapEstimates(): HeapEstimates {
    this.estimates ??= new HeapEstimates(this.analysis);
    return this.estimates;
  }

  /** RFC 3339 of a moment of the case; null where it has no wall time. */
  timeText(t: number): string | null {
    const ns = this.analysis.timeline.wallNs(t);
    return ns === undefined ? null : formatRfc3339(ns);
  }

  /** Seconds since the case's origin of nanoseconds since 1970. */
  secondsOf(wallNs: bigint): number {
    return Number(wallNs - this.analysis.timeline.originNs) / 1e9;
  }

  /** After the case has changed. */
  invalidate(): void {
    this.cached = undefined;
    this.heapView = undefined;
    this.recordedLesson = undefined;
    this.estimates = undefined;
  }

  report(language: Language, ladderAt?: number): DiagnoseDocument {
    return buildReport(this.analysis, { language, version, ...(ladderAt === undefined ? {} : { ladderAt }) });
  }

  async pdf(language: Language): Promise<Uint8Array> {
    // loaded when asked for: it is half of what a start would have to load
    const { renderPdf } = await import('../report/pdf/render-pdf.ts');
    return await renderPdf(this.outline(language), bundledPath('out/fonts'));
  }

  html(language: Language): string {
    return renderHtml(this.outline(language));
  }

  markdown(language: Language): string {
    return renderMarkdown(this.outline(language));
  }

  private outline(language: Language): Outline {
    return outlineOf(this.analysis, this.report(language), language);
  }

  series(metric?: string): readonly CatalogueEntry[] {
    return seriesCatalogue(this.analysis, metric);
  }

  verify(): Verification {
    return verifyCase(this.source);
  }

  close(): void {
    this.source.close();
  }
}

export class Service {
  private readonly pool: ParsePool;

  constructor(threads?: number) {
    this.pool = new ParsePool(threads);
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  /**
   * Opens a bundle as a case, or a case that there is.
   *
   * @throws Refusal with the code of what forbade it
   */
  async open(request: OpenRequest): Promise<CaseSession> {
    const paths = request.inputs.map(inputPath);
    const [only] = paths;
    const options = {
      parse: this.pool.run,
      skipUnsafe: request.skipUnsafe ?? false,
      ...(request.budgets ? { budgets: request.budgets } : {}),
      ...(request.signal ? { signal: request.signal } : {}),
      ...(request.progress ? { progress: request.progress } : {}),
    };
    if (paths.length === 1 && only !== undefined && Case.isCase(only)) {
      const opened = Case.open(only);
      return await sessionAfter(opened, false, request.signal, () => opened.resume(options));
    }
    this.warm();
    for (const path of paths) if (!existsSync(path)) throw new Refusal('open/not_found', { name: path });
    const name = request.name ?? nameOf(request.inputs);
    const folder = request.caseFolder === undefined ? undefined : resolve(request.caseFolder);
    const isNew = folder === undefined || !Case.isCase(folder);
    const made = folder === undefined ? Case.temporary(name) : isNew ? Case.create(folder, name) : Case.open(folder);
    return await sessionAfter(made, isNew, request.signal, () => made.import(request.inputs, options));
  }

  async rebuild(folder: string): Promise<CaseSession> {
    const opened = Case.open(folder);
    await opened.rebuild({ parse: this.pool.run });
    return new CaseSession(opened);
  }

  /** To be called where files will be parsed soon. */
  warm(): void {
    this.pool.warm();
  }

  get parse(): ParsePool['run'] {
    return this.pool.run;
  }
}

/** The session of a case once `work` is done. Where it fails or is cancelled, the case is closed; a new one leaves nothing behind. */
async function sessionAfter(
  opened: Case,
  isNew: boolean,
  signal: AbortSignal | undefined,
  work: () => Promise<unknown>,
): Promise<CaseSession> {
  try {
    await work();
    if (signal?.aborted) throw new Refusal('open/cancelled');
    return new CaseSession(opened);
  } catch (error) {
    if (isNew) opened.discard();
    else opened.close();
    throw error;
  }
}

/** A case is named for what was opened: without the endings of archives; an uploaded folder by the folder. */
function nameOf(inputs: readonly BundleInput[]): string {
  const first = inputs[0];
  if (first === undefined) return 'case';
  const folders = new Set(inputs.map((i) => (typeof i === 'string' ? '' : i.name.split('/').slice(0, -1)[0])));
  const [folder] = folders;
  if (folders.size === 1 && folder) return folder;
  const base = basename(typeof first === 'string' ? resolve(first) : first.name);
  const bare = statSync(inputPath(first)).isDirectory()
    ? base
    : base.replace(/(?:\.tar)?\.(?:gz|tgz|zst|zip|tar)$/i, '');
  return inputs.length > 1 ? `${bare} + ${inputs.length - 1}` : bare;
}
