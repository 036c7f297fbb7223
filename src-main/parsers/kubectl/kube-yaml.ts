/**
 * `kubectl get pod -o yaml`, by lines. No YAML is parsed: a few known keys are looked for, and which block they stand in is told by indentation. Anchors,
 * aliases, tags and multi-line values are not followed (security.md P5).
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { type ContainerEnd, ContainerReports, isRuntimeSetting } from './container-report.ts';
import { parseQuantity } from './quantity.ts';

const keyLine = /^( {0,60})((?:- ){0,4})"?([A-Za-z][\w./-]{0,100})"?:(?: (\S.{0,1000}))?$/;
const opener =
  /^(?:apiVersion: (?:v1|apps\/v1|batch\/v1)|kind: (?:Pod|List|Node|Event|Deployment|StatefulSet|DaemonSet|ReplicaSet|Job))$/;
const fragment = /^ {0,12}(?:containerStatuses|lastState):$/;
const deepest = 40;
const gapLines = 40;

interface Draft {
  name: string;
  line: number;
  limitBytes: number;
  requestBytes: number;
  restarts: number;
  readonly env: Map<string, string>;
  readonly ends: Map<string, { -readonly [K in keyof ContainerEnd]: ContainerEnd[K] }>;
}

class KubeYaml implements Reading {
  private active = false;
  private lastLine = 0;
  private taken = 0;
  private readonly stack: { indent: number; key: string }[] = [];
  private readonly drafts = new Map<string, Draft>();
  private item: Draft | undefined;
  private envName = '';
  private readonly reported = new ContainerReports();

  take(line: Line, context: TextContext): boolean {
    if (line.length > 1_200) return this.active;
    const text = line.text().trimEnd();
    if (!this.active) {
      if (!opener.test(text) && !fragment.test(text)) return false;
      this.active = true;
    } else if (text === '---' || line.number > this.lastLine + gapLines) {
      this.endSection(context);
      if (text !== '---') return false;
      this.active = true;
      this.lastLine = line.number;
      this.taken++;
      return true;
    }
    const m = keyLine.exec(text);
    // other lines of the document: list items, wrapped strings
    if (!m && !/^ {0,60}(?:- |\S)/.test(text)) return false;
    if (!m && !text.startsWith(' ') && !text.startsWith('- ')) {
      this.endSection(context);
      return false;
    }
    this.taken++;
    this.lastLine = line.number;
    if (m) this.read((m[1] as string).length + (m[2] as string).length, m[2] !== '', m[3] as string, m[4] ?? '', line);
    return true;
  }

  endSection(context: TextContext): void {
    for (const d of this.drafts.values()) {
      this.reported.say(
        {
          name: d.name,
          at: { line: d.line },
          limitBytes: d.limitBytes,
          requestBytes: d.requestBytes,
          restarts: d.restarts,
          ends: [...d.ends.values()],
          env: d.env,
        },
        context.sink,
      );
    }
    this.drafts.clear();
    this.stack.length = 0;
    this.item = undefined;
    this.active = false;
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    const { counts, terminations, containers } = this.reported;
    return [{ kind: 'kubectl', dialect: 'yaml', taken: this.taken, counts: { containers, terminations, ...counts } }];
  }

  private read(indent: number, isItem: boolean, key: string, raw: string, line: Line): void {
    while (this.stack.length > 0 && (this.stack.at(-1) as { indent: number }).indent >= indent) this.stack.pop();
    const value = unquoted(raw);
    const inside = (name: string) => this.stack.some((s) => s.key === name);
    const isContainers = inside('containers') || inside('initContainers');
    const isStatuses = inside('containerStatuses') || inside('initContainerStatuses');
    if (
      isItem &&
      (this.stack.at(-1)?.key === 'containers' || isStatuses || this.stack.at(-1)?.key === 'initContainers')
    ) {
      const owner = this.stack.at(-1)?.key;
      if (owner && /[cC]ontainers$|ontainerStatuses$/.test(owner)) this.item = undefined;
    }
    if (value === '') {
      if (this.stack.length < deepest) this.stack.push({ indent, key });
      return;
    }
    if (isContainers || isStatuses) this.readContainer(key, value, line);
    else if (inside('capacity') && key === 'memory') this.reported.counts.node_capacity_bytes = parseQuantity(value);
    else if (inside('allocatable') && key === 'memory')
      this.reported.counts.node_allocatable_bytes = parseQuantity(value);
  }

  private readContainer(key: string, value: string, line: Line): void {
    const parent = this.stack.at(-1)?.key ?? '';
    const draft = () => {
      this.item ??= this.draft('', line.number);
      return this.item;
    };
    if (key === 'name' && parent === 'env') this.envName = value;
    else if (key === 'value' && parent === 'env' && isRuntimeSetting(this.envName))
      draft().env.set(this.envName, value);
    else if (key === 'name' && /[cC]ontainers$|ontainerStatuses$/.test(parent)) this.rename(value, line);
    else if (key === 'memory' && parent === 'limits') draft().limitBytes = parseQuantity(value);
    else if (key === 'memory' && parent === 'requests') draft().requestBytes = parseQuantity(value);
    else if (key === 'restartCount') draft().restarts = Number(value) || 0;
    else if (parent === 'terminated') this.readEnd(draft(), key, value, line);
  }

  private readEnd(draft: Draft, key: string, value: string, line: Line): void {
    const which = this.stack.some((s) => s.key === 'lastState') ? 'lastState' : 'state';
    let end = draft.ends.get(which);
    if (!end) {
      const at = { line: line.number };
      end = { state: 'Terminated', reason: '', exitCode: Number.NaN, message: '', started: '', finished: '', at };
      draft.ends.set(which, end);
    }
    if (key === 'exitCode') {
      end.exitCode = Number(value);
      end.at = { line: line.number };
    } else if (key === 'reason') end.reason = value;
    else if (key === 'message') end.message = value;
    else if (key === 'startedAt') end.started = value;
    else if (key === 'finishedAt') end.finished = value;
  }

  /** kubectl sorts keys: the name comes after what belongs to it. */
  private rename(name: string, line: Line): void {
    const { item } = this;
    const known = this.drafts.get(name);
    if (!item) {
      this.item = known ?? this.draft(name, line.number);
      return;
    }
    if (item.name !== '') return;
    this.drafts.delete('');
    if (known) {
      known.limitBytes ||= item.limitBytes;
      known.requestBytes ||= item.requestBytes;
      known.restarts ||= item.restarts;
      for (const [k, v] of item.env) known.env.set(k, v);
      for (const [k, v] of item.ends) known.ends.set(k, v);
      this.item = known;
    } else {
      item.name = name;
      this.drafts.set(name, item);
    }
  }

  private draft(name: string, line: number): Draft {
    const draft: Draft = { name, line, limitBytes: 0, requestBytes: 0, restarts: 0, env: new Map(), ends: new Map() };
    this.drafts.set(name, draft);
    return draft;
  }
}

function unquoted(text: string): string {
  const t = text.trim();
  return (t.startsWith('"') && t.endsWith('"')) || (t.startsWith("'") && t.endsWith("'")) ? t.slice(1, -1) : t;
}

export const kubeYamlFormat: ReadingFormat = { id: 'kube-yaml', weight: 1, create: () => new KubeYaml() };
