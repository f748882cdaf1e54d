// Colours of the points: of their categories, or of how heavy they are.

const WELL_TOLD = 20; // categories with a colour of their own
const INK = { light: [29, 35, 41], dark: [228, 231, 234] };
const GREY = { light: [150, 156, 162], dark: [112, 119, 126] };
// The first eight are told apart by the colour-blind, too (see test_map_page.py); the later ones
// fill the gaps between these as well as can be.
const CATEGORIES = {
  light: [
    "0846bf", "dd8b00", "257a7d", "a66dd9", "57dfdf", "c4450c", "e0ce00", "642e6e", "8c0000", "50b4fa",
    "5ac882", "5a64aa", "469664", "005a46", "f082d2", "462896", "a01e50", "008232", "468caa", "faa05a",
  ],
  dark: [
    "609fff", "ffae1b", "50ae85", "babcd9", "86ffff", "d24309", "ebf08c", "805de5", "be6ebe", "a0d296",
    "c88c32", "14fac8", "5a8c5a", "be96c8", "fa788c", "fad232", "00befa", "d2aa64", "96dcfa", "9664aa",
  ],
};
// From few to many: each step as much darker (lighter on dark ground) as the one before.
const SEQUENCE = {
  light: ["d9e2a0", "9dd08c", "55b894", "2a9a9c", "2b7797", "35538a", "3d2c6e", "2d0f4a"],
  dark: ["3d3a63", "41538a", "3a7196", "378f98", "49ad90", "7ec97f", "bfdf79", "fbf0a2"],
};

function channels(hex) {
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function css(colour) {
  return `rgb(${colour.join(" ")})`;
}

// A colouring is a name, groups of points, and which group each point is in; one without groups
// is of the weights.
function readColourings(given, points) {
  const found = given.colourings.map((each) => grouped(each.name, each.categories, numbers(each.codes)));
  if (points.weights) found.push({ name: given.weighed, groups: null, of: null });
  if (!found.length) found.push({ name: "none", groups: [], of: new Uint32Array(points.n) });
  return found;
}

// Each category is a group; the largest have colours, listed first, and the others are grey.
function grouped(name, categories, codes) {
  const counts = new Uint32Array(categories.length);
  for (const code of codes) counts[code]++;
  const named = [...categories.keys()].filter((c) => categories[c] !== "");
  const bySize =[...named].sort((a, b) => counts[b] - counts[a] || a - b);
  const own = new Set(bySize.slice(0, WELL_TOLD));
  const listed = [...named.filter((c) => own.has(c)), ...named.filter((c) => !own.has(c))];
  const none = categories.indexOf("");
  if (none >= 0) listed.push(none);
  const groups = listed.map((c, g) => ({
    name: categories[c] || "none", count: counts[c], colour: own.has(c) ? g : -1,
  }));
  const to = new Uint32Array(categories.length);
  listed.forEach((c, g) => (to[c] = g));
  return { name, groups, of: Uint32Array.from(codes, (code) => to[code]), categories, codes };
}

// A group without a colour of its own gets the ink where it is chosen.
function groupColour(group, scheme, chosen) {
  if (group.colour >= 0) return channels(CATEGORIES[scheme][group.colour]);
  return chosen ? INK[scheme] : GREY[scheme];
}

// 256 colours between those of the sequence.
function ramp(scheme) {
  const stops = SEQUENCE[scheme].map(channels);
  return Array.from({ length: 256 }, (_, k) => {
    const at = (k / 255) * (stops.length - 1), low = Math.min(stops.length - 2, Math.floor(at));
    return stops[low].map((c, d) => Math.round(c + (at - low) * (stops[low + 1][d] - c)));
  });
}
