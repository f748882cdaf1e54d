// Mouse, touch and keys on the map.

const CLICK = 4; // pixels that a click may slip
const KEY_PAN = 60, KEY_ZOOM = 1.4, KEY_TURN = 0.12;

// ``map`` has pan, zoomAt, rotate, reset, hover, leave and choose; ``turns(event)`` says whether
// dragging turns.
function listen(stage, map, turns) {
  const down = new Map(); // pointers, by id: where each is
  let slipped = 0;
  const at = (event) => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    stage.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
    slipped = down.size > 1 ? Infinity : 0;
    map.still();
  });
  stage.addEventListener("pointermove", (event) => {
    const now = at(event), before = down.get(event.pointerId);
    if (!before) return map.hover(...now, event.pointerType === "touch");
    const others = [...down].filter(([id]) => id !== event.pointerId);
    down.set(event.pointerId, now);
    const dx = now[0] - before[0], dy = now[1] - before[1];
    slipped += Math.hypot(dx, dy);
    if (others.length) pinch(map, before, now, others[0][1]);
    else if (slipped > CLICK) turns(event) ? map.rotate(dx / 200, dy / 200) : map.pan(dx, dy);
  });
  const up = (event) => {
    if (down.delete(event.pointerId) && slipped <= CLICK && event.type === "pointerup") {
      map.choose(...at(event), event.pointerType === "touch");
    }
  };
  stage.addEventListener("pointerup", up);
  stage.addEventListener("pointercancel", up);
  stage.addEventListener("pointerleave", () => map.leave());
  stage.addEventListener("dblclick", () => map.reset());
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const unit = [1, 24, 400][event.deltaMode] * (event.ctrlKey ? 6 : 1);
    const amount = Math.max(-240, Math.min(240, event.deltaY * unit));
    map.still();
    map.zoomAt(...at(event), Math.exp(-amount / 500));
  }, { passive: false });
}

// One finger moves while another rests: zoom around their middle, and move with it.
function pinch(map, before, now, rest) {
  const apart = (a) => Math.max(20, Math.hypot(a[0] - rest[0], a[1] - rest[1]));
  map.zoomAt((now[0] + rest[0]) / 2, (now[1] + rest[1]) / 2, apart(now) / apart(before));
  map.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
}

function listenToKeys(map, search) {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const [x, y] = arrow[event.key] ?? [0, 0];
    if (event.key === "/") search.focus();
    else if (x || y) event.shiftKey ? map.rotate(-x * KEY_TURN, -y * KEY_TURN) : map.pan(x * KEY_PAN, y * KEY_PAN);
    else if (event.key === "+" || event.key === "=") map.zoom(KEY_ZOOM);
    else if (event.key === "-") map.zoom(1 / KEY_ZOOM);
    else if (event.key === "0") map.reset();
    else if (event.key === "Escape") map.clear();
    else return;
    event.preventDefault();
  });
}
