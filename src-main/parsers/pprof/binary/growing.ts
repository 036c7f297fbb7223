/** Columns of numbers whose length is not known beforehand. They double; `done` gives a copy of just the right length. */
export class Uints {
  private data = new Uint32Array(1_024);
  length = 0;

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Uint32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }

  done(): Uint32Array {
    return this.data.slice(0, this.length);
  }
}

export class Floats {
  private data = new Float64Array(1_024);
  length = 0;

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Float64Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }

  /** Adds to a value that is there. */
  raise(index: number, by: number): void {
    this.data[index] = (this.data[index] as number) + by;
  }

  done(): Float64Array {
    return this.data.slice(0, this.length);
  }
}
