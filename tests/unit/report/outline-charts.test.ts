import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Service } from '../../../src-main/api/service.ts';
import { chartsOf } from '../../../src-main/report/outline-charts.ts';
import { Words } from '../../../src-main/report/words.ts';

const sample = join(import.meta.dirname, '../../../resources/sample/bundle');

describe('the timelines of the report', () => {
  let service: Service;
  beforeAll(() => {
    service = new Service(1);
  });
  afterAll(async () => {
    await service.close();
  });

  it('show a trace of four seconds on an axis of its own, and say which part of the run that is', async () => {
    const session = await service.open({ inputs: [sample] });
    const charts = chartsOf(session.analysis, session.report('en'), new Words('en'));
    const run = session.analysis.timeline.to;
    for (const chart of charts) {
      const isOfTrace = chart.title.endsWith('in the trace');
      expect([chart.title, chart.caption !== undefined]).toEqual([chart.title, isOfTrace]);
      if (isOfTrace) expect(chart.to - chart.from).toBeLessThan(run / 10);
      else expect([chart.from, chart.to]).toEqual([0, run]);
    }
    const busy = charts.find((c) => c.title === 'Processor use in the trace');
    expect(busy?.caption).toMatch(/^Only a part of the run: 11:00:59 to 11:01:03, 4\.\d+ s of 52\.4 s\.$/);
    // gctrace knows GOMAXPROCS of the whole run; here it is the trace's
    expect(busy?.series.map((s) => s.role)).toEqual(['procs', 'gomaxprocs']);
    expect(busy?.marks).toEqual([]);
    session.close();
  });
});
