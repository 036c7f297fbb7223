/**
 * Reads the answer to a range query from its bytes, without making objects of a million samples:
 * `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{...},"values":[[1435781430.781,"1"],...]},...]}}`. It knows this shape and no other:
 * whatever is not quite so gives undefined, and the document is read as any JSON.
 *
 * @source Prometheus HTTP API v1, "Range queries"; RFC 8259
 */
import { isObject, type JsonValue, parseJson } from '../json/json-exact.ts';
import { parsePromValue } from './prom-line.ts';
import { histogramSeries, metricOf, type RangeSeries } from './range-series.ts';

const quote = 34;
const comma = 44;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;
const powersOfTen = Array.from({ length: 16 }, (_, i) => 10 ** i);
/** Below 2^53 whatever the digits are. */
const exactDigits = 15;

export interface Matrix {
  readonly series: readonly RangeSeries[];
  /** Elements of `result` without a sample. */
  readonly skipped: number;
}

/** Undefined where the bytes are not quite a matrix. O(bytes), and each sample takes 16 bytes. */
export function scanMatrix(bytes: Buffer, start: number, end: number): Matrix | undefined {
  return new MatrixScanner(bytes, start, end).read();
}

class MatrixScanner {
  private readonly bytes: Buffer;
  private readonly end: number;
  private at: number;
  private isMatrix = false;
  private series: RangeSeries[] | undefined;
  private skipped = 0;
  private times = new Float64Array(1_024);
  private values = new Float64Array(1_024);

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  read(): Matrix | undefined {
    const whole = this.fields((key) => this.topField(key));
    this.blanks();
    if (!whole || this.at < this.end || !this.isMatrix || !this.series) return undefined;
    return { series: this.series, skipped: this.skipped };
  }

  private topField(key: string): boolean {
    if (key === 'data') return this.fields((inner) => this.topField(inner));
    if (key === 'resultType') {
      this.isMatrix = this.string() === 'matrix';
      return this.isMatrix;
    }
    if (key !== 'result' || this.series) return this.value() !== undefined;
    const series: RangeSeries[] = [];
    this.series = series;
    return this.elements(() => this.element(series));
  }

  private element(series: RangeSeries[]): boolean {
    let metric: JsonValue | undefined;
    let histograms: JsonValue | undefined;
    let count = 0;
    const read = this.fields((key) => {
      if (key === 'values') {
        count = this.samples();
        return count >= 0;
      }
      const value = this.value();
      if (key === 'metric') metric = value;
      else if (key === 'histograms') histograms = value;
      return value !== undefined;
    });
    if (!read || !isObject(metric)) return false;
    const named = metricOf(metric);
    const before = series.length;
    if (count > 0) series.push({ ...named, times: this.times.slice(0, count), values: this.values.slice(0, count) });
    if (Array.isArray(histograms)) series.push(...histogramSeries(named, histograms));
    if (series.length === before) this.skipped++;
    return true;
  }

  /** `[[time,"value"],...]` into `times` and `values`; how many, or -1. */
  private samples(): number {
    let n = 0;
    const read = this.elements(() => {
      if (!this.eat(openBracket)) return false;
      this.blanks();
      const time = this.number();
      if (Number.isNaN(time) || !this.eat(comma) || !this.eat(quote)) return false;
      const value = this.quotedValue();
      if (value === undefined || !this.eat(closeBracket)) return false;
      if (n === this.times.length) this.grow();
      this.times[n] = time;
      this.values[n++] = value;
      return true;
    });
    return read ? n : -1;
  }

  private grow(): void {
    const larger = (a: Float64Array<ArrayBuffer>) => {
      const b = new Float64Array(a.length * 4);
      b.set(a);
      return b;
    };
    this.times = larger(this.times);
    this.values = larger(this.values);
  }

  /** The value of a sample up to its closing quote, which is taken. */
  private quotedValue(): number | undefined {
    const from = this.at;
    const plain = this.number();
    if (!Number.isNaN(plain) && this.bytes[this.at] === quote) {
      this.at++;
      return plain;
    }
    const close = this.bytes.indexOf(quote, from);
    if (close < 0 || close >= this.end || close - from > 64) return undefined;
    this.at = close + 1;
    return parsePromValue(this.bytes.toString('latin1', from, close));
  }

  /** A number without sign; with a sign, an exponent or more digits than a double holds, the slow way. NaN where none stands here. */
  private number(): number {
    const { bytes } = this;
    const from = this.at;
    let i = from;
    let mantissa = 0;
    let c = bytes[i] as number;
    while (c >= 48 && c <= 57) {
      mantissa = mantissa * 10 + (c - 48);
      c = bytes[++i] as number;
    }
    let digits = i - from;
    let fraction = 0;
    if (c === 46 && digits > 0) {
      c = bytes[++i] as number;
      while (c >= 48 && c <= 57) {
        mantissa = mantissa * 10 + (c - 48);
        fraction++;
        c = bytes[++i] as number;
      }
      digits += fraction;
    }
    const isPlain = digits > 0 && digits <= exactDigits && c !== 101 && c !== 69;
    if (isPlain) {
      this.at = i;
      return fraction === 0 ? mantissa : mantissa / (powersOfTen[fraction] as number);
    }
    while (isNumberByte(bytes[i])) i++;
    if (i === from || i - from > 64) return Number.NaN;
    const value = Number(bytes.toString('latin1', from, i));
    if (!Number.isNaN(value)) this.at = i;
    return value;
  }

  /** `{"key":value,...}`; `onField` has to take the value. */
  private fields(onField: (key: string) => boolean): boolean {
    if (!this.eat(openBrace)) return false;
    if (this.eat(closeBrace)) return true;
    do {
      const key = this.string();
      if (key === undefined || !this.eat(58) || !onField(key)) return false;
    } while (this.eat(comma));
    return this.eat(closeBrace);
  }

  private elements(onElement: () => boolean): boolean {
    if (!this.eat(openBracket)) return false;
    if (this.eat(closeBracket)) return true;
    do if (!onElement()) return false;
    while (this.eat(comma));
    return this.eat(closeBracket);
  }

  /** A string without escapes. */
  private string(): string | undefined {
    if (!this.eat(quote)) return undefined;
    const close = this.bytes.indexOf(quote, this.at);
    if (close < 0 || close >= this.end) return undefined;
    const text = this.bytes.toString('utf8', this.at, close);
    this.at = close + 1;
    return text.includes('\\') ? undefined : text;
  }

  /** Any value, through the JSON reader. */
  private value(): JsonValue | undefined {
    this.blanks();
    const from = this.at;
    let depth = 0;
    let inString = false;
    for (; this.at < this.end; this.at++) {
      const c = this.bytes[this.at];
      if (inString) {
        if (c === 92) this.at++;
        else if (c === quote) inString = false;
      } else if (c === quote) inString = true;
      else if (c === openBrace || c === openBracket) depth++;
      else if (depth === 0 && (c === comma || c === closeBrace || c === closeBracket)) break;
      else if (c === closeBrace || c === closeBracket) depth--;
    }
    return parseJson(this.bytes.toString('utf8', from, Math.min(this.at, this.end)));
  }

  private eat(byte: number): boolean {
    if (this.bytes[this.at] !== byte) {
      this.blanks();
      if (this.bytes[this.at] !== byte) return false;
    }
    if (this.at >= this.end) return false;
    this.at++;
    return true;
  }

  private blanks(): void {
    while (this.at < this.end && isBlank(this.bytes[this.at] as number)) this.at++;
  }
}

function isBlank(c: number): boolean {
  return c === 32 || c === 10 || c === 13 || c === 9;
}

/** Digits, sign, point, exponent. */
function isNumberByte(c: number | undefined): boolean {
  return c !== undefined && ((c >= 48 && c <= 57) || c === 43 || c === 45 || c === 46 || c === 69 || c === 101);
}
