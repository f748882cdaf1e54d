// The legend: a button for each group of points, or the scale of the weights.

class Legend {
  // ``changed`` is called with the set of groups that are chosen, empty for all.
  constructor(place, changed) {
    this.place = place;
    this.changed = changed;
    this.chosen = new Set();
  }

  show(colouring, points, scheme) {
    this.chosen.clear();
    this.groups = colouring.groups;
    this.paint(colouring, points, scheme);
  }

  // Draw it anew, for other colours.
  paint(colouring, points, scheme) {
    if (!colouring.groups) return this.place.replaceChildren(scaleOf(points.weights, scheme));
    this.buttons = colouring.groups.map((group, g) => this.button(group, g, scheme));
    this.place.replaceChildren(...this.buttons);
    const first = colouring.groups.findIndex((group) => group.colour < 0 && group.name !== "none");
    if (first > 0) this.buttons[first].before(this.others(colouring.groups));
    this.press();
  }

  button(group, g, scheme) {
    const button = element("button", "");
    const swatch = element("i", "");
    swatch.style.background = css(groupColour(group, scheme));
    button.append(swatch, element("span", group.name), element("small", counted(group.count)));
    button.type = "button";
    button.title = group.name;
    button.addEventListener("click", () => this.toggle(g));
    return button;
  }

  others(groups) {
    const grey = groups.filter((group) => group.colour < 0);
    const count = grey.reduce((sum, group) => sum + group.count, 0);
    return element("h2", `other: ${counted(grey.length)} groups, ${counted(count)} in all`);
  }

  toggle(g) {
    if (!this.chosen.delete(g)) this.chosen.add(g);
    this.press();
    this.changed(this.chosen);
  }

  clear() {
    this.chosen.clear();
    this.press();
    this.changed(this.chosen);
  }

  press() {
    if (!this.groups) return;
    this.buttons.forEach((button, g) => {
      button.setAttribute("aria-pressed", String(this.chosen.has(g)));
      button.classList.toggle("dim", this.chosen.size > 0 && !this.chosen.has(g));
    });
  }
}

// A bar of the sequence with the powers of ten that it spans.
function scaleOf(weights, scheme) {
  const [least, most] = ends(weights);
  const scale = element("div", ""), bar = element("div", ""), ticks = element("div", "");
  scale.className = "scale";
  bar.className = "bar";
  ticks.className = "ticks";
  bar.style.background = `linear-gradient(to right, ${ramp(scheme).filter((_, k) => k % 15 === 0).map(css)})`;
  const range = Math.log(most / least);
  for (const value of decades(least, most)) {
    const tick = element("span", short(value));
    tick.style.left = `${range ? (100 * Math.log(value / least)) / range : 0}%`;
    ticks.append(tick);
  }
  scale.append(bar, ticks);
  return scale;
}

// Powers of ten within the range, at most five; its ends where it holds fewer than two.
function decades(least, most) {
  const first = Math.ceil(Math.log10(least) - 1e-9), last = Math.floor(Math.log10(most) + 1e-9);
  const step = Math.ceil((last - first + 1) / 5);
  const found = [];
  for (let e = first; e <= last; e += step) found.push(10 ** e);
  return found.length > 1 ? found : least < most ? [least, most] : [least];
}

function short(value) {
  const units = [[1e9, "bn"], [1e6, "m"], [1e3, "k"]];
  for (const [size, unit] of units) if (value >= size) return `${counted(value / size)}${unit}`;
  return counted(value);
}
