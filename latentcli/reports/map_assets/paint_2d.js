// Points drawn without a graphics processor: the same discs, stamped into an image by hand, which
// takes a tenth of the time of 50,000 arcs on a canvas, and is faster than WebGL in software.

const PARTS = 8; // stamps for each pixel's width, of places and of radii
const WIDEST = 40; // pixels of a radius

class ImagePainter {
  constructor(canvas, points, paper) {
    this.context = canvas.getContext("2d", { alpha: false });
    this.canvas = canvas;
    this.solid = points.solid;
    this.paper = paper; // returns [red, green, blue]
    this.stamps = [];
  }

  dress(look) {
    this.look = look;
  }

  arrange(order) {
    this.look.order = order;
  }

  draw(camera, radius, ratio) {
    const { width, height } = this.canvas;
    if (!width || !height) return;
    if (this.image?.width !== width || this.image.height !== height) {
      this.image = this.context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    const [red, green, blue] = this.paper();
    this.pixels.fill(((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
    this.discs(camera, radius, ratio);
    this.context.putImageData(this.image, 0, 0);
  }

  discs(camera, radius, ratio) {
    const { width, height } = this.canvas, { order, sizes, colours } = this.look;
    const scale = camera.scale * ratio, xs = camera.x, ys = camera.y;
    const left = (camera.width / 2) * ratio - camera.cx * scale;
    const top = (camera.height / 2) * ratio + camera.cy * scale;
    for (const i of order) {
      const depth = camera.depth[i];
      const near = this.solid ? 1 / (1 - RECEDE * depth) : 1;
      const edge = Math.min(WIDEST, radius * sizes[i] * near * ratio);
      const x = left + xs[i] * scale, y = top - ys[i] * scale;
      if (x < -edge || y < -edge || x > width + edge || y > height + edge) continue;
      const alpha = colours[4 * i + 3] * (this.solid ? 1 - FADE * (1 - depth) : 1);
      const odd = colours[4 * i] | (colours[4 * i + 2] << 16), even = colours[4 * i + 1] << 8;
      this.press(x, y, edge, Math.round((alpha * 256) / 255), odd, even);
    }
  }

  // Blend a stamp in, red and blue in one multiplication.
  press(x, y, edge, alpha, odd, even) {
    const column = Math.floor(x), row = Math.floor(y), pixels = this.pixels;
    const { width, height } = this.canvas;
    const stamp = this.stamp(edge, Math.floor((x - column) * PARTS), Math.floor((y - row) * PARTS));
    const { reach, right, down, cover } = stamp, n = cover.length, middle = row * width + column;
    const inside = column >= reach && row >= reach && column < width - reach && row < height - reach;
    for (let k = 0; k < n; k++) {
      if (!inside) {
        const u = column + right[k], v = row + down[k];
        if (u < 0 || v < 0 || u >= width || v >= height) continue;
      }
      const at = middle + down[k] * width + right[k];
      const a = (cover[k] * alpha) >> 8, b = 256 - a, old = pixels[at];
      const mixed = (Math.imul(odd, a) + Math.imul(old & 0xff00ff, b)) >>> 8;
      const green = (Math.imul(even, a) + Math.imul(old & 0xff00, b)) >>> 8;
      pixels[at] = 0xff000000 | (mixed & 0xff00ff) | (green & 0xff00);
    }
  }

  stamp(edge, right, down) {
    const key = (Math.round(edge * PARTS) * PARTS + right) * PARTS + down;
    return (this.stamps[key] ??= disc(Math.round(edge * PARTS) / PARTS, right, down));
  }
}

// The pixels that a disc covers, and how much of each, of 256. Its middle lies at some part of the
// middle pixel, and pixels are counted from there: to the right, and down.
function disc(radius, part, partDown) {
  const reach = Math.ceil(radius + 0.5), found = [];
  for (let v = -reach; v <= reach; v++) {
    for (let u = -reach; u <= reach; u++) {
      const dx = u + 0.5 - (part + 0.5) / PARTS, dy = v + 0.5 - (partDown + 0.5) / PARTS;
      const inside = Math.min(1, radius + 0.5 - Math.hypot(dx, dy));
      if (inside > 0.01) found.push([u, v, Math.round(256 * inside)]);
    }
  }
  const [right, down, cover] = [0, 1, 2].map((at) => Int32Array.from(found, (pixel) => pixel[at]));
  return { reach, right, down, cover };
}
