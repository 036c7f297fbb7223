/**
 * Log lines written as JSON: by a container runtime around each line of the program (`{"log": ..., "stream": ..., "time": ...}`), or by the
 * program's own logger (`{"time": ..., "level": ..., "msg": ...}`).
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { JsonShape } from '../json/json-documents.ts';
import { isObject, type JsonValue, stringField } from '../json/json-exact.ts';
import { recordTime } from '../json/record-time.ts';
import type { TextContext } from '../text/reading.ts';
import { ApplicationLines } from './app-log.ts';

export class ContainerLogJson implements JsonShape {
  private partial = '';

  read(value: JsonValue, line: number, context: TextContext): boolean {
    if (!isObject(value)) return false;
    const log = stringField(value, 'log');
    if (log === undefined || stringField(value, 'stream') === undefined) return false;
    const wallNs = recordTime(value);
    const text = this.partial + log;
    if (!log.endsWith('\n') && text.length < 2 ** 20) {
      this.partial = text;
      return true;
    }
    this.partial = '';
    context.reread(
      text.trimEnd(),
      line,
      wallNs === undefined ? undefined : { wallNs, resolutionNs: 1n, hasZone: true },
    );
    return true;
  }

  reports(): readonly ReadingReport[] {
    // what stands inside is reported by the readings that took it
    return [];
  }
}

const messageKeys = ['msg', 'message', 'event', 'log', 'error', 'text'];

export class LogLineJson implements JsonShape {
  private readonly lines = new ApplicationLines();

  read(value: JsonValue, line: number, context: TextContext): boolean {
    if (!isObject(value)) return false;
    const wallNs = recordTime(value) ?? context.prefix?.wallNs;
    const message = messageKeys.map((key) => stringField(value, key)).find((m) => m !== undefined);
    if (wallNs === undefined || message === undefined) return false;
    const level = stringField(value, 'level') ?? stringField(value, 'severity') ?? stringField(value, 'lvl') ?? '';
    this.lines.add(
      `${level.toUpperCase()} ${message}`.trim(),
      { wallNs, resolutionNs: 1_000_000n, hasZone: true },
      line,
      context,
    );
    return true;
  }

  reports(): readonly ReadingReport[] {
    if (this.lines.taken === 0) return [];
    return [
      {
        kind: 'app-log',
        dialect: 'json',
        taken: this.lines.taken,
        counts: { log_lines: this.lines.taken, error_lines: this.lines.errors },
      },
    ];
  }
}
