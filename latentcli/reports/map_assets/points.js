// The points: names, places within [-1, 1], weights, and the order in which they matter.

function numbers(packed) {
  const text = atob(packed.data);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  const kinds = { Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array };
  return new kinds[packed.type](bytes.buffer);
}

function readPoints(given) {
  const n = given.names.length;
  const place = placed(numbers(given.positions), n, given.dims);
  const weights = given.weights && numbers(given.weights);
  const heat = weights && logarithms(weights);
  return {
    n,
    old: n - given.new, // those from here on were placed on the map, and have no weight to tell
    place,
    weights,
    heat,
    kind: given.kind,
    names: given.names,
    solid: given.dims === 3,
    sizes: sizes(given.kind, weights, heat, n),
    order: byWeight(weights, n),
  };
}

// x, y, z of each, moved and scaled so that all lie within [-1, 1]; within the unit ball if they
// can be turned.
function placed(raw, n, dims) {
  const low = [0, 0, 0], high = [0, 0, 0];
  for (let d = 0; d < dims; d++) {
    let least = Infinity, most = -Infinity;
    for (let i = d; i < raw.length; i += dims) {
      if (raw[i] < least) least = raw[i];
      if (raw[i] > most) most = raw[i];
    }
    if (n) [low[d], high[d]] = [least, most];
  }
  const middle = low.map((least, d) => (least + high[d]) / 2);
  let reach = 0;
  for (let i = 0; i < n; i++) {
    const away = middle.map((m, d) => (d < dims ? raw[i * dims + d] - m : 0));
    reach = Math.max(reach, dims === 3 ? Math.hypot(...away) : Math.max(...away.map(Math.abs)));
  }
  const place = new Float32Array(3 * n);
  for (let i = 0; i < n; i++) {
    for (let d = 0; d < dims; d++) {
      place[3 * i + d] = (raw[i * dims + d] - middle[d]) / (reach || 1);
    }
  }
  return place;
}

// Logarithms of the weights, from 0 for the least (above 0) to 1 for the most.
function logarithms(weights) {
  const [least, most] = ends(weights);
  const range = Math.log(most / least) || 1;
  return Float32Array.from(weights, (weight) => Math.log(Math.max(weight, least) / least) / range);
}

// The least weight above 0, and the most.
function ends(weights) {
  let least = Infinity, most = 0;
  for (const weight of weights) {
    if (weight > 0 && weight < least) least = weight;
    if (weight > most) most = weight;
  }
  return most > 0 ? [least, most] : [1, 1];
}

// Radii, 1 for a middling point. Words differ by powers of ten, and so grow with the logarithm;
// of all else the area grows with the weight.
function sizes(kind, weights, heat, n) {
  if (!weights) return new Float32Array(n).fill(1);
  if (kind === "words") return heat.map((t) => 0.8 + 1.7 * t * t);
  const middle = Float64Array.from(weights).sort()[n >> 1] || 1;
  return Float32Array.from(weights, (w) => Math.min(2.4, Math.max(0.7, Math.sqrt(w / middle))));
}

function byWeight(weights, n) {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  return weights ? order.sort((a, b) => weights[b] - weights[a] || a - b) : order;
}
