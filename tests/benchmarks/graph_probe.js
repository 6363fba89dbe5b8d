// What a page of a graph takes, seen from inside of it; times are those of performance.now. TensorBoard's drawing lies in
// shadow roots; how Model Explorer is driven is in model_explorer_probe.js.

window.probe = (() => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const POLL_MS = 4;
  const REST_MS = 150; // that the pointer of a hand is on a box before it presses
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const until = async (isDone, patience) => {
    const began = performance.now();
    while (!isDone()) {
      if (performance.now() - began > patience) return false;
      await pause(POLL_MS);
    }
    await frame();
    return true;
  };

  const all = (selector, root = document, found = []) => {
    found.push(...root.querySelectorAll(selector));
    for (const element of root.querySelectorAll("*")) if (element.shadowRoot) all(selector, element.shadowRoot, found);
    return found;
  };

  const fire = (element, type) => element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, composed: true }));

  const rest = async (element) => {
    for (const type of ["pointermove", "mouseover", "mousemove"]) fire(element, type);
    await pause(REST_MS);
  };

  const drivers = {
    ours: {
      request: "/data/graph?",
      isDrawn: () => document.querySelector(".graph-box"),
      closed: () => [...document.querySelectorAll('.graph-box[aria-expanded="false"]')].map((box) => box.dataset.id),
      find: (id) => document.querySelector(`.graph-box[data-id="${CSS.escape(id)}"]`),
      isOpen: (element) => element?.classList.contains("is-group"),
      press: (element) => fire(element, "dblclick"),
    },
    theirs: {
      request: "/plugin/graphs/graph?",
      isDrawn: () => all("g.node").length > 0,
      closed: () => all("g.node.meta:not(.expanded)").map((node) => node.dataset.name ?? node.__data__.node.name),
      find: (id) => all("g.node.meta").find((node) => (node.dataset.name ?? node.__data__.node.name) === id),
      isOpen: (element) => element?.classList.contains("expanded"),
      press: (element) => fire(element.querySelector(".buttoncontainer"), "click"),
    },
    get modelExplorer() {
      return window.modelExplorer;
    },
  };

  const toggle = async ({ find, isOpen, prepare, press }, id, wanted, patience) => {
    await (prepare ?? rest)(find(id));
    const began = performance.now();
    press(find(id));
    const isDone = await until(() => Boolean(isOpen(find(id))) === wanted, patience);
    return isDone ? performance.now() - began : NaN;
  };

  return {
    // From the request for the graph to the first picture of it; null if that takes too long.
    async opened(name, patience) {
      const { request, isDrawn } = drivers[name];
      if (!(await until(isDrawn, patience))) return null;
      const asked = performance.getEntriesByType("resource").find((entry) => entry.name.includes(request));
      return performance.now() - asked.startTime;
    },

    // The times in which modules open, of which most are closed again, so that others are found at each depth.
    async expand(name, count, patience) {
      const driver = drivers[name];
      const taken = [];
      for (let i = 0; i < count; i += 1) {
        const closed = driver.closed();
        if (closed.length === 0) break;
        const id = closed[(i * 7) % closed.length];
        taken.push(await toggle(driver, id, true, patience));
        await pause(300); // what moves comes to rest
        if (i % 4 !== 0 || i > 12) await toggle(driver, id, false, patience);
      }
      return taken.filter(Number.isFinite);
    },

    // What is done in each of several frames in which the drawing is dragged: from the frame's beginning to its picture.
    async pan(count) {
      const target = document.querySelector(".graph-svg");
      const { left, top } = target.getBoundingClientRect();
      const at = (type, i) =>
        target.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerId: 7, button: 0, clientX: left + 60 + 3 * (i % 60), clientY: top + 60 + 2 * (i % 60) }));
      target.setPointerCapture = () => {}; // there is no such pointer
      const taken = [];
      at("pointerdown", 0);
      for (let i = 1; i <= count; i += 1) {
        let began = 0;
        requestAnimationFrame(() => (began = performance.now()));
        at("pointermove", i);
        await frame();
        taken.push(performance.now() - began);
      }
      at("pointerup", count);
      return taken;
    },
  };
})();
