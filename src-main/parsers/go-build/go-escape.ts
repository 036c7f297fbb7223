/**
 * Output of `go build -gcflags=-m`: what is allocated on the heap, where, and with -m=2 why. Each place becomes an event; profiles name the same
 * files and lines.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { captureClock } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { type CompilerLine, isEscapeMessage, parseCompilerLine, parseEscapeMessage, parseFlow } from './escape-line.ts';

const longestLine = 4_096;
/** @source security.md section 6: events of one file */
const mostSites = 100_000;
const stepsKept = 24;

interface Site {
  readonly what: 'escapes' | 'moved';
  readonly package: string;
  readonly place: CompilerLine;
  readonly subject: string;
  inFunction: string;
  reason: readonly string[];
  readonly at: number;
}

class GoEscape implements Reading {
  private readonly sites = new Map<string, Site>();
  /** Flows by place and subject: with -m=2 they stand before the verdict. */
  private readonly flows = new Map<string, { inFunction: string; steps: string[] }>();
  private open: { steps: string[] } | undefined;
  private readonly counts = new Map<string, number>();
  private package = '';
  private packages = 0;
  private isActive = false;
  private hasFlows = false;
  private taken = 0;

  take(line: Line): boolean {
    const first = line.byte(0);
    if (first === 9) return this.takeOldStep(line);
    const isComment = first === 35;
    if (!isComment && !line.head(480).includes('.go:')) return false;
    const text = line.text().slice(0, longestLine);
    if (isComment) return this.takePackage(text);
    const place = parseCompilerLine(text);
    if (!place || !(this.isActive || isEscapeMessage(place.message))) return false;
    this.isActive = true;
    this.taken++;
    const step = place.indent > 0 || place.message.startsWith('\t') ? parseFlow(place.message) : undefined;
    if (step !== undefined) {
      this.addStep(step);
      return true;
    }
    this.takeMessage(place, line.number);
    return true;
  }

  endSection(context: TextContext): void {
    for (const site of this.sites.values()) {
      const { place } = site;
      context.sink.event({
        kind: 'allocation_site',
        clock: captureClock,
        tNs: undefined,
        at: { line: site.at },
        data: {
          what: site.what,
          package: site.package,
          file: place.file,
          line: place.line,
          column: place.column,
          subject: site.subject,
          ...(site.inFunction === '' ? {} : { function: site.inFunction }),
          ...(site.reason.length === 0 ? {} : { reason: site.reason }),
        },
      });
    }
    this.sites.clear();
    this.flows.clear();
    this.open = undefined;
    this.isActive = false;
    this.package = '';
  }

  reports(): readonly ReadingReport[] {
    if (this.counts.size === 0) return [];
    const counts = { packages: Math.max(1, this.packages), ...Object.fromEntries(this.counts) };
    return [{ kind: 'go-escape', dialect: this.hasFlows ? '-m=2' : '-m', taken: this.taken, counts }];
  }

  private takePackage(text: string): boolean {
    // a note of the go command: import paths have slashes, other comments rarely are one word with some
    const m = /^# ([\w.~-]{1,100}(?:\/[\w.~-]{1,100}){1,20}|command-line-arguments)(?: \[\S{1,300}\])?$/.exec(text);
    if (!m) return false;
    this.package = m[1] as string;
    this.packages++;
    this.taken++;
    return true;
  }

  private takeMessage(place: CompilerLine, at: number): void {
    const { verdict, subject, inFunction } = parseEscapeMessage(place.message);
    const key = `${place.file}:${place.line}:${place.column}:${subject}`;
    this.open = undefined;
    if (verdict === 'explained') {
      const flow = this.flows.get(key) ?? { inFunction, steps: [] };
      if (this.flows.size < mostSites) this.flows.set(key, flow);
      this.open = flow;
    } else if (verdict === 'escapes' || verdict === 'moved') this.addSite(verdict, place, subject, key, at);
    // parameters have flows of their own, which explain no allocation
    if (place.message.endsWith(':')) this.open ??= { steps: [] };
    this.counts.set(verdict, (this.counts.get(verdict) ?? 0) + 1);
  }

  private addSite(what: Site['what'], place: CompilerLine, subject: string, key: string, at: number): void {
    if (this.sites.has(key) || this.sites.size >= mostSites) return;
    const flow = this.flows.get(key);
    const site: Site = {
      what,
      package: this.package,
      place,
      subject: subject.slice(0, 300),
      inFunction: flow?.inFunction ?? '',
      reason: flow?.steps ?? [],
      at,
    };
    this.sites.set(key, site);
    // up to Go 1.12 the steps follow the verdict
    if (!flow) {
      const steps: string[] = [];
      site.reason = steps;
      this.open = { steps };
    }
  }

  private addStep(step: string): void {
    this.hasFlows = true;
    if (this.open && this.open.steps.length < stepsKept) this.open.steps.push(step);
  }

  /** `\tfrom x (return) at ./a.go:7:2` of Go up to 1.12. */
  private takeOldStep(line: Line): boolean {
    if (!this.isActive) return false;
    const step = parseFlow(line.text().slice(0, longestLine));
    if (step === undefined) return false;
    this.addStep(step);
    this.taken++;
    return true;
  }
}

export const goEscapeFormat: ReadingFormat = { id: 'go-escape', weight: 1, create: () => new GoEscape() };
