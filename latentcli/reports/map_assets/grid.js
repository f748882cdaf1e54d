// The nearest point to a place of the plane, by a uniform grid.

class Grid {
  constructor(xs, ys) {
    const n = xs.length;
    this.xs = xs;
    this.ys = ys;
    this.side = Math.max(1, Math.ceil(Math.sqrt(n)));
    let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      left = Math.min(left, xs[i]);
      right = Math.max(right, xs[i]);
      low = Math.min(low, ys[i]);
      high = Math.max(high, ys[i]);
    }
    [this.left, this.low] = [left, low];
    this.cell = Math.max(right - left, high - low, 1e-9) / this.side;
    this.fill();
  }

  // The points of cell c are items[starts[c]] up to items[starts[c + 1]]: a counting sort.
  fill() {
    const cells = Uint32Array.from(this.xs, (x, i) => this.cellOf(x, this.ys[i]));
    this.starts = new Uint32Array(this.side * this.side + 1);
    for (const cell of cells) this.starts[cell + 1]++;
    for (let c = 1; c < this.starts.length; c++) this.starts[c] += this.starts[c - 1];
    const next = this.starts.slice();
    this.items = new Uint32Array(cells.length);
    cells.forEach((cell, i) => (this.items[next[cell]++] = i));
  }

  column(x) {
    return Math.min(this.side - 1, Math.max(0, Math.floor((x - this.left) / this.cell)));
  }

  row(y) {
    return Math.min(this.side - 1, Math.max(0, Math.floor((y - this.low) / this.cell)));
  }

  cellOf(x, y) {
    return this.row(y) * this.side + this.column(x);
  }

  // The nearest accepted point within a distance, or -1.
  nearest(x, y, reach, accepts) {
    let best = -1, bound = reach * reach;
    const right = this.column(x + reach), top = this.row(y + reach);
    for (let row = this.row(y - reach); row <= top; row++) {
      for (let column = this.column(x - reach); column <= right; column++) {
        const cell = row * this.side + column;
        for (let k = this.starts[cell]; k < this.starts[cell + 1]; k++) {
          const i = this.items[k];
          const away = (this.xs[i] - x) ** 2 + (this.ys[i] - y) ** 2;
          if (away <= bound && accepts(i)) [best, bound] = [i, away];
        }
      }
    }
    return best;
  }
}
