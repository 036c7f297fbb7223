/**
 * `kubectl describe pod`, whole or a fragment: how containers ended, their limits, the environment settings of the Go runtime, restarts and events. The
 * indentation differs from block to block in what people paste; keys are read wherever they stand.
 *
 * @source k8s.io/kubectl/pkg/describe (1.20 to 1.34); observed in fixtures/kubectl
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { type Json, wallClock } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { parseTimestamp } from '../text/timestamp.ts';
import { parseQuantity } from './quantity.ts';

const opener =
  /^(?:Name|Namespace|Service Account|Node|Start Time|Controlled By|Containers|QoS Class|Restart Policy):\s/;
const strong =
  /^\s{0,12}(?:Last State|Restart Count|Container ID|Image ID|QoS Class|Pod Template Hash|Node-Selectors|Exit Code|Init Containers|Containers):/;
const topLevel = new Set(
  'Name,Namespace,Priority,Priority Class Name,Service Account,Node,Start Time,Labels,Annotations,Status,Reason,Message,IP,IPs,Controlled By,Containers,Init Containers,Ephemeral Containers,Conditions,Volumes,QoS Class,Node-Selectors,Tolerations,Events,Runtime Class Name,Security Context,SeccompProfile,Readiness Gates,Pod Template,Topology Spread Constraints,Roles,CreationTimestamp,Taints,Unschedulable,Lease,Addresses,Capacity,Allocatable,System Info,PodCIDR,PodCIDRs,ProviderID,Non-terminated Pods,Allocated resources'.split(
    ',',
  ),
);
interface Container {
  name: string;
  state: Record<string, Json>;
  last: Record<string, Json>;
  line: number;
  lastLine: number;
  limit: number;
  restarts: number;
}

class KubectlDescribe implements Reading {
  private active = false;
  private taken = 0;
  private block = '';
  private section = '';
  private container: Container | undefined;
  private terminations = 0;
  private events = 0;
  private counts: Record<string, number> = {};
  private misses = 0;

  take(line: Line, context: TextContext): boolean {
    if (line.length > 1_000) return false;
    const text = line.text().trimEnd();
    if (!this.active) {
      if (
        !strong.test(text) &&
        !(opener.test(text) && /^(?:Namespace|Service Account|Controlled By|QoS Class|Containers):/.test(text)) &&
        !/^Name: {4,}\S/.test(text)
      )
        return false;
      this.active = true;
      this.misses = 0;
    }
    const taken = this.read(text, line, context);
    if (taken) {
      this.taken++;
      this.misses = 0;
      return true;
    }
    // free text inside a block (tolerations, labels) belongs to it; many such lines in a row do not
    this.misses++;
    if (this.misses > 12) {
      this.endSection(context);
      return false;
    }
    if (/^\s/.test(text)) {
      this.taken++;
      return true;
    }
    return false;
  }

  endSection(context: TextContext): void {
    this.finishContainer(context);
    this.active = false;
    this.block = '';
    this.section = '';
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    return [
      {
        kind: 'kubectl',
        dialect: 'describe',
        taken: this.taken,
        counts: { terminations: this.terminations, events: this.events, ...this.counts },
      },
    ];
  }

  private read(text: string, line: Line, context: TextContext): boolean {
    if (this.readNode(text, line, context)) return true;
    const event = eventCells(text);
    if (event) {
      this.events++;
      const [type, reason, age, , message] = event as [string, string, string, string, string];
      if (type === 'Warning') {
        context.sink.event({
          kind: 'log',
          clock: wallClock,
          tNs: undefined,
          at: { line: line.number },
          data: { text: `${reason} ${message}`.slice(0, 300), severity: 3, age },
        });
      }
      return true;
    }
    const pair = keyAndValue(text);
    if (!pair) return false;
    const { indent, name, value } = pair;
    if (indent === 0) {
      if (!topLevel.has(name)) return false;
      if (name === 'Containers' || name === 'Init Containers' || name === 'Events' || name === 'Conditions')
        this.finishContainer(context);
      this.section = name;
      this.block = '';
      return true;
    }
    if (
      this.section === 'Containers' &&
      value === '' &&
      indent <= 4 &&
      !/^(?:State|Last State|Limits|Requests|Environment|Mounts|Ports|Args|Command)$/.test(name)
    ) {
      this.finishContainer(context);
      this.container = { name, state: {}, last: {}, line: line.number, lastLine: line.number, limit: 0, restarts: 0 };
      return true;
    }
    return this.readField(name, value, line, context);
  }

  /** `kubectl describe node`: memory of the node, pressure, what is promised to pods. */
  private readNode(text: string, line: Line, context: TextContext): boolean {
    const { counts } = this;
    if (this.section === 'Capacity' || this.section === 'Allocatable') {
      const m = /^\s{1,8}memory:\s{1,20}(\S{1,20})$/.exec(text);
      if (!m) return false;
      const bytes = parseQuantity(m[1] as string);
      counts[`node_${this.section.toLowerCase()}_bytes`] = bytes;
      if (this.section === 'Capacity') context.sink.fact('host.memory_bytes', bytes, { line: line.number });
      return true;
    }
    if (this.section === 'Conditions') {
      const m = /^\s{1,8}MemoryPressure\s{1,20}(True|False|Unknown)\b/.exec(text);
      if (m) counts.memory_pressure = m[1] === 'True' ? 1 : 0;
      return m !== null;
    }
    if (this.section === 'Allocated resources') {
      const m = /^\s{1,8}memory\s{1,20}(\S{1,20}) \((\d{1,4})%\)\s{1,20}(\S{1,20}) \((\d{1,6})%\)/.exec(text);
      if (!m) return false;
      counts.node_requested_bytes = parseQuantity(m[1] as string);
      counts.node_limits_bytes = parseQuantity(m[3] as string);
      counts.node_limits_percent = Number(m[4]);
      return true;
    }
    if (this.section !== 'Non-terminated Pods') return false;
    const m = /^\s{1,8}(?!Namespace)(\S{1,63})\s{1,60}(\S{1,253})\s{1,120}\S{1,12} \(\d{1,4}%\)/.exec(text);
    if (m) counts.pods = (counts.pods ?? 0) + 1;
    return m !== null;
  }

  private readField(name: string, value: string, line: Line, context: TextContext): boolean {
    this.container ??= {
      name: '',
      state: {},
      last: {},
      line: line.number,
      lastLine: line.number,
      limit: 0,
      restarts: 0,
    };
    const c = this.container;
    switch (name) {
      case 'State':
        this.block = 'state';
        c.state.state = value;
        return true;
      case 'Last State':
        this.block = 'last';
        c.last.state = value;
        c.lastLine = line.number;
        return true;
      case 'Limits':
      case 'Requests':
      case 'Environment':
      case 'Mounts':
        this.block = name;
        return true;
      case 'Reason':
      case 'Exit Code':
      case 'Signal':
      case 'Message':
      case 'Started':
      case 'Finished':
        if (this.block === 'state' || this.block === 'last') {
          const target = this.block === 'state' ? c.state : c.last;
          target[name.toLowerCase().replace(' ', '_')] =
            name === 'Exit Code' || name === 'Signal' ? Number(value) : value.slice(0, 300);
          if (name === 'Exit Code' && this.block === 'last') c.lastLine = line.number;
        }
        return true;
      case 'Restart Count':
        c.restarts = Number(value) || 0;
        return true;
      case 'memory':
        if (this.block === 'Limits') {
          c.limit = parseQuantity(value);
          if (c.limit > 0) context.sink.fact('container.limit_bytes', c.limit, { line: line.number });
        } else if (this.block === 'Requests') this.counts.memory_request_bytes = parseQuantity(value);
        return true;
      case 'GOGC':
        context.sink.fact('setting.gogc', value, { line: line.number });
        return true;
      case 'GOMEMLIMIT':
        context.sink.fact('setting.gomemlimit', value, { line: line.number });
        return true;
      case 'GODEBUG':
        context.sink.fact('setting.godebug', value, { line: line.number });
        return true;
      default:
        return true;
    }
  }

  private finishContainer(context: TextContext): void {
    const c = this.container;
    this.container = undefined;
    if (!c) return;
    if (c.limit > 0) this.counts.memory_limit_bytes = c.limit;
    if (c.restarts > 0) this.counts.restarts = Math.max(this.counts.restarts ?? 0, c.restarts);
    if (c.name !== '') context.sink.fact('container.name', c.name, { line: c.line });
    for (const state of [c.state, c.last]) {
      if (state.exit_code === undefined && state.reason === undefined) continue;
      if (state.state !== 'Terminated' && state.exit_code === undefined) continue;
      this.terminations++;
      if (typeof state.exit_code === 'number') this.counts.exit_code = state.exit_code;
      const finished = typeof state.finished === 'string' ? parseTimestamp(state.finished) : undefined;
      const started = typeof state.started === 'string' ? parseTimestamp(state.started) : undefined;
      context.sink.event({
        kind: 'container_terminated',
        clock: wallClock,
        tNs: finished?.ns,
        at: { line: c.lastLine },
        data: {
          ...state,
          container: c.name,
          restarts: c.restarts,
          limit_bytes: c.limit || null,
          started_wall_ns: started ? String(started.ns) : null,
        },
      });
    }
  }
}

/** `    Restart Count:  1`; the key is one or a few words. */
function keyAndValue(
  text: string,
): { readonly indent: number; readonly name: string; readonly value: string } | undefined {
  const colon = text.indexOf(':');
  if (colon <= 0 || colon > 110 || (colon + 1 < text.length && !/^\s/.test(text.slice(colon + 1)))) return undefined;
  const name = text.slice(0, colon).trimStart();
  if (!/^(?:[A-Za-z][A-Za-z .-]{0,60}|[A-Z][A-Z0-9_]{1,60})$/.test(name) || name.endsWith(' ')) return undefined;
  return { indent: colon - name.length, name, value: text.slice(colon + 1, colon + 640).trim() };
}

/** Type, reason, age, source and message of a row of the events, or undefined. */
function eventCells(text: string): readonly string[] | undefined {
  const cells = text.trimStart().split(/\s{2,60}/);
  if (cells.length < 5 || (cells[0] !== 'Normal' && cells[0] !== 'Warning')) return undefined;
  return [...cells.slice(0, 4), cells.slice(4).join('  ')];
}

export const kubectlFormat: ReadingFormat = { id: 'kubectl', weight: 1, create: () => new KubectlDescribe() };
