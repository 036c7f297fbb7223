/**
 * The store of a case: one SQLite file, derived from vault and journal and rebuilt from them at any time. Rows for what people look up, blobs of
 * columns for bulk. Every table is keyed by evidence and a number within it, so that it does not matter in which order files were parsed.
 */
export const applicationId = 0x53_70_61_6e; // "Span"

/** Tables with rows of one evidence each. */
export const tablesOfEvidence = [
  'reading',
  'warning',
  'fact',
  'anchor',
  'event',
  'profile',
  'frame',
  'series',
  'chunk',
  'chunk_column',
  'table_chunk',
] as const;

/** Migration i brings a store from version i to i+1. A shipped one is never changed. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER,
    status TEXT NOT NULL,
    kind TEXT NOT NULL,
    dialect TEXT NOT NULL,
    confidence REAL NOT NULL,
    parser TEXT,
    parser_version INTEGER,
    lines INTEGER,
    unknown_lines INTEGER,
    truncated_at TEXT
  ) STRICT;
  CREATE TABLE container (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE reading (
    evidence INTEGER NOT NULL, n INTEGER NOT NULL, kind TEXT NOT NULL, dialect TEXT NOT NULL, taken INTEGER NOT NULL, counts TEXT NOT NULL,
    PRIMARY KEY (evidence, n)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE warning (
    evidence INTEGER NOT NULL, n INTEGER NOT NULL, code TEXT NOT NULL, severity TEXT NOT NULL, phase TEXT NOT NULL, position TEXT, args TEXT NOT NULL,
    PRIMARY KEY (evidence, n)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE fact (
    evidence INTEGER NOT NULL, n INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, position TEXT NOT NULL,
    PRIMARY KEY (evidence, n)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE anchor (
    evidence INTEGER NOT NULL, n INTEGER NOT NULL, domain TEXT NOT NULL, instance INTEGER NOT NULL, lo_ns INTEGER NOT NULL, hi_ns INTEGER NOT NULL,
    basis TEXT NOT NULL, position TEXT NOT NULL,
    PRIMARY KEY (evidence, n)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE event (
    evidence INTEGER NOT NULL, n INTEGER NOT NULL, kind TEXT NOT NULL, domain TEXT NOT NULL, instance INTEGER NOT NULL, t_ns INTEGER,
    position TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (evidence, n)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX event_by_kind ON event (kind, evidence, n);
  CREATE TABLE profile (
    evidence INTEGER NOT NULL, n INTEGER NOT NULL, what TEXT NOT NULL, t_ns INTEGER, summary TEXT NOT NULL,
    PRIMARY KEY (evidence, n)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE frame (
    evidence INTEGER NOT NULL, frame INTEGER NOT NULL, name TEXT NOT NULL, domain TEXT NOT NULL, instance INTEGER NOT NULL, rows INTEGER NOT NULL,
    PRIMARY KEY (evidence, frame)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE series (
    evidence INTEGER NOT NULL, frame INTEGER NOT NULL, col INTEGER NOT NULL, metric TEXT NOT NULL, source_name TEXT NOT NULL, labels TEXT NOT NULL,
    points INTEGER NOT NULL, min REAL, max REAL, first REAL, last REAL, t_first INTEGER, t_last INTEGER,
    PRIMARY KEY (evidence, frame, col)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX series_by_metric ON series (metric, evidence, frame, col);
  CREATE TABLE chunk (
    evidence INTEGER NOT NULL, frame INTEGER NOT NULL, seq INTEGER NOT NULL, rows INTEGER NOT NULL, origin_ns INTEGER NOT NULL,
    t_min INTEGER NOT NULL, t_max INTEGER NOT NULL, sorted INTEGER NOT NULL, coarse_edges BLOB, edges BLOB,
    t BLOB NOT NULL, position BLOB NOT NULL,
    PRIMARY KEY (evidence, frame, seq)
  ) STRICT;
  CREATE TABLE chunk_column (
    evidence INTEGER NOT NULL, frame INTEGER NOT NULL, seq INTEGER NOT NULL, col INTEGER NOT NULL, coarse BLOB, pyramid BLOB,
    data BLOB NOT NULL,
    PRIMARY KEY (evidence, frame, seq, col)
  ) STRICT;
  `,
  `
  CREATE TABLE table_chunk (
    evidence INTEGER NOT NULL, name TEXT NOT NULL, seq INTEGER NOT NULL, rows INTEGER NOT NULL, from_ns REAL NOT NULL, to_ns REAL NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (evidence, name, seq)
  ) STRICT;
  `,
];
