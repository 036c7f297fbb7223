import type { AppInfo, CallError, CallResults, JobEvent, Lanes } from '../../src-main/api/contract/calls.ts';
import type { DiagnoseDocument, EvidenceEntry, LadderDocument } from '../../src-main/api/contract/documents.ts';
import { bytesOfBase64 } from '../bridge/base64.ts';
import { type GivenFile, type OpenSource, toCallError, type WindowBridge } from '../bridge/window-bridge.ts';
import { navigation } from './navigation.svelte.ts';
import { settings } from './settings.svelte.ts';
import { emptyView } from './view.ts';

export interface JobView {
  /** `send`: the browser hands the files over; then the service unpacks and reads. */
  readonly phase: 'send' | 'open' | 'parse';
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly file: string;
}

/** Something that did not work, and what can be tried again. */
export interface Trouble {
  readonly error: CallError;
  /** Set where an archive was refused for an unsafe name: its other members can still be opened. */
  readonly source?: OpenSource;
}

/**
 * The open case and the way to it. Documents are plain data from the service and are replaced whole.
 */
export class Workbench {
  readonly bridge: WindowBridge;
  info: AppInfo | null = $state.raw(null);
  report: DiagnoseDocument | null = $state.raw(null);
  lanes: Lanes | null = $state.raw(null);
  /** The ladder at the moment chosen; the report's own is that of the peak. */
  ladder: LadderDocument | null = $state.raw(null);
  job: JobView | null = $state.raw(null);
  trouble: Trouble | null = $state.raw(null);
  verification: CallResults['case.verify'] | null = $state.raw(null);
  /** A case, or what the shell was started with, is on its way and nothing is there to show yet. */
  isLoading: boolean = $state(true);
  isVerifying: boolean = $state(false);
  isPrinting: boolean = $state(false);
  /** False while the service does not answer. */
  isThere: boolean = $state(true);

  private readonly byPath: ReadonlyMap<string, EvidenceEntry> = $derived(
    new Map([...(this.report?.evidence ?? [])].reverse().map((e) => [e.path, e])),
  );
  private readonly byId: ReadonlyMap<number, EvidenceEntry> = $derived(
    new Map((this.report?.evidence ?? []).map((e) => [e.id, e])),
  );
  private readonly lastEvents = new Map<string, JobEvent>();
  private jobId: string | undefined;
  private opening: OpenSource | undefined;
  private sending: AbortController | undefined;
  private ladderAsked: number | null = null;

  constructor(bridge: WindowBridge) {
    this.bridge = bridge;
  }

  async start(): Promise<void> {
    navigation.start();
    this.bridge.watch((isThere) => {
      this.isThere = isThere;
    });
    this.bridge.subscribe((event) => this.hear(event));
    await this.attemptToOpen(async () => {
      this.info = await this.bridge.call('app.info', {});
      const { initialCase, initialJob } = this.info;
      const wanted = navigation.view.case ?? initialCase;
      if (wanted !== null) await this.show(wanted, initialCase);
      else if (initialJob !== null) this.follow(initialJob);
    });
    this.isLoading = false;
  }

  /** Does it; what goes wrong is shown, not thrown. */
  async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (reason) {
      this.trouble = { error: toCallError(reason) };
    }
  }

  evidenceAt(path: string): EvidenceEntry | undefined {
    return this.byPath.get(path);
  }

  evidence(id: number): EvidenceEntry | undefined {
    return this.byId.get(id);
  }

  async openFiles(files: readonly GivenFile[]): Promise<void> {
    if (files.length === 0 || this.job) return;
    this.sending = new AbortController();
    this.trouble = null;
    this.job = { phase: 'send', doneBytes: 0, totalBytes: 0, file: files[0]?.name ?? '' };
    await this.attemptToOpen(async () => {
      const source = await this.bridge.hand(files, {
        signal: this.sending?.signal ?? AbortSignal.abort(),
        progress: (doneBytes, totalBytes, file) => {
          this.job = { phase: 'send', doneBytes, totalBytes, file };
        },
      });
      await this.open(source);
    });
  }

  async open(source: OpenSource, skipUnsafe = false): Promise<void> {
    this.trouble = null;
    this.opening = source;
    await this.attemptToOpen(async () => {
      const { job } = await this.bridge.call('case.open', { source, skipUnsafe });
      this.follow(job);
    });
  }

  async cancel(): Promise<void> {
    this.sending?.abort();
    const job = this.jobId;
    if (job !== undefined) await this.attempt(() => this.bridge.call('job.cancel', { job }));
  }

  async closeCase(): Promise<void> {
    const open = navigation.view.case;
    this.forgetCase();
    navigation.push(emptyView);
    if (open !== null) await this.attempt(() => this.bridge.call('case.close', { case: open }));
    await this.refreshInfo();
  }

  async forgetRecent(id: string): Promise<void> {
    await this.attempt(() => this.bridge.call('case.forget', { id }));
    await this.refreshInfo();
  }

  /** All that is in words, in the language now set. */
  async translate(): Promise<void> {
    if (this.report) await this.attempt(() => this.load(this.report?.case.id ?? ''));
  }

  /** @param at seconds since origin; null: the peak */
  async loadLadder(at: number | null): Promise<void> {
    const { report } = this;
    if (!report || at === this.ladderAsked) return;
    this.ladderAsked = at;
    if (at === null) {
      this.ladder = report.ladder;
      return;
    }
    await this.attempt(async () => {
      const fresh = await this.bridge.call('case.report', {
        case: report.case.id,
        language: settings.language,
        ladderAt: at,
      });
      if (this.ladderAsked === at) this.ladder = fresh.ladder;
    });
  }

  async verify(): Promise<void> {
    const open = this.report?.case.id;
    if (open === undefined || this.isVerifying) return;
    this.isVerifying = true;
    await this.attempt(async () => {
      this.verification = await this.bridge.call('case.verify', { case: open });
    });
    this.isVerifying = false;
  }

  async savePdf(): Promise<void> {
    const open = this.report?.case.id;
    if (open === undefined || this.isPrinting) return;
    this.isPrinting = true;
    await this.attempt(async () => {
      const pdf = await this.bridge.call('case.pdf', { case: open, language: settings.language });
      await this.bridge.save(pdf.name, bytesOfBase64(pdf.base64), 'application/pdf');
    });
    this.isPrinting = false;
  }

  private async show(id: string, fallback: string | null = null): Promise<void> {
    try {
      await this.load(id);
    } catch (reason) {
      if (fallback === null || fallback === id) throw reason;
      await this.load(fallback);
    }
    const open = this.report?.case.id ?? id;
    if (navigation.view.case !== open) navigation.push({ ...emptyView, case: open });
    this.jobId = undefined;
    this.job = null;
  }

  private async load(id: string): Promise<void> {
    const { language } = settings;
    const [report, lanes] = await Promise.all([
      this.bridge.call('case.report', { case: id, language }),
      this.bridge.call('timeline.lanes', { case: id, language }),
    ]);
    if (report.case.id !== this.report?.case.id) this.verification = null;
    this.report = report;
    this.lanes = lanes;
    this.ladder = report.ladder;
    this.ladderAsked = null;
    await this.loadLadder(navigation.view.ladderAt);
  }

  private forgetCase(): void {
    this.report = null;
    this.lanes = null;
    this.ladder = null;
    this.verification = null;
    this.trouble = null;
  }

  private async refreshInfo(): Promise<void> {
    await this.attempt(async () => {
      this.info = await this.bridge.call('app.info', {});
    });
  }

  private follow(job: string): void {
    this.jobId = job;
    this.job ??= { phase: 'open', doneBytes: 0, totalBytes: 0, file: '' };
    const last = this.lastEvents.get(job);
    if (last) this.hear(last);
  }

  private hear(event: JobEvent): void {
    this.lastEvents.set(event.job, event);
    if (event.job !== this.jobId && !this.adopts(event)) return;
    switch (event.state) {
      case 'running':
        this.job = {
          phase: event.phase,
          doneBytes: event.done_bytes,
          totalBytes: event.total_bytes,
          file: event.file,
        };
        return;
      case 'done':
        void this.attemptToOpen(() => this.show(event.case)).then(() => this.refreshInfo());
        return;
      case 'failed': {
        const source = event.error.unsafe ? this.opening : undefined;
        this.endJob({ error: event.error, ...(source ? { source } : {}) });
        return;
      }
      case 'cancelled':
        this.endJob(null);
    }
  }

  /** In Electron a second start hands its files to this window: what it opens is ours. On loopback another tab's job is not. */
  private adopts(event: JobEvent): boolean {
    if (this.info?.shell !== 'electron' || this.jobId !== undefined || event.state !== 'running') return false;
    this.jobId = event.job;
    return true;
  }

  private endJob(trouble: Trouble | null): void {
    this.jobId = undefined;
    this.job = null;
    this.trouble = trouble;
  }

  /** The same for what opens a case: where it fails the job is over. */
  private async attemptToOpen(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (reason) {
      const error = toCallError(reason);
      this.endJob(error.code === 'shell/cancelled' ? null : { error });
    }
  }
}
