/**
 * `kubectl get ... -o json`: pods, nodes, events, lists of them; `docker inspect`; `crictl inspect`.
 *
 * @source k8s.io/api/core/v1 Pod, Node, Event; Docker Engine API ContainerInspect; CRI ContainerStatusResponse as crictl prints it
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { wallClock } from '../contract.ts';
import type { JsonShape } from '../json/json-documents.ts';
import { field, isObject, type JsonObject, type JsonValue, numberField, stringField } from '../json/json-exact.ts';
import type { TextContext } from '../text/reading.ts';
import { parseTimestamp } from '../text/timestamp.ts';
import { type ContainerEnd, ContainerReports } from './container-report.ts';
import { parseQuantity } from './quantity.ts';

const kinds = new Set([
  'Pod',
  'PodList',
  'Node',
  'NodeList',
  'Event',
  'EventList',
  'List',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
]);
const mostItems = 50_000;

export class KubeJson implements JsonShape {
  private readonly containers_ = new ContainerReports();
  private items = 0;
  private events = 0;
  private dialect = '';

  read(value: JsonValue, line: number, context: TextContext): boolean {
    if (Array.isArray(value)) {
      const all = value.filter(isObject);
      return (
        all.length > 0 &&
        all.length === value.length &&
        all.every(isDocker) &&
        all.map((v) => this.readDocker(v, line, context)).length > 0
      );
    }
    if (!isObject(value)) return false;
    if (isDocker(value)) return this.readDocker(value, line, context);
    if (isObject(field(value, 'status')) && isObject(field(value, 'info')))
      return this.readCrictl(value, line, context);
    const kind = stringField(value, 'kind');
    if (kind === undefined || !kinds.has(kind) || stringField(value, 'apiVersion') === undefined) return false;
    this.dialect ||= 'json';
    this.readKube(value, kind, line, context);
    return true;
  }

  reports(): readonly ReadingReport[] {
    if (this.items === 0) return [];
    const { counts, terminations, containers } = this.containers_;
    return [
      {
        kind: 'kubectl',
        dialect: this.dialect,
        taken: this.items,
        counts: { items: this.items, containers, terminations, events: this.events, ...counts },
      },
    ];
  }

  private readKube(value: JsonObject, kind: string, line: number, context: TextContext): void {
    const items = field(value, 'items');
    if (Array.isArray(items)) {
      for (const item of items.slice(0, mostItems))
        if (isObject(item)) this.readKube(item, stringField(item, 'kind') ?? kind.replace(/List$/, ''), line, context);
      return;
    }
    this.items++;
    if (kind === 'Event') this.readEvent(value, line, context);
    else if (kind === 'Node') this.readNode(value, line, context);
    else if (kind === 'Pod') this.readPod(value, line, context);
    else {
      const template = at(value, 'spec', 'template');
      if (template) this.readPod(template, line, context);
    }
  }

  private readPod(pod: JsonObject, line: number, context: TextContext): void {
    const statuses = new Map<string, JsonObject>();
    for (const list of ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'])
      for (const s of listAt(pod, 'status', list)) statuses.set(stringField(s, 'name') ?? '', s);
    const containers = [...listAt(pod, 'spec', 'containers'), ...listAt(pod, 'spec', 'initContainers')];
    const named = new Set(containers.map((c) => stringField(c, 'name') ?? ''));
    // a status may stand alone where the specification was cut away
    for (const [name, status] of statuses)
      if (!named.has(name)) containers.push({ name, resources: field(status, 'resources') ?? {} });
    for (const c of containers) {
      const name = stringField(c, 'name') ?? '';
      const status = statuses.get(name) ?? {};
      const env = new Map<string, string>();
      for (const e of listAt(c, 'env')) env.set(stringField(e, 'name') ?? '', stringField(e, 'value') ?? '');
      this.containers_.say(
        {
          name,
          at: { line },
          limitBytes: quantityAt(c, 'resources', 'limits', 'memory'),
          requestBytes: quantityAt(c, 'resources', 'requests', 'memory'),
          restarts: orZero(numberField(status, 'restartCount')),
          ends: ['state', 'lastState'].flatMap((key) => endOf(at(status, key, 'terminated'), line)),
          env,
        },
        context.sink,
      );
    }
    const reason = stringField(at(pod, 'status') ?? {}, 'reason');
    if (reason !== undefined) this.containers_.counts.pod_reason = reason;
  }

  private readNode(node: JsonObject, line: number, context: TextContext): void {
    const { counts } = this.containers_;
    const capacity = quantityAt(node, 'status', 'capacity', 'memory');
    const allocatable = quantityAt(node, 'status', 'allocatable', 'memory');
    if (capacity > 0) {
      counts.node_capacity_bytes = capacity;
      context.sink.fact('host.memory_bytes', capacity, { line });
    }
    if (allocatable > 0) counts.node_allocatable_bytes = allocatable;
    for (const c of listAt(node, 'status', 'conditions'))
      if (stringField(c, 'type') === 'MemoryPressure')
        counts.memory_pressure = stringField(c, 'status') === 'True' ? 1 : 0;
    const kernel = stringField(at(node, 'status', 'nodeInfo') ?? {}, 'kernelVersion');
    if (kernel !== undefined) counts.kernel_version = kernel;
  }

  private readEvent(event: JsonObject, line: number, context: TextContext): void {
    this.events++;
    const last =
      stringField(event, 'lastTimestamp') ??
      stringField(event, 'eventTime') ??
      stringField(event, 'firstTimestamp') ??
      '';
    const reason = stringField(event, 'reason') ?? '';
    const object = at(event, 'involvedObject') ?? {};
    context.sink.event({
      kind: 'log',
      clock: wallClock,
      tNs: parseTimestamp(last)?.ns,
      at: { line },
      data: {
        text: `${reason} ${stringField(object, 'kind') ?? ''}/${stringField(object, 'name') ?? ''} ${stringField(event, 'message') ?? ''}`.slice(
          0,
          300,
        ),
        severity: stringField(event, 'type') === 'Warning' ? 3 : 2,
      },
    });
  }

  private readDocker(value: JsonObject, line: number, context: TextContext): boolean {
    this.items++;
    this.dialect ||= 'docker inspect';
    const state = at(value, 'State') ?? {};
    const host = at(value, 'HostConfig') ?? {};
    const env = new Map<string, string>();
    for (const pair of asArray(field(at(value, 'Config') ?? {}, 'Env'))) {
      const text = String(pair);
      const eq = text.indexOf('=');
      if (eq > 0) env.set(text.slice(0, eq), text.slice(eq + 1));
    }
    const isKilled = field(state, 'OOMKilled') === true;
    const isOver = field(state, 'Running') === false || isKilled;
    const end: ContainerEnd = {
      state: stringField(state, 'Status') ?? '',
      reason: isKilled ? 'OOMKilled' : (stringField(state, 'Error') ?? ''),
      exitCode: numberField(state, 'ExitCode'),
      message: '',
      started: realTime(stringField(state, 'StartedAt')),
      finished: realTime(stringField(state, 'FinishedAt')),
      at: { line },
    };
    const { counts } = this.containers_;
    for (const [key, name] of [
      ['MemorySwap', 'memory_swap_limit_bytes'],
      ['MemoryReservation', 'memory_reservation_bytes'],
      ['PidsLimit', 'pids_limit'],
    ] as const) {
      const n = numberField(host, key);
      if (n > 0) counts[name] = n;
    }
    counts.oom_killed = isKilled ? 1 : 0;
    const pid = numberField(state, 'Pid');
    if (pid > 0) context.sink.fact('process.pid', pid, { line });
    this.containers_.say(
      {
        name: (stringField(value, 'Name') ?? '').replace(/^\//, ''),
        at: { line },
        limitBytes: orZero(numberField(host, 'Memory')),
        requestBytes: 0,
        restarts: orZero(numberField(value, 'RestartCount')),
        ends: isOver ? [end] : [],
        env,
      },
      context.sink,
    );
    return true;
  }

  private readCrictl(value: JsonObject, line: number, context: TextContext): boolean {
    const status = at(value, 'status') ?? {};
    const state = stringField(status, 'state') ?? '';
    if (!state.startsWith('CONTAINER_')) return false;
    this.items++;
    this.dialect ||= 'crictl inspect';
    const pid = numberField(at(value, 'info') ?? {}, 'pid');
    if (pid > 0) context.sink.fact('process.pid', pid, { line });
    const limit =
      orZero(numberField(at(status, 'resources', 'linux') ?? {}, 'memoryLimitInBytes')) ||
      orZero(numberField(at(value, 'info', 'runtimeSpec', 'linux', 'resources', 'memory') ?? {}, 'limit'));
    const env = new Map<string, string>();
    for (const pair of asArray(field(at(value, 'info', 'runtimeSpec', 'process') ?? {}, 'env'))) {
      const text = String(pair);
      const eq = text.indexOf('=');
      if (eq > 0) env.set(text.slice(0, eq), text.slice(eq + 1));
    }
    const end: ContainerEnd = {
      state,
      reason: stringField(status, 'reason') ?? '',
      exitCode: numberField(status, 'exitCode'),
      message: stringField(status, 'message') ?? '',
      started: realTime(stringField(status, 'startedAt')),
      finished: realTime(stringField(status, 'finishedAt')),
      at: { line },
    };
    const metadata = at(status, 'metadata') ?? {};
    this.containers_.say(
      {
        name: stringField(metadata, 'name') ?? '',
        at: { line },
        limitBytes: limit,
        requestBytes: 0,
        restarts: orZero(numberField(metadata, 'attempt')),
        ends: state === 'CONTAINER_EXITED' ? [end] : [],
        env,
      },
      context.sink,
    );
    return true;
  }
}

function isDocker(value: JsonObject): boolean {
  return (
    isObject(field(value, 'State')) && isObject(field(value, 'HostConfig')) && stringField(value, 'Id') !== undefined
  );
}

function endOf(terminated: JsonObject | undefined, line: number): ContainerEnd[] {
  if (!terminated) return [];
  return [
    {
      state: 'Terminated',
      reason: stringField(terminated, 'reason') ?? '',
      exitCode: numberField(terminated, 'exitCode'),
      message: stringField(terminated, 'message') ?? '',
      started: stringField(terminated, 'startedAt') ?? '',
      finished: stringField(terminated, 'finishedAt') ?? '',
      at: { line },
    },
  ];
}

/** The object at a path, or undefined. */
function at(value: JsonObject, ...path: readonly string[]): JsonObject | undefined {
  let here: JsonValue | undefined = value;
  for (const key of path) here = isObject(here) ? field(here, key) : undefined;
  return isObject(here) ? here : undefined;
}

function listAt(value: JsonObject, ...path: readonly string[]): JsonObject[] {
  const last = path.at(-1) as string;
  const parent = path.length === 1 ? value : at(value, ...path.slice(0, -1));
  return asArray(parent ? field(parent, last) : undefined).filter(isObject);
}

function asArray(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function quantityAt(value: JsonObject, ...path: readonly string[]): number {
  const parent = at(value, ...path.slice(0, -1));
  const text = parent ? field(parent, path.at(-1) as string) : undefined;
  return text === undefined ? 0 : parseQuantity(String(text));
}

function orZero(n: number): number {
  return Number.isNaN(n) ? 0 : n;
}

/** Docker and CRI print year 1 where there is no time. */
function realTime(text: string | undefined): string {
  return text === undefined || text.startsWith('0001-') || text === '0' ? '' : text;
}
