/**
 * The lines around a traceback: what the runtime says before it ends a program, what follows a signal, the registers. Each line that is one becomes
 * a reason, figures, or nothing but known.
 *
 * | reason | what the runtime had met |
 * |---|---|
 * | `address_space` | the kernel gave no more address space: the heap could not grow, or not even begin |
 * | `kernel_refused` | the kernel would not back memory that had been reserved (ENOMEM, commit limit of Windows) |
 * | `metadata` | memory for the runtime's own structures was refused |
 * | `thread_refused` | the kernel gave no thread (pids limit, `ulimit -u`) |
 * | `thread_limit` | the program has more threads than debug.SetMaxThreads allows |
 * | `stack_overflow` | a goroutine's stack passed debug.SetMaxStack |
 * | `concurrent_map`, `bad_pointer`, `deadlock`, `fault`, `panic`, `signal`, `internal` | not memory |
 *
 * @source runtime/mheap.go grow, runtime/mem_linux.go sysMapOS, runtime/mem_windows.go sysUsedOS, runtime/malloc.go persistentalloc,
 * runtime/os_linux.go newosproc, runtime/proc.go checkmcount, runtime/stack.go newstack, runtime/panic.go, runtime/signal_unix.go (Go 1.26)
 */
export type CrashReason =
  | 'address_space'
  | 'kernel_refused'
  | 'metadata'
  | 'thread_refused'
  | 'thread_limit'
  | 'stack_overflow'
  | 'concurrent_map'
  | 'bad_pointer'
  | 'deadlock'
  | 'fault'
  | 'panic'
  | 'signal'
  | 'internal';

export interface CrashLine {
  /**
   * `head`: begins a crash, or goes on with one whose traceback has not begun. `detail`: belongs to a crash, begins none. `end`: the last line of
   * one. `thread`: another thread of the same crash follows.
   */
  readonly role: 'head' | 'detail' | 'end' | 'thread';
  readonly reason?: CrashReason;
  readonly figures?: Readonly<Record<string, number | string>>;
}

const detail: CrashLine = { role: 'detail' };
const fatal = /^fatal error: (.{1,500})$/;
const blockRefused = /^runtime: out of memory: cannot allocate (\d{1,20})-byte block \((\d{1,20}) in use\)/;
const virtualAlloc = /^runtime: Virtual(?:Alloc|Free) of (\d{1,20}) bytes failed with errno=(\d{1,6})/;
const noThread = /^runtime: failed to create new OS thread \(have (\d{1,9}) already; errno=(\d{1,6})\)/;
const threadLimit = /^runtime: program exceeds (\d{1,9})-thread limit/;
const stackLimit = /^runtime: goroutine stack exceeds (\d{1,20})-byte limit/;
const signalHead = /^(SIG[A-Z0-9]{2,10}): (.{1,80})$/;
const exception = /^Exception (0x[0-9a-f]{1,16}) /;
const signalDetail =
  /^\[signal (\S{1,12})(?:: ([^\]]{1,60}?))? code=(\S{1,20}) addr=(0x[0-9a-f]{1,16}) pc=(0x[0-9a-f]{1,16})\]$/;
const pcLine = /^PC=(0x[0-9a-f]{1,16})(?: m=(\d{1,9}))?(?: sigcode=(-?\d{1,9}))?(?: addr=(0x[0-9a-f]{1,16}))?/;
const register =
  /^(?:r[a-z0-9]{1,5}|e[a-z]{2,4}|[cdefgs]s|x\d{1,2}|lr|sp|pc|fp|pstate|fault|trap|cpsr|ip|fp) {1,12}0x[0-9a-f]{1,20}$/;
const exitStatus =
  /^(?:exit status (\d{1,3})|signal: ([a-z ]{2,40})(?: \(core dumped\))?|(Aborted|Killed|Terminated)(?: {1,20}\(core dumped\))?)$/;
const mapUse =
  /^(?:concurrent map (?:writes|read and map write|iteration and map write)|.{0,60}concurrent map .{0,60})$/;
const runtimeNote =
  /^(?:object=0x|runtime: |runtime\.|unexpected fault address |fatal: |acquirem|lock held by|g0 stack |\tpanic: |created by |If this is the first time|systemstack |\[recovered\]|addspecial|mspan\.ensureSwept|MSpan_Sweep|s\.allocCount|gp\.|sp=0x)/;
const runtimeHead =
  /^(?:runtime: (?:out of memory|goroutine stack exceeds|cannot allocate|failed to create new OS thread|program exceeds|VirtualAlloc|VirtualFree|mmap|pointer 0x|bad pointer|unexpected return pc|marked free object|unlock of unlocked|netpoll|epoll|found|checkdead|wrong goroutine|bad|nonempty|full=|sp=|gp)|unexpected fault address |fatal: (?:morestack|systemstack|bad g))/;

/** What a line says of a crash; undefined for lines of anything else. */
export function readCrashLine(text: string): CrashLine | undefined {
  switch (text.charCodeAt(0)) {
    case 45:
      return /^-{5,10}$/.test(text) ? { role: 'thread' } : undefined;
    case 80:
      return readPc(text);
    case 83:
    case 69:
      return readSignal(text);
    case 91:
      return readSignalDetail(text);
    case 32:
      return text.startsWith(' *(object') ? detail : undefined;
    case 9:
      return text.startsWith('\tpanic: ') || text.startsWith('\t[') ? detail : undefined;
    case 102:
      return readFatal(text);
    default:
      if (text.startsWith('panic: ')) return { role: 'head', reason: 'panic' };
      if (register.test(text) || text === 'goroutine running on other thread; stack unavailable') return detail;
      return readRuntime(text) ?? readEnd(text);
  }
}

function readEnd(text: string): CrashLine | undefined {
  const m = exitStatus.exec(text);
  if (!m) return undefined;
  if (m[1] !== undefined) return { role: 'end', figures: { exit_status: Number(m[1]) } };
  return { role: 'end', figures: { ended_by: (m[2] ?? m[3]) as string } };
}

function readPc(text: string): CrashLine | undefined {
  const m = pcLine.exec(text);
  if (!m) return undefined;
  const figures: Record<string, number | string> = { pc: m[1] as string };
  if (m[3] !== undefined) figures.sigcode = Number(m[3]);
  if (m[4] !== undefined) figures.fault_address = m[4];
  return { role: 'detail', figures };
}

function readSignal(text: string): CrashLine | undefined {
  const m = signalHead.exec(text);
  if (m) return { role: 'head', reason: 'signal', figures: { signal: m[1] as string } };
  const x = exception.exec(text);
  return x ? { role: 'head', reason: 'signal', figures: { signal: x[1] as string } } : undefined;
}

function readSignalDetail(text: string): CrashLine | undefined {
  const m = signalDetail.exec(text);
  if (m)
    return {
      role: 'head',
      reason: 'fault',
      figures: { signal: m[1] as string, fault_address: m[4] as string, pc: m[5] as string },
    };
  if (/^\[originating from goroutine \d{1,19}\]|^\[recovered|^\[signal /.test(text)) return detail;
  return undefined;
}

function readFatal(text: string): CrashLine | undefined {
  const m = fatal.exec(text);
  if (!m) return readRuntime(text) ?? (register.test(text) ? detail : undefined);
  return { role: 'head', reason: reasonOf(m[1] as string), figures: { fatal_error: (m[1] as string).slice(0, 300) } };
}

function reasonOf(message: string): CrashReason {
  if (message === 'runtime: out of memory') return 'kernel_refused';
  // thrown behind `runtime: out of memory: cannot allocate`, or alone by arenas and stacks
  if (message.startsWith('out of memory'))
    return /metadata|heap arena|allArenas|bitmap/.test(message) ? 'metadata' : 'address_space';
  if (message === 'runtime: cannot allocate memory' || message === 'pageAlloc: out of memory') return 'metadata';
  if (/^failed to reserve page summary memory|^runtime: cannot reserve arena|^arena already initialized/.test(message))
    return 'address_space';
  if (/^runtime: (?:cannot map pages|cannot remap pages|failed to commit pages)/.test(message)) return 'kernel_refused';
  if (message === 'newosproc' || message.startsWith('runtime.newosproc')) return 'thread_refused';
  if (message === 'thread exhaustion') return 'thread_limit';
  if (message === 'stack overflow') return 'stack_overflow';
  if (mapUse.test(message)) return 'concurrent_map';
  if (/bad pointer|invalid pointer|unsafe or cgo|pointer to free object|invalid heap pointer/.test(message))
    return 'bad_pointer';
  if (message.endsWith('deadlock!') || message.endsWith(' - deadlock')) return 'deadlock';
  if (message === 'fault' || /^unexpected signal/.test(message)) return 'fault';
  return 'internal';
}

function readRuntime(text: string): CrashLine | undefined {
  let m = blockRefused.exec(text);
  if (m)
    return {
      role: 'head',
      reason: 'address_space',
      figures: { requested_bytes: exact(m[1]), in_use_bytes: exact(m[2]) },
    };
  m = virtualAlloc.exec(text);
  if (m)
    return {
      role: 'head',
      reason: 'kernel_refused',
      figures: { requested_bytes: exact(m[1]), errno: Number(m[2]) },
    };
  m = noThread.exec(text);
  if (m)
    return { role: 'head', reason: 'thread_refused', figures: { threads_before: Number(m[1]), errno: Number(m[2]) } };
  m = threadLimit.exec(text);
  if (m) return { role: 'head', reason: 'thread_limit', figures: { thread_limit: Number(m[1]) } };
  m = stackLimit.exec(text);
  if (m) return { role: 'head', reason: 'stack_overflow', figures: { stack_limit_bytes: exact(m[1]) } };
  if (runtimeHead.test(text)) return { role: 'head' };
  return runtimeNote.test(text) ? detail : undefined;
}

function exact(digits: string | undefined): number | string {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : (digits ?? '');
}
