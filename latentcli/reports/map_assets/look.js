// What each point looks like: its colour, its radius, and when it is drawn.

const DIM = 26, FOUND = 1.5; // of 255; times the radius

class Look {
  constructor(points) {
    this.points = points;
    this.colours = new Uint8Array(4 * points.n);
    this.sizes = new Float32Array(points.n);
    this.order = new Uint32Array(points.n);
    this.lit = new Uint8Array(points.n);
    this.shuffled = shuffled(points.n);
    this.filtered = false;
  }

  // Colour by a colouring. Lit are the points of the chosen groups (of all, where none is chosen)
  // that are among those found (a byte for each point; null where nothing is sought).
  dress(colouring, chosen, found, scheme) {
    const { n, heat, sizes } = this.points;
    this.filtered = Boolean(chosen.size || found);
    const table =
      colouring.groups?.map((group, g) => groupColour(group, scheme, chosen.has(g))) ?? ramp(scheme);
    const plain = channels(CATEGORIES[scheme][0]);
    const alpha = Math.round(255 * (n > 20000 ? 0.62 : n > 3000 ? 0.72 : 0.85));
    for (let i = 0; i < n; i++) {
      const group = colouring.of ? colouring.of[i] : Math.round(255 * heat[i]);
      const lit = (!chosen.size || chosen.has(group)) && (!found || found[i] === 1);
      this.lit[i] = lit ? 1 : 0;
      const colour = lit ? table[group] ?? plain : GREY[scheme];
      this.colours.set(colour, 4 * i);
      this.colours[4 * i + 3] = lit ? (this.filtered ? 230 : alpha) : DIM;
      this.sizes[i] = sizes[i] * (lit && found ? FOUND : 1);
    }
    this.sort(null);
  }

  // Draw what is dimmed first; then, from back to front where points have a depth, or else in a
  // mixed order, so that no category hides another by coming later.
  sort(depth) {
    const base = depth ? byDepth(depth) : this.shuffled;
    let at = 0;
    for (const lit of this.filtered ? [0, 1] : [1]) {
      for (const i of base) if (this.lit[i] === lit) this.order[at++] = i;
    }
  }
}

// Places 0 to n - 1 in an order that is mixed, and always the same.
function shuffled(n) {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  let state = 1;
  for (let i = n - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

// Counting sort by depth, in [-1, 1], into 1024 slices.
function byDepth(depth) {
  const slices = Uint16Array.from(depth, (d) => Math.min(1023, Math.max(0, (d + 1) * 512)));
  const starts = new Uint32Array(1025);
  for (const slice of slices) starts[slice + 1]++;
  for (let s = 1; s < 1025; s++) starts[s] += starts[s - 1];
  const order = new Uint32Array(depth.length);
  slices.forEach((slice, i) => (order[starts[slice]++] = i));
  return order;
}
