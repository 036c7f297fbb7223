// Vectors of the pacer and its parts. Floats are compared exactly: the same operations in the same order give the same bits.
import { GcController } from '../pacer/gc-controller.ts';
import { GcCpuLimiter } from '../pacer/gc-cpu-limiter.ts';
import { toInt64 } from '../pacer/go-conversions.ts';
import { memoryLimitHeapGoal } from '../pacer/memory-limit-goal.ts';
import { PiController } from '../scavenge/pi-controller.ts';
import {
  asBigint,
  asBoolean,
  asFields,
  asIndex,
  asList,
  asNumber,
  CaseFormatError,
  type Fields,
  integerJson,
} from './case-reader.ts';
import type { Outcome } from './page-vectors.ts';

const MAX_PROCS = 1 << 20;
const HEADROOM_PERCENT = 3;

export function runPiController(c: Fields): Outcome {
  const controller = new PiController({
    kp: asNumber(c.kp, 'kp'),
    ti: asNumber(c.ti, 'ti'),
    tt: asNumber(c.tt, 'tt'),
    min: asNumber(c.min, 'min'),
    max: asNumber(c.max, 'max'),
  });
  const got = asList(c.steps, 'steps').map((item) => {
    const [input, setpoint, period] = asList(item, 'step').map((value) => asNumber(value, 'step'));
    const output = controller.next(input, setpoint, period);
    return [input, setpoint, period, output, controller.isFailed ? 0 : 1];
  });
  return { got, want: c.steps };
}

export function runMemoryLimitGoal(c: Fields): Outcome {
  const inputs = {
    memoryLimit: asBigint(c.limit, 'limit'),
    mappedReady: asBigint(c.mappedReady, 'mappedReady'),
    heapFree: asBigint(c.heapFree, 'heapFree'),
    heapAlloc: asBigint(c.totalAlloc, 'totalAlloc') - asBigint(c.totalFree, 'totalFree'),
    heapMarked: 0n,
  };
  return { got: integerJson(memoryLimitHeapGoal(inputs, HEADROOM_PERCENT)), want: c.goal };
}

export function runGcCpuLimiter(c: Fields): Outcome {
  const limiter = new GcCpuLimiter(0, asIndex(c.procs0, 'procs0', 1, MAX_PROCS));
  const state = () => [limiter.fillNs, limiter.capacityNs, limiter.overflowNs, limiter.isLimiting];
  const got = asList(c.ops, 'ops').map((item) => {
    const op = asList(item, 'op');
    switch (op[0]) {
      case 'update':
        limiter.update(asNumber(op[1], 'now'));
        return ['update', op[1], state()];
      case 'transition': {
        limiter.startGCTransition(asBoolean(op[1], 'enableGC'), asNumber(op[2], 'start'));
        const afterStart = state();
        limiter.finishGCTransition(asNumber(op[3], 'finish'));
        return ['transition', op[1], op[2], op[3], afterStart, state()];
      }
      case 'assist':
        limiter.addAssistTime(asNumber(op[1], 'ns'));
        limiter.update(asNumber(op[2], 'now'));
        return ['assist', op[1], op[2], state()];
      case 'resetCapacity':
        limiter.resetCapacity(asNumber(op[1], 'now'), asIndex(op[2], 'procs', 1, MAX_PROCS));
        return ['resetCapacity', op[1], op[2], state()];
      default:
        throw new CaseFormatError('op', 'a CPU limiter operation');
    }
  });
  return { got, want: c.ops };
}

export function runGcPacer(c: Fields): Outcome {
  const pacer = new GcController({
    gcPercent: asIndex(c.gcPercent, 'gcPercent', -1, 2 ** 31 - 1),
    memoryLimit: asBigint(c.memoryLimit, 'memoryLimit'),
    limitHeadroomPercent: HEADROOM_PERCENT,
  });
  const ops = asList(c.ops, 'ops').map((item) => asFields(item, 'op'));
  const outputs = (op: Fields, values: Fields): Fields =>
    Object.fromEntries(['goal', 'trigger', 'state'].filter((key) => key in op).map((key) => [key, values[key]]));
  const got = ops.map((op) => {
    applyPacerOp(pacer, op);
    return outputs(op, {
      goal: integerJson(pacer.heapGoal()),
      trigger: integerJson(pacer.trigger()),
      state: pacerState(pacer),
    });
  });
  return { got, want: ops.map((op) => outputs(op, op)) };
}

/** @source export_test.go GCController */
function applyPacerOp(pacer: GcController, op: Fields): void {
  switch (op.op) {
    case 'init':
      return;
    case 'startCycle': {
      const trigger = pacer.trigger();
      const heapLive = pacer.heapMarked > trigger ? pacer.heapMarked : trigger;
      pacer.maxStackScan = asBigint(op.stack, 'stack');
      pacer.globalsScan = asBigint(op.globals, 'globals');
      pacer.heapLive = heapLive;
      pacer.heapScan += toInt64(Number(heapLive - pacer.heapMarked) * asNumber(op.scannableFrac, 'scannableFrac'));
      pacer.startCycle(0, asIndex(op.procs, 'procs', 1, MAX_PROCS));
      return;
    }
    case 'revise': {
      const [heapLive, heapScan, heapScanWork, stackScanWork, globalsScanWork] = asList(op.d, 'd').map((v) =>
        asBigint(v, 'd'),
      );
      pacer.heapLive += heapLive;
      pacer.heapScan += heapScan;
      pacer.heapScanWork += heapScanWork;
      pacer.stackScanWork += stackScanWork;
      pacer.globalsScanWork += globalsScanWork;
      pacer.revise();
      return;
    }
    case 'endCycle':
      pacer.assistTimeNs = asNumber(op.assistTime, 'assistTime');
      pacer.endCycle(asNumber(op.elapsed, 'elapsed'), asIndex(op.procs, 'procs', 1, MAX_PROCS));
      pacer.resetLive(asBigint(op.bytesMarked, 'bytesMarked'));
      pacer.commit(false);
      return;
    default:
      throw new CaseFormatError('op', 'a pacer operation');
  }
}

function pacerState(pacer: GcController): Fields {
  return {
    assistBytesPerWork: pacer.assistBytesPerWork,
    assistWorkPerByte: pacer.assistWorkPerByte,
    consMark: pacer.consMark,
    dedicatedMarkWorkersNeeded: pacer.dedicatedMarkWorkersNeeded,
    fractionalUtilizationGoal: pacer.fractionalUtilizationGoal,
    gcPercentHeapGoal: integerJson(pacer.gcPercentHeapGoal),
    heapLive: integerJson(pacer.heapLive),
    heapMarked: integerJson(pacer.heapMarked),
    heapMinimum: integerJson(pacer.heapMinimum),
    heapScan: integerJson(pacer.heapScan),
    lastHeapScan: integerJson(pacer.lastHeapScan),
    lastStackScan: integerJson(pacer.lastStackScan),
    runway: integerJson(pacer.runway),
    triggered: integerJson(pacer.triggered),
  };
}
