// The search box: which names hold what is typed, and the list of them.

const LISTED = 40;

// So that case and the two small sigmas make no difference.
function folded(text) {
  return text.normalize("NFKC").toUpperCase().toLowerCase().replaceAll("ς", "σ");
}

// The points whose names begin with the text, then those that hold it: each heaviest first, and
// before them the name that is the text.
function matches(points, keys, text) {
  const same = [], begin = [], hold = [];
  for (const i of points.order) {
    const at = keys[i].indexOf(text);
    if (at < 0) continue;
    if (at > 0) hold.push(i);
    else if (keys[i] === text) same.push(i);
    else begin.push(i);
  }
  return [...same, ...begin, ...hold];
}

class Search {
  // ``changed`` is called with the points found, or null; ``chosen`` with the one to fly to.
  constructor(points, elements, changed, chosen) {
    Object.assign(this, { points, changed, chosen, ...elements });
    this.found = null;
    this.active = -1;
    this.box.addEventListener("input", () => this.look());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // focus stays
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.take([...this.list.children].indexOf(option));
    });
  }

  look() {
    const text = folded(this.box.value.trim());
    this.keys ??= this.points.names.map(folded);
    this.found = text ? matches(this.points, this.keys, text) : null;
    this.show();
    this.changed(this.found);
  }

  show() {
    const found = this.found ?? [];
    this.active = -1;
    this.box.removeAttribute("aria-activedescendant");
    this.box.setAttribute("aria-expanded", String(found.length > 0));
    this.list.replaceChildren(...found.slice(0, LISTED).map((i, k) => this.option(i, k)));
    this.status.textContent = this.found ? this.summary(found.length) : "";
  }

  summary(n) {
    if (!n) return "nothing found";
    return n > LISTED ? `${counted(n)} found, the first ${LISTED}:` : `${counted(n)} found`;
  }

  option(i, k) {
    const option = element("li", this.points.names[i]);
    option.id = `found-${k}`;
    option.setAttribute("role", "option");
    if (this.points.weights && i < this.points.old) option.append(element("span", counted(this.points.weights[i])));
    return option;
  }

  key(event) {
    const n = this.list.children.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && n) this.activate((this.active + step + n + (this.active < 0 && step < 0)) % n);
    else if (event.key === "Enter" && n) this.take(Math.max(0, this.active));
    else if (event.key === "Escape") this.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  activate(k) {
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = k;
    const option = this.list.children[k];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", option.id);
  }

  take(k) {
    this.activate(k);
    this.chosen(this.found[k]);
    if (getComputedStyle(this.list).position === "absolute") this.box.blur(); // it lies on the map
  }

  clear() {
    const had = this.box.value !== "";
    this.box.value = "";
    if (had) this.look();
    else this.box.blur();
  }
}

// An element with a text, which is never read as HTML.
function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function counted(value) {
  return value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 });
}
