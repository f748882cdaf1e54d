// Which names are shown, and where: the heaviest first, each where no other stands.
//
// On a plane a name has a level, the least zoom at which there is room beside all that are shown
// at lower ones, so that names only come when zooming in and only go when zooming out, and none
// moves or flickers in panning. Levels are found step by step, within a budget of time a frame.
// Where points are turned or filtered, there is one pass over what is in sight.

const STEPS = 2; // levels for each doubling of the zoom
const DEPTH = Math.ceil(STEPS * Math.log2(IN / OUT));
const AROUND_X = 12, AROUND_Y = 7; // pixels that a name keeps free around it
const LONGEST = 32; // characters of a name on the map
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

class Labels {
  constructor(context, points, camera) {
    [this.context, this.points, this.camera] = [context, points, camera];
    this.widths = new Float32Array(points.n);
    this.regions = [];
    this.radius = 2; // pixels of a middling point
    this.restart();
  }

  // Name regions of the map: [{text, place, count}].
  setRegions(regions) {
    this.regions = regions;
    this.context.font = this.font(14, true);
    for (const region of regions) region.width = this.context.measureText(region.text).width;
    this.restart();
  }

  // Forget all levels, as when the screen has another size.
  restart() {
    this.levels = Array.from({ length: DEPTH + 1 }, () => []); // the names that come at each
    this.waiting = null;
    this.level = -1; // the last whole one
    this.work = null;
  }

  // The names to show, [{at, x, y, width, size}] in pixels of the screen, after working
  // for some milliseconds; ``this.done`` says whether more time would bring others.
  shown(lit, budget) {
    const until = performance.now() + budget;
    if (lit || this.points.solid) return this.inSight(lit, until);
    const level = this.levelNow();
    while (this.level < level && this.advance(until));
    this.done = this.level >= level;
    const shown = [];
    for (let k = 0; k <= Math.min(level, this.level + 1); k++) {
      for (const at of this.levels[k]) {
        const label = this.here(at);
        if (this.visible(label)) shown.push(label);
      }
    }
    return shown;
  }

  levelNow() {
    const level = Math.floor(STEPS * Math.log2(this.camera.zoom() / OUT) + 1e-6);
    return Math.max(0, Math.min(DEPTH, level));
  }

  // Work on the next level; tell whether it is whole.
  advance(until) {
    const next = this.level + 1;
    this.work ??= this.begin(next);
    const { boxes, left, scale } = this.work, order = this.waiting;
    const place = (at, width) => this.afar(at, scale, width);
    let { k } = this.work;
    for (; k < order.length; k++) {
      if ((k & 31) === 0 && performance.now() > until) break;
      const at = order[k];
      if (!this.early(at, next) && this.room(boxes, at, place)) this.levels[next].push(at);
      else left.push(at);
    }
    this.work.k = k;
    if (k < order.length) return false;
    [this.waiting, this.work, this.level] = [left, null, next];
    return true;
  }

  begin(next) {
    this.waiting ??= [...this.regions.map((_, r) => -1 - r), ...this.points.order];
    const scale = this.camera.whole() * OUT * 2 ** (next / STEPS);
    const boxes = new Boxes();
    for (let k = 0; k < next; k++) {
      for (const at of this.levels[k]) boxes.add(this.afar(at, scale));
    }
    return { boxes, left: [], scale, k: 0 };
  }

  // Documents are known by their regions first, and by name from near by; new ones by name.
  early(at, level) {
    return at >= 0 && at < this.points.old && this.regions.length > 0 && this.points.kind === "documents" && level < 7;
  }

  // Whether there is room for a name among others; if so, it is taken.
  room(boxes, at, place) {
    if (at >= 0 && !this.widths[at]) {
      if (!boxes.free(place(at, 14))) return false;
      this.context.font = this.font(12, false);
      this.widths[at] = this.context.measureText(clipped(this.points.names[at])).width + 0.01;
    }
    const box = place(at);
    if (!boxes.free(box)) return false;
    boxes.add(box);
    return true;
  }

  // The box of a name on a plane of a scale, wherever the camera is.
  afar(at, scale, width) {
    const [x, y] = this.spot(at);
    return this.box(at, x * scale, -y * scale, width);
  }

  // The box of a name on the screen.
  here(at, width) {
    const [x, y] = this.spot(at);
    return this.box(at, this.camera.screenX(x), this.camera.screenY(y), width);
  }

  // Names of points are from 0 on, those of regions below.
  spot(at) {
    const { x, y } = this.camera;
    return at < 0 ? this.camera.onPlane(...this.regions[-1 - at].place) : [x[at], y[at]];
  }

  // A point's name stands beside it, a region's in its middle.
  box(at, x, y, width) {
    if (at < 0) {
      const { text, width: whole } = this.regions[-1 - at];
      return { at, x: x - whole / 2, y, width: whole, size: 14, text };
    }
    const size = this.size(at);
    const left = x + 3 + this.radius * this.points.sizes[at];
    return { at, x: left, y, width: (width ?? this.widths[at]) * (size / 12), size };
  }

  size(at) {
    const { heat, kind } = this.points;
    return heat && kind !== "documents" ? 11 + Math.round(4 * heat[at] ** 2) : 12;
  }

  font(size, bold) {
    return `${bold ? "600 " : ""}${size}px ${FONT}`;
  }

  visible(label) {
    const { width, height } = this.camera;
    return label.x < width && label.x + label.width > 0 && label.y > -12 && label.y < height + 12;
  }

  inSight(lit, until) {
    const boxes = new Boxes(), shown = [], { width, height } = this.camera;
    this.done = true;
    const place = (at, width) => this.here(at, width);
    const consider = (at) => {
      if (this.room(boxes, at, place) && this.visible(place(at))) shown.push(place(at));
    };
    if (!lit) this.regions.forEach((_, r) => consider(-1 - r));
    const level = this.levelNow();
    let tried = 0;
    for (const at of this.points.order) {
      if (lit ? !lit[at] : this.early(at, level)) continue;
      const x = this.camera.screenX(this.camera.x[at]), y = this.camera.screenY(this.camera.y[at]);
      if (x < -200 || y < -20 || x > width || y > height + 20) continue;
      consider(at);
      if (++tried % 32 === 0 && performance.now() > until) {
        this.done = false;
        break;
      }
    }
    return shown;
  }

  // Draw names with a rim of paper, so that they can be read on points.
  draw(labels, ink, paper) {
    const context = this.context;
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.strokeStyle = paper;
    context.fillStyle = ink;
    let font = "";
    for (const { at, x, y, size, text } of [...labels].sort((a, b) => a.size - b.size)) {
      const wanted = this.font(size, at < 0);
      if (wanted !== font) context.font = font = wanted;
      context.lineWidth = at < 0 ? 4 : 3;
      const shown = text ?? clipped(this.points.names[at]);
      context.strokeText(shown, x, y);
      context.fillText(shown, x, y);
    }
  }
}

function clipped(name) {
  const text = name.slice(0, 4 * LONGEST).replace(/\s+/g, " ");
  const characters = [...text];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join("")}…` : text;
}

// Boxes on a plane, kept in bins so that few have to be compared.
class Boxes {
  constructor() {
    this.bins = new Map();
  }

  free(label) {
    const box = edges(label);
    for (const key of keys(box)) {
      for (const other of this.bins.get(key) ?? []) {
        if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) {
          return false;
        }
      }
    }
    return true;
  }

  add(label) {
    const box = edges(label);
    for (const key of keys(box)) {
      const bin = this.bins.get(key);
      if (bin) bin.push(box);
      else this.bins.set(key, [box]);
    }
  }
}

function edges({ x, y, width, size }) {
  const half = size / 2 + AROUND_Y / 2;
  return [x - AROUND_X / 2, y - half, x + width + AROUND_X / 2, y + half];
}

function keys([left, top, right, low]) {
  const found = [];
  for (let row = Math.floor(top / 48); row <= Math.floor(low / 48); row++) {
    for (let column = Math.floor(left / 96); column <= Math.floor(right / 96); column++) {
      found.push(row * 2097152 + column);
    }
  }
  return found;
}

// Where to write a category's name: in the middle of its densest part.
function regionsOf(colouring, points) {
  if (!colouring.categories || points.kind !== "documents") return [];
  const { categories, codes } = colouring;
  if (categories.length > 60 || categories.every((name) => /^\d*$/.test(name))) return [];
  const regions = categories.map((text, c) => ({ text: clipped(text), code: c, count: 0 }));
  for (let i = 0; i < points.old; i++) regions[codes[i]].count++;
  return regions
    .filter((region) => region.text && region.count)
    .sort((a, b) => b.count - a.count || a.code - b.code)
    .map((region) => ({ ...region, place: densest(points.place, codes, region.code) }));
}

function densest(place, codes, wanted) {
  const cells = new Map();
  codes.forEach((code, i) => {
    if (code !== wanted) return;
    const at = [place[3 * i], place[3 * i + 1], place[3 * i + 2]];
    const key = at.reduce((sum, v) => sum * 64 + Math.floor((v + 1) * 10), 0);
    const cell = cells.get(key) ?? { n: 0, sum: [0, 0, 0] };
    cell.n++;
    at.forEach((v, d) => (cell.sum[d] += v));
    cells.set(key, cell);
  });
  const best = [...cells.values()].reduce((a, b) => (b.n > a.n ? b : a));
  return best.sum.map((v) => v / best.n);
}
