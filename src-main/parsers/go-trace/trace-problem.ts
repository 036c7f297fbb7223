/**
 * What can be wrong with a trace. One code a cause; the host has the words. `refused` codes are those at which Go's own reader gives up;
 * what was read before stays in the model. The others are said and reading goes on.
 */

/** code -> severity and the names of its arguments, in the order a message would use them. */
export const traceProblems = {
  'go_trace/header_invalid': { severity: 'error', args: [] },
  'go_trace/version_unsupported': { severity: 'error', args: ['found', 'supported'] },
  'go_trace/too_large': { severity: 'error', args: ['bytes', 'limit'] },
  'go_trace/batch_unexpected': { severity: 'error', args: ['event'] },
  'go_trace/batch_truncated': { severity: 'error', args: ['want', 'have'] },
  'go_trace/batch_too_large': { severity: 'error', args: ['size', 'limit'] },
  'go_trace/varint_malformed': { severity: 'error', args: ['where'] },
  'go_trace/generation_number': { severity: 'error', args: ['found', 'want'] },
  'go_trace/generation_incomplete': { severity: 'error', args: ['generation', 'batches'] },
  'go_trace/generation_empty': { severity: 'data_loss', args: ['generation'] },
  'go_trace/generation_salvaged': { severity: 'data_loss', args: ['generation', 'events', 'assumed_clock'] },
  'go_trace/too_many': { severity: 'error', args: ['what', 'limit'] },
  'go_trace/dropped': { severity: 'data_loss', args: ['what', 'limit'] },
  'go_trace/clock_missing': { severity: 'error', args: ['what'] },
  'go_trace/clock_repeated': { severity: 'error', args: ['what'] },
  'go_trace/clock_absurd': { severity: 'info', args: ['ns'] },
  'go_trace/section_unexpected': { severity: 'error', args: ['section', 'event'] },
  'go_trace/section_truncated': { severity: 'error', args: ['section'] },
  'go_trace/id_repeated': { severity: 'error', args: ['section', 'id'] },
  'go_trace/string_too_long': { severity: 'error', args: ['length', 'limit'] },
  'go_trace/stack_too_deep': { severity: 'error', args: ['frames', 'limit'] },
  'go_trace/string_missing': { severity: 'error', args: ['id', 'event'] },
  'go_trace/stack_missing': { severity: 'error', args: ['id', 'event'] },
  'go_trace/stacks_lost': { severity: 'data_loss', args: ['stacks'] },
  'go_trace/event_unknown': { severity: 'error', args: ['event'] },
  'go_trace/event_truncated': { severity: 'error', args: ['event'] },
  'go_trace/event_newer': { severity: 'info', args: ['event', 'since', 'version'] },
  'go_trace/event_arguments': { severity: 'error', args: ['event', 'want', 'have'] },
  'go_trace/context_wrong': { severity: 'error', args: ['event', 'what'] },
  'go_trace/state_wrong': { severity: 'error', args: ['event', 'what', 'id'] },
  'go_trace/range_wrong': { severity: 'error', args: ['event', 'what'] },
  'go_trace/region_wrong': { severity: 'error', args: ['goroutine'] },
  'go_trace/task_repeated': { severity: 'error', args: ['task'] },
  'go_trace/order_impossible': { severity: 'error', args: ['waiting'] },
  'go_trace/time_order': { severity: 'error', args: ['event'] },
  'go_trace/trace_empty': { severity: 'error', args: [] },
  'go_trace/alloc_types_damaged': { severity: 'data_loss', args: ['generation'] },
  'go_trace/alloc_info_damaged': { severity: 'data_loss', args: ['generation'] },
  'go_trace/alloc_info_missing': { severity: 'data_loss', args: [] },
} as const satisfies Record<string, { severity: 'info' | 'data_loss' | 'error'; args: readonly string[] }>;

export type TraceProblemCode = keyof typeof traceProblems;

/** One finding, as the sink is told it. */
export interface TraceProblem {
  readonly code: TraceProblemCode;
  readonly severity: 'info' | 'data_loss' | 'error';
  /** Byte of the file, from its start. */
  readonly offset: number;
  readonly args: Readonly<Record<string, string | number>>;
}

/** Makes a problem; the severity comes with the code. */
export function traceProblem(
  code: TraceProblemCode,
  offset: number,
  args: Readonly<Record<string, string | number>> = {},
): TraceProblem {
  return { code, severity: traceProblems[code].severity, offset, args };
}
