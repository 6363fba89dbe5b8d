// Model Explorer as graph_probe.js drives it. It draws on a canvas, so that what it shows is known from what its worker
// answers, and that it is shown from the first stroke after an answer; its layers are pressed where that lays them out.

window.modelExplorer = (() => {
  const GROUP = 1;
  const SHARE = 0.9; // of the canvas, that a fitted graph fills
  const LARGEST = 1.5; // pixels of a unit of the layout
  const LABEL = 13; // units below the top of a layer
  const FIT_MS = 300;
  const SELECT_MS = 100;

  let graph = null;
  let isDrawn = false;

  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (!data.modelGraph) return;
        graph = data.modelGraph;
        isDrawn = false;
      });
    }
  };
  for (const name of ["drawArrays", "drawElements", "drawArraysInstanced", "drawElementsInstanced"]) {
    const draw = WebGL2RenderingContext.prototype[name];
    WebGL2RenderingContext.prototype[name] = function (...given) {
      isDrawn = graph !== null;
      return draw.apply(this, given);
    };
  }

  const parent = (node) => graph.nodesById[node.nsParentId];
  const isShown = (node) => !parent(node) || (parent(node).expanded && isShown(parent(node)));

  const place = ({ x, y, globalX = 0, globalY = 0 }) => ({ x: globalX + x, y: globalY + y }); // those of its parent, and in it

  // Where the middle of a layer's label is, of a graph that fits its canvas.
  const point = (node, { left, top, width, height }) => {
    const roots = graph.rootNodes.map((root) => ({ ...place(root), root }));
    const least = { x: Math.min(...roots.map(({ x }) => x)), y: Math.min(...roots.map(({ y }) => y)) };
    const most = {
      x: Math.max(...roots.map(({ x, root }) => x + root.width)),
      y: Math.max(...roots.map(({ y, root }) => y + root.height)),
    };
    const scale = Math.min(LARGEST, (SHARE * width) / (most.x - least.x), (SHARE * height) / (most.y - least.y));
    const { x, y } = place(node);
    return {
      clientX: left + width / 2 + scale * (x + node.width / 2 - (least.x + most.x) / 2),
      clientY: top + height / 2 + scale * (y + LABEL - (least.y + most.y) / 2),
    };
  };

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  const fire = (node, ...types) => {
    const canvas = document.querySelector("canvas.main");
    const where = { ...point(node, canvas.getBoundingClientRect()), view: window, bubbles: true, cancelable: true };
    for (const type of types) canvas.dispatchEvent(new MouseEvent(type, where));
  };

  return {
    request: "/send_command",
    isDrawn: () => isDrawn,
    closed: () => graph.nodes.filter((node) => node.nodeType === GROUP && !node.expanded && isShown(node)).map(({ id }) => id),
    find: (id) => graph.nodesById[id],
    isOpen: (node) => isDrawn && node?.expanded,
    async prepare(node) {
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: " ", bubbles: true }));
      await pause(FIT_MS);
      fire(node, "mousemove", "mousedown", "mouseup");
      await pause(SELECT_MS);
    },
    press: (node) => fire(node, "dblclick"),
  };
})();
