/**
 * free and vmstat: memory of the machine in two small tables. free's unit is not in its output: KiB unless the numbers carry one or the command above says
 * otherwise.
 *
 * @source free(1), vmstat(8) of procps 3 and 4
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';

const kibi = 1024;
const freeHead = /^ {4,30}total {2,20}used {2,20}free {2,20}shared/;
const freeRow =
  /^(Mem|Swap|Low|High|Total|-\/\+ buffers\/cache): {1,24}(\d[\d.]{0,15}[A-Za-z]{0,2}(?: {1,24}\d[\d.]{0,15}[A-Za-z]{0,2}){1,7})\s{0,8}$/;
const vmstatHead = /^ {0,4}r {1,6}b {2,12}swpd {2,12}free/;
const vmstatGroups = /^procs -{3,40}memory-{3,40}/;
const factors: Readonly<Record<string, number>> = { B: 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const options: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** The letter of `free -m` or `free -wh` in a line that shows the command. */
function unitAskedOf(text: string): string | undefined {
  const at = text.search(/\bfree -/);
  if (at < 0) return undefined;
  for (const word of text.slice(at, at + 60).split(/[ |;&]/)) {
    const last = word.slice(-1);
    if (/^-[a-z]{1,7}$/.test(word) && 'bkmgh'.includes(last)) return last;
  }
  return undefined;
}

class HostTables implements Reading {
  private readonly frames = new SampleFrames('host memory');
  private readonly counts: Record<string, number> = {};
  private freeNames: readonly string[] = [];
  private vmstatNames: readonly string[] = [];
  private factor = kibi;
  private tool = '';
  private taken = 0;
  private lastLine = -10;
  private saidUnit = false;

  take(line: Line, context: TextContext): boolean {
    if (line.length < 10 || line.length > 300) return false;
    const text = line.text().trimEnd();
    const unit = unitAskedOf(text);
    if (unit !== undefined) {
      this.factor = options[unit] ?? kibi;
      this.saidUnit = true;
      return false;
    }
    if (freeHead.test(text)) {
      this.freeNames = text.trim().split(/ {1,30}/);
      this.tool = 'free';
    } else if (vmstatGroups.test(text)) {
      this.tool = 'vmstat';
    } else if (vmstatHead.test(text)) {
      this.vmstatNames = text.trim().split(/ {1,30}/);
      this.tool = 'vmstat';
    } else if (!this.takeFree(text, line, context) && !this.takeVmstat(text, line, context)) return false;
    this.taken++;
    this.lastLine = line.number;
    return true;
  }

  endSection(): void {
    this.freeNames = [];
    this.vmstatNames = [];
    this.frames.close();
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    return [{ kind: 'meminfo', dialect: this.tool, taken: this.taken, counts: this.counts }];
  }

  private takeFree(text: string, line: Line, context: TextContext): boolean {
    const m = this.freeNames.length > 0 && line.number <= this.lastLine + 2 ? freeRow.exec(text) : null;
    if (!m) return false;
    const words = (m[2] as string).split(/ {1,30}/);
    const row = m[1] === 'Mem' ? 'mem' : m[1] === 'Swap' ? 'swap' : '';
    if (row === '') return true;
    if (row === 'mem') {
      this.frames.open(line, context);
      if (!this.saidUnit && words.every((w) => /^\d+$/.test(w))) {
        // no machine that runs a service has less than 256 MiB: such a total is in MiB
        if (Number(words[0]) * kibi < 256 * kibi ** 2) this.factor = kibi ** 2;
        const unit = this.factor === kibi ? 'KiB' : 'MiB';
        const at = { line: line.number };
        context.sink.warn({ code: 'free/unit_assumed', severity: 'info', phase: 'model', at, args: { unit } });
      }
      this.saidUnit = true;
    }
    words.forEach((word, i) => {
      const name = this.freeNames[i];
      const value = this.amount(word);
      if (!name || Number.isNaN(value)) return;
      const column = `${row}_${name.replace('/', '_').replace(/[^a-z_]/g, '')}`;
      this.frames.set({ metric: `host_${column}_bytes`, sourceName: `${m[1]} ${name}` }, value);
      this.counts[column] = value;
    });
    return true;
  }

  private takeVmstat(text: string, line: Line, context: TextContext): boolean {
    const names = this.vmstatNames;
    if (names.length === 0 || !/^ {0,8}\d{1,12}(?: {1,12}\d{1,15}){12,20}/.test(text)) return false;
    const words = text.trim().split(/ {1,30}/);
    if (words.length < names.length) return false;
    this.frames.open(line, context);
    names.forEach((name, i) => {
      const value = Number(words[i]);
      const isMemory = name === 'swpd' || name === 'free' || name === 'buff' || name === 'cache';
      this.frames.set(
        { metric: `host_vmstat_${name}${isMemory ? '_bytes' : ''}`, sourceName: name },
        isMemory ? value * kibi : value,
      );
      if (isMemory) this.counts[`last_${name}`] = value * kibi;
      if (name === 'si' || name === 'so')
        this.counts[`max_${name}_kib_per_second`] = Math.max(this.counts[`max_${name}_kib_per_second`] ?? 0, value);
    });
    this.frames.close();
    return true;
  }

  private amount(word: string): number {
    const m = /^(\d{1,15}(?:\.\d{1,6})?)([BKMGT])?i?$/.exec(word);
    if (!m) return Number.NaN;
    return Math.round(Number(m[1]) * (m[2] ? (factors[m[2]] as number) : this.factor));
  }
}

export const hostTablesFormat: ReadingFormat = { id: 'host-tables', weight: 2, create: () => new HostTables() };
