/**
 * What a Go binary knows of its build: `go version -m FILE`, or the same lines as `debug.BuildInfo` prints them. Says which Go, which source revision, which
 * modules and settings the program was made with.
 *
 * @source cmd/go/internal/version, runtime/debug.BuildInfo.String
 */
import type { Position, ReadingReport } from '../../api/contract/evidence.ts';
import { captureClock, type Sink } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { parseTimestamp } from '../text/timestamp.ts';

const longestLine = 8_192;
const mostModules = 5_000;
const head = /^(\S.{0,400}): (go1\.\d{1,3}\S{0,40}|devel \S.{0,100})$/;
const bareHead = /^go\t(go1\.\d{1,3}\S{0,40}|devel \S.{0,100})$/;
const row = /^\t?(path|mod|dep|=>|build)\t(.{0,8000})$/;

interface Build {
  readonly binary: string;
  readonly go: string;
  readonly at: Position;
  path: string;
  module: string;
  version: string;
  readonly modules: string[][];
  readonly settings: Map<string, string>;
  rows: number;
}

class BuildInfo implements Reading {
  private build: Build | undefined;
  private taken = 0;
  private builds = 0;
  private modules = 0;

  take(line: Line, context: TextContext): boolean {
    const first = line.byte(0);
    if (
      first === 9 ||
      (this.build && (first === 112 || first === 109 || first === 100 || first === 61 || first === 98))
    )
      return this.takeRow(line);
    const text = line.head(600);
    if (!text.includes('go1.') && !text.includes('devel ')) return false;
    const m = head.exec(text);
    const bare = m ? undefined : bareHead.exec(text);
    if (!m && !bare) return false;
    this.endSection(context);
    this.build = {
      binary: m?.[1] ?? '',
      go: (m?.[2] ?? bare?.[1]) as string,
      at: { line: line.number },
      path: '',
      module: '',
      version: '',
      modules: [],
      settings: new Map(),
      rows: 0,
    };
    return true;
  }

  endSection(context: TextContext): void {
    const { build } = this;
    this.build = undefined;
    // `file: go1.26` alone is what `go version FILE` prints; without rows it may be any sentence
    if (!build || build.rows === 0) return;
    this.builds++;
    this.taken += build.rows + 1;
    this.modules += build.modules.length;
    sayBuild(build, context.sink);
  }

  reports(): readonly ReadingReport[] {
    const open = this.build && this.build.rows > 0 ? this.build : undefined;
    const builds = this.builds + (open ? 1 : 0);
    if (builds === 0) return [];
    const counts = { builds, modules: this.modules + (open?.modules.length ?? 0) };
    return [{ kind: 'go-escape', dialect: 'go version -m', taken: this.taken + (open ? open.rows + 1 : 0), counts }];
  }

  private takeRow(line: Line): boolean {
    const { build } = this;
    const m = build ? row.exec(line.text().slice(0, longestLine)) : undefined;
    if (!build || !m) return false;
    build.rows++;
    const cells = (m[2] as string).split('\t', 3);
    if (m[1] === 'path') build.path = cells[0] as string;
    else if (m[1] === 'mod') {
      build.module = cells[0] as string;
      build.version = cells[1] ?? '';
    } else if (m[1] === 'build') {
      const equals = (m[2] as string).indexOf('=');
      if (equals > 0 && build.settings.size < 1_000)
        build.settings.set((m[2] as string).slice(0, equals), (m[2] as string).slice(equals + 1));
    } else if (build.modules.length < mostModules)
      build.modules.push(m[1] === '=>' ? ['=>', ...cells.slice(0, 2)] : cells.slice(0, 2));
    return true;
  }
}

function sayBuild({ go, at, binary, path, module, version, modules, settings }: Build, sink: Sink): void {
  sink.fact('runtime.go', go, at);
  if (path !== '') sink.fact('build.path', path, at);
  const revision = settings.get('vcs.revision');
  if (revision) sink.fact('build.revision', revision, at);
  const time = parseTimestamp(settings.get('vcs.time') ?? '');
  if (time) sink.fact('build.revision_wall_ns', String(time.ns), at);
  const data = { binary, go, path, module, version, modules, settings: Object.fromEntries(settings) };
  sink.event({ kind: 'build', clock: captureClock, tNs: undefined, at, data });
}

export const buildInfoFormat: ReadingFormat = { id: 'build-info', weight: 1, create: () => new BuildInfo() };
