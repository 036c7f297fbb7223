/** The JSON documents that stand in text files, in the order in which they are tried. */
import { ContainerLogJson, LogLineJson } from '../app-log/log-json.ts';
import { KubeJson } from '../kubectl/kube-json.ts';
import { GcStatsJson } from '../memstats/gc-stats.ts';
import { MemStatsJson } from '../memstats/memstats-json.ts';
import { PromExportJson } from '../prometheus/prom-export.ts';
import { PromRangeJson } from '../prometheus/prom-range.ts';
import { RuntimeMetricsJson } from '../runtime-metrics/runtime-metrics-json.ts';
import type { ReadingFormat } from '../text/reading.ts';
import { JsonDocuments } from './json-documents.ts';

export const jsonFormat: ReadingFormat = {
  id: 'json',
  opens: '{[ \t',
  weight: 50,
  create: () =>
    new JsonDocuments([
      new MemStatsJson(),
      new PromRangeJson(),
      new PromExportJson(),
      new RuntimeMetricsJson(),
      new GcStatsJson(),
      new KubeJson(),
      new ContainerLogJson(),
      new LogLineJson(),
    ]),
};
