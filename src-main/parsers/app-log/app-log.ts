/**
 * Lines of the application itself, and of anything else that puts a time before its words. They are not read for their meaning: kept are the
 * time and the severity of each, and the first line of each new wording, since a message seen for the first time near an onset is what an
 * investigator looks for.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { type Frame, wallClock } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { LinePrefix } from '../text/prefix.ts';
import { prefixTime } from '../text/prefix.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { parseTimestamp } from '../text/timestamp.ts';

/** 0 trace, 1 debug, 2 info, 3 warning, 4 error, 5 fatal. NaN: the line names none. */
export function severityOf(text: string): number {
  const m =
    /\b(TRACE|DEBUG|DBG|INFO|INF|NOTICE|WARN|WARNING|WRN|ERROR|ERR|CRITICAL|CRIT|FATAL|FTL|PANIC|panic|fatal error|fatal|error|warning|warn)\b/.exec(
      text,
    );
  switch (m?.[1]?.toLowerCase().slice(0, 3)) {
    case 'tra':
      return 0;
    case 'deb':
    case 'dbg':
      return 1;
    case 'inf':
    case 'not':
      return 2;
    case 'war':
    case 'wrn':
      return 3;
    case 'err':
      return 4;
    case 'cri':
    case 'fat':
    case 'ftl':
    case 'pan':
      return 5;
    default:
      return Number.NaN;
  }
}

const wordings = 1_000;
const shownChars = 300;
const klog = /^([IWEF])(\d{2})(\d{2}) (\d{2}:\d{2}:\d{2}\.\d{1,9}) /;
const logfmtTime = /(?:^|\s)(?:time|ts|t|timestamp)="?([^"\s]{10,40})"?/;

/** What an application line becomes, whether it came as text or as JSON. One for each log. */
export class ApplicationLines {
  private frame: Frame | undefined;
  private severityColumn = 0;
  private readonly seen = new Set<string>();
  taken = 0;
  errors = 0;

  add(text: string, prefix: LinePrefix, line: number, context: TextContext): void {
    if (!this.frame) {
      this.frame = context.sink.frame('log', wallClock);
      this.severityColumn = this.frame.column({ metric: 'log_severity', sourceName: 'severity' });
    }
    this.taken++;
    const severity = severityOf(text.slice(0, shownChars));
    if (severity >= 4) this.errors++;
    this.frame.row(prefix.wallNs, line);
    this.frame.set(this.severityColumn, severity);
    context.process.wall(prefix);
    if (this.seen.size >= wordings) return;
    const wording = text.slice(0, 200).replace(/0x[0-9a-f]+|\d+/gi, '#');
    if (this.seen.has(wording)) return;
    this.seen.add(wording);
    context.sink.event({
      kind: 'log',
      clock: wallClock,
      tNs: prefix.wallNs,
      at: { line },
      data: { text: text.slice(0, shownChars), severity: Number.isNaN(severity) ? null : severity },
    });
  }
}

class AppLog implements Reading {
  private readonly lines = new ApplicationLines();
  private continued = 0;
  private lastTaken = -10;

  take(line: Line, context: TextContext): boolean {
    const head = line.head(400);
    const prefix = context.prefix ?? this.ownTime(head, context);
    if (prefix) {
      this.lines.add(line.text().trimEnd().slice(0, 1_000), prefix, line.number, context);
      this.lastTaken = line.number;
      return true;
    }
    // an indented line behind one of ours belongs to it: a stack, a wrapped message
    const first = line.byte(0);
    if ((first === 32 || first === 9) && line.number === this.lastTaken + 1) {
      this.continued++;
      this.lastTaken = line.number;
      return true;
    }
    return false;
  }

  endSection(): void {
    this.lastTaken = -10;
  }

  reports(): readonly ReadingReport[] {
    if (this.lines.taken === 0) return [];
    return [
      {
        kind: 'app-log',
        dialect: '',
        taken: this.lines.taken + this.continued,
        counts: { log_lines: this.lines.taken, continuation_lines: this.continued, error_lines: this.lines.errors },
      },
    ];
  }

  private ownTime(head: string, context: TextContext): LinePrefix | undefined {
    const k = klog.exec(head);
    if (k) {
      const year =
        context.modifiedNs === undefined ? 1970 : new Date(Number(context.modifiedNs / 1_000_000n)).getUTCFullYear();
      const time = parseTimestamp(`${year}-${k[2]}-${k[3]} ${k[4]}`);
      return time && prefixTime(time);
    }
    const logfmt = logfmtTime.exec(head);
    if (logfmt) {
      const time = parseTimestamp(logfmt[1] as string);
      return time && prefixTime(time);
    }
    return undefined;
  }
}

export const appLogFormat: ReadingFormat = { id: 'app-log', fallback: true, weight: 0.1, create: () => new AppLog() };
