// The page: the parts put together, and a frame drawn whenever something has changed.

const BUDGET = 5, FIRST = 80; // milliseconds a frame for labels; for those of the first
const REACH = 14, FINGER = 26; // pixels around the mouse, or a finger, within which a point is meant
const FLIGHT = 700; // milliseconds

const $ = (id) => document.getElementById(id);
const darkness = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

class MapPage {
  constructor(given) {
    this.points = readPoints(given);
    this.unit = given.unit;
    this.colourings = readColourings(given, this.points);
    this.colouring = this.colourings[0];
    this.camera = new Camera(this.points);
    this.look = new Look(this.points);
    this.labels = new Labels($("labels").getContext("2d"), this.points, this.camera);
    this.legend = new Legend($("legend"), () => this.dress());
    this.hovered = this.selected = -1;
    this.drawn = [];
    this.found = null;
    this.search = new Search(
      this.points,
      { box: $("search"), list: $("found"), status: $("status") },
      (found) => this.seek(found),
      (i) => this.flyTo(i),
    );
    this.turning = this.points.solid;
    this.choosePainter(true);
    this.controls();
    this.measure();
    this.recolour(0);
    new ResizeObserver(() => this.measure() && this.frame(BUDGET)).observe($("stage"));
    darkness.addEventListener("change", () => this.repaint());
    this.frame(FIRST);
  }

  // A canvas that has given one kind of context gives no other: each painter has its own.
  choosePainter(webgl) {
    const canvas = element("canvas", "");
    canvas.id = "points";
    $("points").replaceWith(canvas);
    const painter = webgl && GlPainter.on(canvas, this.points);
    if (webgl && !painter) return this.choosePainter(false);
    this.painter = painter || new ImagePainter(canvas, this.points, () => this.ground());
    canvas.addEventListener("webglcontextlost", () => {
      this.choosePainter(false);
      this.measure();
      this.dress();
    });
  }

  controls() {
    const select = $("colour");
    for (const { name } of this.colourings) select.append(element("option", name));
    select.addEventListener("change", () => this.recolour(select.selectedIndex));
    $("nearer").addEventListener("click", () => this.zoom(1.6));
    $("farther").addEventListener("click", () => this.zoom(1 / 1.6));
    $("whole").addEventListener("click", () => this.reset());
    $("turn").hidden = !this.points.solid;
    $("turn").addEventListener("click", () => this.mode(!this.turning));
    this.mode(this.turning);
    const turns = (event) => this.points.solid && event.shiftKey !== this.turning;
    listen($("stage"), this, turns);
    listenToKeys(this, $("search"));
  }

  mode(turning) {
    this.turning = turning;
    $("turn").setAttribute("aria-pressed", String(turning));
  }

  scheme() {
    return darkness.matches ? "dark" : "light";
  }

  paper() {
    return getComputedStyle(document.documentElement).getPropertyValue("--paper").trim();
  }

  ground() {
    return channels(this.paper().slice(1));
  }

  // --- what is shown

  recolour(k) {
    this.colouring = this.colourings[k];
    this.legend.show(this.colouring, this.points, this.scheme());
    this.labels.setRegions(regionsOf(this.colouring, this.points));
    this.dress();
  }

  repaint() {
    this.legend.paint(this.colouring, this.points, this.scheme());
    this.dress();
  }

  seek(found) {
    this.found = null;
    if (found) {
      this.found = new Uint8Array(this.points.n);
      for (const i of found) this.found[i] = 1;
    } else {
      this.selected = -1;
    }
    this.dress();
  }

  dress() {
    this.look.dress(this.colouring, this.legend.chosen, this.found, this.scheme());
    this.sorted = this.points.solid ? -1 : 0;
    this.painter.dress(this.look);
    this.ask();
  }

  // Fit the canvases to the stage; tell whether they were of another size.
  measure() {
    const { clientWidth: width, clientHeight: height } = $("stage");
    const ratio = Math.min(devicePixelRatio, this.painter instanceof ImagePainter ? 1 : 2);
    this.ratios = { points: ratio, labels: devicePixelRatio };
    let changed = false;
    for (const [id, by] of Object.entries(this.ratios)) {
      const canvas = $(id), size = [Math.round(width * by), Math.round(height * by)];
      if (canvas.width === size[0] && canvas.height === size[1]) continue;
      [canvas.width, canvas.height] = size;
      changed = true;
    }
    if (changed) {
      this.camera.resize(width, height);
      this.labels.restart();
    }
    return changed;
  }

  // --- moving

  pan(dx, dy) {
    this.camera.pan(dx, dy);
    this.ask();
  }

  zoomAt(x, y, factor) {
    this.camera.zoomAt(x, y, factor);
    this.ask();
  }

  zoom(factor) {
    this.still();
    this.zoomAt(this.camera.width / 2, this.camera.height / 2, factor);
  }

  rotate(right, down) {
    if (!this.points.solid) return;
    this.camera.rotate(right, down);
    this.ask();
  }

  reset() {
    this.fly(this.camera.extent.x, this.camera.extent.y, 1);
  }

  // Back to all points, none chosen, and the whole map.
  clear() {
    this.selected = this.hovered = -1;
    this.legend.clear();
    this.search.clear();
    this.reset();
  }

  // Fly to a point and show it among its neighbours, found or not.
  flyTo(i) {
    this.selected = i;
    this.hovered = -1;
    this.found = null;
    if (!this.colouring.of || !this.legend.chosen.has(this.colouring.of[i])) this.legend.chosen.clear();
    this.legend.press();
    this.dress();
    const zoom = Math.max(this.camera.zoom(), Math.min(24, Math.sqrt(this.points.n) / 16));
    this.fly(this.camera.x[i], this.camera.y[i], Math.max(1, zoom));
  }

  fly(x, y, zoom) {
    const go = this.camera.path(x, y, zoom), start = performance.now();
    this.flight = (now) => {
      const t = calm.matches ? 1 : Math.min(1, Math.max(0, (now - start) / FLIGHT));
      go(t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) ** 2);
      if (t === 1) this.still();
    };
    this.ask();
  }

  still() {
    this.flight = null;
  }

  // --- pointing

  nearest(x, y, reach) {
    const camera = this.camera;
    if (this.gridOf !== camera.turned) {
      this.grid = new Grid(camera.x, camera.y);
      this.gridOf = camera.turned;
    }
    const px = camera.cx + (x - camera.width / 2) / camera.scale;
    const py = camera.cy - (y - camera.height / 2) / camera.scale;
    return this.grid.nearest(px, py, reach / camera.scale, (i) => this.look.lit[i] === 1);
  }

  hover(x, y, finger) {
    const found = finger ? -1 : this.nearest(x, y, REACH);
    if (found !== this.hovered) {
      this.hovered = found;
      this.ask();
    }
  }

  leave() {
    this.hovered = -1;
    this.ask();
  }

  choose(x, y, finger) {
    this.selected = this.nearest(x, y, finger ? FINGER : REACH);
    this.ask();
  }

  // --- drawing

  // Ask for a frame. Where nothing moves, labels that are not done get twice the time in the next.
  ask(budget = BUDGET) {
    this.budget = budget;
    this.asked ??= requestAnimationFrame((now) => {
      this.asked = null;
      this.flight?.(now);
      this.frame(this.budget);
      if (this.flight) this.ask();
      else if (!this.labels.done) this.ask(2 * this.budget);
    });
  }

  frame(budget) {
    const camera = this.camera;
    if (this.points.solid && this.sorted !== camera.turned) {
      this.look.sort(camera.depth);
      this.painter.arrange(this.look.order);
      this.sorted = camera.turned;
    }
    const radius = this.radius();
    this.painter.draw(camera, radius, this.ratios.points);
    this.labels.radius = radius;
    this.drawn = this.labels.shown(this.look.filtered ? this.look.lit : null, budget);
    const context = this.labels.context, style = getComputedStyle($("stage"));
    context.setTransform(this.ratios.labels, 0, 0, this.ratios.labels, 0, 0);
    context.clearRect(0, 0, camera.width, camera.height);
    this.labels.draw(this.drawn, style.color, this.paper());
    this.mark(context, style.color, radius);
  }

  // Pixels of a middling point: smaller the more there are, larger from near by.
  radius() {
    const room = (this.camera.width * this.camera.height * 0.08) / Math.max(1, this.points.n);
    const least = Math.min(5, Math.max(1.4, Math.sqrt(room / Math.PI)));
    return Math.min(Math.max(9, least), least * Math.max(1, this.camera.zoom()) ** 0.35);
  }

  // Ring the point that is meant, and say what it is.
  mark(context, ink, radius) {
    const i = this.hovered >= 0 ? this.hovered : this.selected;
    $("tip").hidden = i < 0;
    if (i < 0) return;
    const x = this.camera.screenX(this.camera.x[i]), y = this.camera.screenY(this.camera.y[i]);
    context.strokeStyle = ink;
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(x, y, radius * this.look.sizes[i] + 3, 0, 2 * Math.PI);
    context.stroke();
    this.tell(i, x, y);
  }

  tell(i, x, y) {
    const tip = $("tip");
    if (this.told !== i) {
      this.told = i;
      const facts = this.colourings.filter((each) => each.codes);
      const lines = facts.map((each) => [each.name, each.categories[each.codes[i]] || "none"]);
      if (this.points.weights && i < this.points.old) lines.push([this.unit, counted(this.points.weights[i])]);
      const list = element("dl", "");
      for (const [name, value] of lines) list.append(element("dt", name), element("dd", value));
      tip.replaceChildren(element("strong", this.points.names[i] || "(no name)"), list);
    }
    const { offsetWidth: width, offsetHeight: height } = tip;
    const left = Math.max(4, Math.min(this.camera.width - width - 4, x - 16));
    const top = y + 16 + height < this.camera.height ? y + 16 : y - 16 - height;
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    tip.classList.toggle("away", x < 0 || y < 0 || x > this.camera.width || y > this.camera.height);
  }
}

const page = new MapPage(JSON.parse($("given").textContent));

// What is shown now, for scripts and tests.
window.latentMap = Object.freeze({
  painter: () => (page.painter instanceof GlPainter ? "webgl" : "canvas"),
  labels: () => page.drawn.map(({ at, text }) => text ?? page.points.names[at]),
  where: (i) => {
    const box = $("stage").getBoundingClientRect(), { camera } = page;
    return [box.left + camera.screenX(camera.x[i]), box.top + camera.screenY(camera.y[i])];
  },
  zoom: () => page.camera.zoom(),
  lit: (i) => page.look.lit[i] === 1,
  settled: () => page.labels.done && !page.flight && !page.asked,
  pan: (dx, dy) => page.pan(dx, dy),
  draw: () => page.frame(BUDGET),
});
