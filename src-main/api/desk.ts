/**
 * What a window talks to: open cases, jobs that open them, and the calls of the contract. One desk serves all windows of a shell. It knows no Electron
 * and no HTTP: a shell hands it a name and arguments, and sends on what it publishes.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { BundleInput } from '../case/archive/open-bundle.ts';
import { Refusal } from '../case/refusal.ts';
import {
  type AppInfo,
  type CallArgs,
  type CallError,
  type CallName,
  type CallResults,
  callSchemas,
  type JobEvent,
  type ServiceEvent,
} from './contract/calls.ts';
import { say } from './contract/messages.ts';
import { lessonOf } from './lesson.ts';
import { readBytes, readLine, readLines, searchLines } from './raw-view.ts';
import { RecentCases, userFolder } from './recent-cases.ts';
import { type CaseSession, Service, version } from './service.ts';
import { lanesOf } from './timeline-lanes.ts';
import { cyclesOf, rangeOf, valuesAt, windowOf } from './timeline-queries.ts';
import { NO_MEMORY_LIMIT, whatIfOf } from './what-if.ts';

const jobsRemembered = 32;
const sampleName = 'sample: parcel-tracker';

export interface DeskOptions {
  readonly shell: AppInfo['shell'];
  /** Bundle of the sample case, where it is installed. */
  readonly sampleBundle?: string | undefined;
  /** Which paths a window may name: all in Electron (a dialog or drop gave them), none on loopback but what the start command named. */
  readonly mayOpen: (path: string) => boolean;
  /** Where an upload was staged, by its id; undefined where there is none. */
  readonly uploaded?: (id: string) => readonly BundleInput[] | undefined;
}

export class Desk {
  readonly service = new Service();
  private readonly options: DeskOptions;
  private readonly recent = new RecentCases();
  private readonly sessions = new Map<string, CaseSession>();
  private readonly jobs = new Map<string, AbortController>();
  /** What was last said of each job: a window that comes late, or is loaded anew, hears it. */
  private readonly lastOfJob = new Map<string, JobEvent>();
  private readonly listeners = new Set<(event: ServiceEvent) => void>();
  private initialJob: string | null = null;
  private initialCase: string | null = null;

  constructor(options: DeskOptions) {
    this.options = options;
  }

  /** The listener first hears where each job stands. */
  subscribe(listener: (event: ServiceEvent) => void): () => void {
    this.listeners.add(listener);
    for (const event of this.lastOfJob.values()) listener(event);
    return () => this.listeners.delete(listener);
  }

  /** Opens what the shell was started with. */
  openFirst(paths: readonly BundleInput[], name?: string): void {
    this.initialJob = this.startJob(paths, name, false, (id) => {
      this.initialCase = id;
    });
  }

  openSample(): void {
    if (this.options.sampleBundle) this.openFirst([this.options.sampleBundle], sampleName);
  }

  /** @throws CallFailure for everything that goes wrong, in words */
  async call(name: string, args: unknown): Promise<CallResults[CallName]> {
    const schema = Object.hasOwn(callSchemas, name) ? callSchemas[name as CallName] : undefined;
    if (!schema) throw failure('error/arguments', { reason: 'name' });
    const parsed = v.safeParse(schema, args);
    if (!parsed.success)
      throw failure('error/arguments', {
        reason: v.flatten(parsed.issues).root?.[0] ?? parsed.issues[0]?.message ?? '',
      });
    try {
      const handler = this.handlers[name as CallName] as (
        args: unknown,
      ) => Promise<CallResults[CallName]> | CallResults[CallName];
      return await handler(parsed.output);
    } catch (error) {
      throw toFailure(error);
    }
  }

  async close(): Promise<void> {
    for (const job of this.jobs.values()) job.abort();
    for (const session of this.sessions.values()) session.close();
    this.sessions.clear();
    await this.service.close();
  }

  private readonly handlers: { [N in CallName]: (args: CallArgs<N>) => Promise<CallResults[N]> | CallResults[N] } = {
    'app.info': () => ({
      version,
      shell: this.options.shell,
      recent: this.recent.list(),
      hasSample: this.options.sampleBundle !== undefined,
      initialCase: this.initialCase,
      initialJob: this.initialJob,
    }),
    'case.open': ({ source, skipUnsafe }) => ({ job: this.open(source, skipUnsafe ?? false) }),
    'job.cancel': ({ job }) => {
      const controller = this.jobs.get(job);
      controller?.abort();
      return { cancelled: controller !== undefined };
    },
    'case.report': ({ case: id, language, ladderAt }) => this.session(id).report(language, ladderAt),
    'case.verify': ({ case: id }) => {
      const { ok, evidence, journal } = this.session(id).verify();
      return {
        ok,
        evidence: evidence.map((e) => ({ path: e.path, sha256: e.sha256, ok: e.ok, fault: e.fault ?? null })),
        journal: { entries: journal.entries, chain_ok: journal.chainOk, head: journal.head },
      };
    },
    'case.close': ({ case: id }) => {
      this.session(id).close();
      this.sessions.delete(id);
      return {};
    },
    'case.pdf': async ({ case: id, language }) => {
      const session = this.session(id);
      return {
        name: `${session.source.name.replace(/[^\w.-]+/g, '_')}.pdf`,
        base64: Buffer.from(await session.pdf(language)).toString('base64'),
      };
    },
    'case.forget': ({ id }) => {
      this.recent.forget(id);
      return {};
    },
    'timeline.lanes': ({ case: id, language }) => lanesOf(this.session(id).analysis, language),
    'timeline.window': ({ case: id, series, from, to, width }) => ({
      series: windowOf(this.session(id).analysis, series, from, to, width),
    }),
    'timeline.cycles': ({ case: id, from, to, width }) => ({
      cycles: cyclesOf(this.session(id).analysis, from, to, width),
    }),
    'timeline.range': ({ case: id, from, to, language }) => rangeOf(this.session(id).analysis, from, to, language),
    'timeline.trace_range': ({ case: id, from, to, language }) => ({
      trace: this.session(id).traceRange(from, to, language),
    }),
    'timeline.at': async ({ case: id, t, language }) => {
      const session = this.session(id);
      const answer = valuesAt(session.analysis, t, language, () => '');
      if (!answer.cycle || answer.cycle.line <= 0) return answer;
      const raw = await readLine(
        session.source,
        session.analysis.data.evidenceById(answer.cycle.evidence),
        answer.cycle.line,
      );
      return { ...answer, cycle: { ...answer.cycle, raw } };
    },
    'heap.sources': ({ case: id }) => {
      const session = this.session(id);
      return { sources: session.heap.sources(), counts: session.heapEstimates.counts() };
    },
    'heap.estimate': ({ case: id, t, index }) => this.session(id).heapEstimates.at({ t, index }),
    'heap.moment': ({ case: id, t, since }) => this.session(id).heap.moment(t, since),
    'heap.span': ({ case: id, t, address }) => this.session(id).heap.span(t, BigInt(address)),
    'heap.allocation': ({ case: id, from, to }) => this.session(id).heap.allocation(from, to),
    'whatif.ask': ({ case: id, language, ask }) => {
      const { memoryLimitBytes, containerLimitBytes, scale, isLiveScaled, ...rest } = ask;
      const bytes = (n: number | undefined) => (n === undefined ? undefined : BigInt(n));
      return whatIfOf(
        this.session(id),
        {
          ...rest,
          memoryLimit: memoryLimitBytes === -1 ? NO_MEMORY_LIMIT : bytes(memoryLimitBytes),
          containerLimit: bytes(containerLimitBytes),
          load: scale === undefined ? undefined : { k: scale, isLiveScaled: isLiveScaled ?? false },
        },
        language,
        true,
      );
    },
    'lesson.step': ({ step, goMinor, language }) => lessonOf(step, goMinor, language),
    'lesson.recorded': ({ case: id, from, step, language }) => this.session(id).lesson.at(from, step, language),
    'evidence.lines': ({ case: id, evidence, from, count }) =>
      readLines(this.session(id).source, this.row(id, evidence), from, count),
    'evidence.bytes': ({ case: id, evidence, offset, count }) =>
      readBytes(this.session(id).source, this.row(id, evidence), offset, count),
    'evidence.search': async ({ case: id, evidence, text, from, backwards }) => ({
      line: await searchLines(this.session(id).source, this.row(id, evidence), text, from, backwards ?? false),
    }),
  };

  private session(id: string): CaseSession {
    const session = this.sessions.get(id);
    if (!session) throw failure('error/unknown_case', {});
    return session;
  }

  private row(id: string, evidence: number) {
    const row = this.session(id).analysis.data.evidence.find((e) => e.id === evidence);
    if (!row) throw failure('error/unknown_evidence', {});
    return row;
  }

  private open(source: CallArgs<'case.open'>['source'], skipUnsafe: boolean): string {
    switch (source.kind) {
      case 'paths': {
        const closed = source.paths.find((p) => !this.options.mayOpen(p));
        if (closed !== undefined) throw failure('error/forbidden', { what: closed });
        return this.startJob(source.paths, undefined, skipUnsafe);
      }
      case 'upload': {
        const upload = this.options.uploaded?.(source.upload);
        if (!upload) throw failure('error/no_upload', {});
        return this.startJob(upload, undefined, skipUnsafe);
      }
      case 'recent': {
        const recent = this.recent.find(source.id);
        if (!recent?.isThere) throw failure('case/not_a_case', { folder: recent?.folder ?? source.id });
        return this.startJob([recent.folder], recent.name, false);
      }
      case 'sample': {
        if (!this.options.sampleBundle || !existsSync(this.options.sampleBundle)) throw failure('error/no_sample', {});
        return this.startJob([this.options.sampleBundle], sampleName, false);
      }
    }
  }

  /** Opens in the background; what happens is published. New cases lie in the user's data folder. */
  private startJob(
    inputs: readonly BundleInput[],
    name: string | undefined,
    skipUnsafe: boolean,
    opened: (id: string) => void = () => undefined,
  ): string {
    const job = randomUUID();
    const controller = new AbortController();
    this.jobs.set(job, controller);
    const folder = join(userFolder(), 'cases', `${new Date().toISOString().slice(0, 10)}-${job.slice(0, 8)}`);
    const isOpen = [...this.sessions].find(([, s]) => inputs.length === 1 && s.source.folder === inputs[0]);
    const run = async () => {
      if (isOpen) {
        opened(isOpen[0]);
        this.publish({ topic: 'job', job, state: 'done', case: isOpen[0], name: isOpen[1].source.name });
        return;
      }
      const session = await this.service.open({
        inputs,
        caseFolder: folder,
        name,
        skipUnsafe,
        signal: controller.signal,
        progress: (p) =>
          this.publish({
            topic: 'job',
            job,
            state: 'running',
            phase: p.phase,
            done_bytes: p.doneBytes,
            total_bytes: p.totalBytes,
            file: p.file,
          }),
      });
      // the case's own id: a link to a view of it holds on another start and another machine
      const { id } = session.source;
      this.sessions.get(id)?.close();
      this.sessions.set(id, session);
      this.recent.add(session.source.folder, session.source.name);
      opened(id);
      this.publish({ topic: 'job', job, state: 'done', case: id, name: session.source.name });
    };
    // the answer to the call goes out before the first event
    setImmediate(() => {
      run()
        .catch((error: unknown) => {
          if (controller.signal.aborted) this.publish({ topic: 'job', job, state: 'cancelled' });
          else this.publish({ topic: 'job', job, state: 'failed', error: toFailure(error).error });
        })
        .finally(() => this.jobs.delete(job));
    });
    return job;
  }

  private publish(event: ServiceEvent): void {
    this.lastOfJob.set(event.job, event);
    const [oldest] = this.lastOfJob.keys();
    if (this.lastOfJob.size > jobsRemembered && oldest !== undefined) this.lastOfJob.delete(oldest);
    for (const listener of this.listeners) listener(event);
  }
}

/** An error that may be shown as it is. */
export class CallFailure extends Error {
  readonly error: CallError;
  constructor(error: CallError) {
    super(error.message);
    this.name = 'CallFailure';
    this.error = error;
  }
}

function failure(code: Parameters<typeof say>[0], args: Parameters<typeof say>[1]): CallFailure {
  return new CallFailure({ code, args: args ?? {}, message: say(code, args), unsafe: false });
}

function toFailure(error: unknown): CallFailure {
  if (error instanceof CallFailure) return error;
  if (error instanceof Refusal)
    return new CallFailure({
      code: error.code,
      args: error.args,
      message: say(error.code, error.args),
      unsafe: error.unsafe,
    });
  const reason = error instanceof Error ? error.message : String(error);
  return failure('error/internal', { reason });
}
