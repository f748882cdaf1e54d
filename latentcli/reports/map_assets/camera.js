// The camera: how the points are turned into a plane, and which part of the plane is on the screen.

const RECEDE = 0.25; // perspective: what lies 1 nearer is larger by 1 / (1 - RECEDE)
const MARGIN = 44; // pixels around the whole map
const FADE = 0.3; // how much paler what lies 1 farther is
const OUT = 0.5, IN = 4000; // zoom, of the whole map's

class Camera {
  constructor(points) {
    this.points = points;
    this.width = this.height = 1;
    this.turn = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    this.x = new Float32Array(points.n);
    this.y = new Float32Array(points.n);
    this.depth = new Float32Array(points.n);
    this.turned = 0; // how often
    this.project();
    this.extent = extent(this.x, this.y, points.solid);
    this.cx = this.cy = 0; // the plane's point in the middle of the screen
    this.scale = 1; // pixels for a unit of the plane
  }

  // Where the points fall on the plane.
  project() {
    const { place, n } = this.points;
    for (let i = 0, j = 0; i < n; i++, j += 3) {
      [this.x[i], this.y[i], this.depth[i]] = this.onPlane(place[j], place[j + 1], place[j + 2]);
    }
    this.turned++;
  }

  onPlane(x, y, z) {
    if (!this.points.solid) return [x, y, 0];
    const t = this.turn;
    const depth = t[6] * x + t[7] * y + t[8] * z;
    const near = 1 / (1 - RECEDE * depth);
    return [
      (t[0] * x + t[1] * y + t[2] * z) * near,
      (t[3] * x + t[4] * y + t[5] * z) * near,
      depth,
    ];
  }

  screenX(x) {
    return this.width / 2 + (x - this.cx) * this.scale;
  }

  screenY(y) {
    return this.height / 2 - (y - this.cy) * this.scale;
  }

  // The scale at which the whole map is on the screen.
  whole() {
    const wide = Math.max(40, this.width - 2 * MARGIN), high = Math.max(40, this.height - 2 * MARGIN);
    return Math.min(wide / this.extent.wide, high / this.extent.high);
  }

  zoom() {
    return this.scale / this.whole();
  }

  // Take another size of the screen; the middle and the zoom stay.
  resize(width, height) {
    const zoom = this.ready ? this.zoom() : 1;
    [this.width, this.height] = [width, height];
    if (!this.ready) [this.cx, this.cy] = [this.extent.x, this.extent.y];
    this.scale = this.whole() * zoom;
    this.ready = true;
  }

  pan(dx, dy) {
    this.cx -= dx / this.scale;
    this.cy += dy / this.scale;
  }

  // Zoom so that what is at a place of the screen stays there.
  zoomAt(x, y, factor) {
    const scale = Math.min(IN, Math.max(OUT, this.zoom() * factor)) * this.whole();
    const dx = x - this.width / 2, dy = y - this.height / 2;
    this.cx += dx / this.scale - dx / scale;
    this.cy -= dy / this.scale - dy / scale;
    this.scale = scale;
  }

  // Turn by angles: to the right, and downwards.
  rotate(right, down) {
    const [c, s, d, e] = [Math.cos(right), Math.sin(right), Math.cos(down), Math.sin(down)];
    const by = [c, 0, s, s * e, d, -c * e, -s * d, e, c * d];
    const old = this.turn;
    this.turn = old.map((_, k) => {
      const row = 3 * Math.floor(k / 3), column = k % 3;
      return by[row] * old[column] + by[row + 1] * old[3 + column] + by[row + 2] * old[6 + column];
    });
    this.project();
  }

  // Return a path to a place and zoom, as a function of the time in [0, 1]: van Wijk and Nuij
  // (2003), "Smooth and efficient zooming and panning", which zooms out where the way is long.
  path(x, y, zoom) {
    const start = { x: this.cx, y: this.cy, w: this.width / this.scale };
    const w1 = this.width / (zoom * this.whole());
    const dx = x - start.x, dy = y - start.y, way = Math.hypot(dx, dy);
    const go = (u, w) => {
      [this.cx, this.cy] = [start.x + u * dx, start.y + u * dy];
      this.scale = this.width / w;
    };
    if (way * this.scale < 1) return (t) => go(t, start.w * (w1 / start.w) ** t);
    const b = (w, sign) => (w1 * w1 - start.w * start.w + sign * 4 * way * way) / (4 * w * way);
    const r0 = -Math.asinh(b(start.w, 1)), r1 = -Math.asinh(b(w1, -1));
    return (t) => {
      if (t >= 1) return go(1, w1);
      const r = r0 + t * (r1 - r0);
      const u = (start.w / (2 * way)) * (Math.cosh(r0) * Math.tanh(r) - Math.sinh(r0));
      return go(u, (start.w * Math.cosh(r0)) / Math.cosh(r));
    };
  }
}

function extent(xs, ys, solid) {
  if (solid) return { x: 0, y: 0, wide: 2, high: 2 };
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < xs.length; i++) {
    left = Math.min(left, xs[i]);
    right = Math.max(right, xs[i]);
    low = Math.min(low, ys[i]);
    high = Math.max(high, ys[i]);
  }
  if (!xs.length) [left, right, low, high] = [0, 0, 0, 0];
  return {
    x: (left + right) / 2,
    y: (low + high) / 2,
    wide: right - left || 1,
    high: high - low || 1,
  };
}
