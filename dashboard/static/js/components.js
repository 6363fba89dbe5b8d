// Registers the components of board with Dash. A classic script, since Dash's renderer looks for globals. It stands in
// the head: the modules, which the server joins in one script, come beside Dash's own, and the session asks for its
// first data before there is anything to draw.
(function register() {
  "use strict";
  // What is laid out before they are there is laid out in fonts of the system, and then again.
  for (const family of ["Inter Variable", "JetBrains Mono Variable"]) document.fonts.load(`13px "${family}"`).catch(() => {});
  const address = document.currentScript.src;
  const modules = {
    need: null, // once they are there
    loading: import(new URL("../board.js", address).href).then(({ need }) => {
      modules.need = (file) => need(`static/js/${file}`);
      modules.need("session.js");
    }),
  };
  modules.loading.catch(() => {}); // the page says so
  const parsed = new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve)); // React is there then
  modules.loading.then(() => window.React ?? parsed).then(() => modules.need("grid/first_answer.js")).catch(() => {}); // cards ask later

  // A component of a module, which runs when it is first drawn. What fails in it is drawn by boundary.js in its place;
  // `what` is a key of its words.
  // Not by React.lazy: what Suspense held back, React shows no sooner than half a second after another.
  function lazily(file, what) {
    const Part = (props) => window.React.createElement(modules.need(file).default, props);
    return function Lazy(props) {
      const { createElement, useEffect, useReducer } = window.React;
      const [isLost, redraw] = useReducer((_, isLost) => isLost, null);
      useEffect(() => {
        if (!modules.need) modules.loading.then(() => redraw(false), () => redraw(true));
      }, []);
      if (modules.need) return createElement(modules.need("boundary.js").Boundary, { what }, createElement(Part, props));
      return isLost && what === "page" ? createElement(NotLoaded) : null;
    };
  }

  function NotLoaded() {
    return window.React.createElement("p", { role: "alert", className: "failure" }, "The page could not be loaded. Load it again.");
  }

  // Tells Dash the path, which the server answers with the page; that of the path in the layout is there.
  function PageAddress({ path, setProps }) {
    window.React.useEffect(() => {
      let told = path;
      const tell = () => {
        const { pathname } = window.location;
        if (pathname !== told) setProps({ path: (told = pathname) });
      };
      const events = ["popstate", "board-path"];
      for (const event of events) window.addEventListener(event, tell);
      tell();
      return () => events.forEach((event) => window.removeEventListener(event, tell));
    }, []);
    return null;
  }

  window.board_components = {
    CardLayout: lazily("controls/card_layout.js", "control"),
    CardGrid: lazily("card_grid.js", "page"),
    GraphView: lazily("graph_view.js", "page"),
    Delta: lazily("controls/delta.js", "control"),
    Export: lazily("controls/export.js", "control"),
    Groups: lazily("controls/groups.js", "control"),
    NewChart: lazily("controls/new_chart.js", "control"),
    PageAddress,
    PageFailure: lazily("page_failure.js", "page"),
    PanelEdge: lazily("panel_edge.js", "control"),
    ResetZoom: lazily("controls/reset_zoom.js", "control"),
    RunList: lazily("runs/panel.js", "runs"),
    Smoothing: lazily("controls/smoothing.js", "control"),
    StepRange: lazily("controls/step_range.js", "control"),
    TagFilter: lazily("controls/tag_filter.js", "control"),
    Toggle: lazily("controls/toggle.js", "control"),
    TopBar: lazily("top_bar.js", "bar"),
    XAxis: lazily("controls/x_axis.js", "control"),
  };
})();
