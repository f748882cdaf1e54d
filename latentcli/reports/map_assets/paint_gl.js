// Points drawn by WebGL 2: one call, a round sprite for each.

const VERTEX = `#version 300 es
in vec3 place; in vec4 colour; in float size;
uniform mat3 turn; uniform float recede; uniform vec2 centre; uniform vec2 scale;
uniform float radius; uniform float fade;
out vec4 tint; out float edge;
void main() {
  vec3 p = turn * place;
  float near = 1.0 / (1.0 - recede * p.z);
  gl_Position = vec4((p.xy * near - centre) * scale, 0.0, 1.0);
  edge = radius * size * near;
  gl_PointSize = 2.0 * edge + 2.0;
  tint = vec4(colour.rgb, colour.a * (1.0 - fade * (1.0 - p.z)));
}`;
const FRAGMENT = `#version 300 es
precision highp float;
in vec4 tint; in float edge;
out vec4 painted;
void main() {
  float away = length(gl_PointCoord - 0.5) * (2.0 * edge + 2.0);
  float alpha = tint.a * clamp(edge + 0.5 - away, 0.0, 1.0);
  painted = vec4(tint.rgb * alpha, alpha);
}`;

// The names of what draws without a graphics processor.
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

function inSoftware(gl) {
  const named = gl.getExtension("WEBGL_debug_renderer_info");
  return SOFTWARE.test(gl.getParameter(named?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
}

class GlPainter {
  // Return a painter, or null where the browser has no WebGL 2 or would run it in software.
  static on(canvas, points) {
    const gl = canvas.getContext("webgl2", { antialias: false, depth: false });
    return gl && !inSoftware(gl) ? new GlPainter(gl, points) : null;
  }

  constructor(gl, points) {
    this.gl = gl;
    this.solid = points.solid;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    this.uniform = (name) => gl.getUniformLocation(program, name);
    this.buffers = {
      place: this.attribute(program, "place", 3, gl.FLOAT, false),
      colour: this.attribute(program, "colour", 4, gl.UNSIGNED_BYTE, true),
      size: this.attribute(program, "size", 1, gl.FLOAT, false),
    };
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    this.give("place", points.place);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  attribute(program, name, length, type, normalised) {
    const gl = this.gl, buffer = gl.createBuffer(), at = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, length, type, normalised, 0, 0);
    return buffer;
  }

  give(name, values) {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffers[name]);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, values, this.gl.DYNAMIC_DRAW);
  }

  // Take colours (4 bytes a point), radii and the order to draw in.
  dress(look) {
    this.give("colour", look.colours);
    this.give("size", look.sizes);
    this.arrange(look.order);
  }

  arrange(order) {
    this.n = order.length;
    this.gl.bufferData(this.gl.ELEMENT_ARRAY_BUFFER, order, this.gl.DYNAMIC_DRAW);
  }

  draw(camera, radius, ratio) {
    const gl = this.gl;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniformMatrix3fv(this.uniform("turn"), true, camera.turn);
    gl.uniform1f(this.uniform("recede"), this.solid ? RECEDE : 0);
    gl.uniform1f(this.uniform("fade"), this.solid ? FADE : 0);
    gl.uniform2f(this.uniform("centre"), camera.cx, camera.cy);
    const { scale, width, height } = camera;
    gl.uniform2f(this.uniform("scale"), (2 * scale) / width, (2 * scale) / height);
    gl.uniform1f(this.uniform("radius"), radius * ratio);
    gl.drawElements(gl.POINTS, this.n, gl.UNSIGNED_INT, 0);
  }
}
