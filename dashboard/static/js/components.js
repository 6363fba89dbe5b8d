// Registers the components of board with Dash. A classic script, since Dash's renderer looks for globals; each
// component is a native ES module, loaded when it is first drawn.
(function register() {
  "use strict";
  const { React } = window;
  const address = document.currentScript.src;
  const folder = address.slice(0, address.lastIndexOf("/") + 1);

  // What fails in a component is drawn by boundary.js in its place; what is a key of its words. A browser may remember
  // that a module failed, so each attempt has an address of its own.
  // Not by React.lazy: what Suspense held back, React shows no sooner than half a second after another.
  function lazily(file, what) {
    const load = (attempt) => import(`${folder}${file}${attempt ? `?attempt=${attempt}` : ""}`);
    let Component = null;
    return function Lazy(props) {
      const [, redraw] = React.useReducer((count) => count + 1, 0);
      React.useEffect(() => {
        if (Component) return;
        import(`${folder}boundary.js`)
          .then(({ guard }) => (Component ??= guard(what, load)))
          .catch(() => (Component = NotLoaded))
          .finally(redraw);
      }, []);
      return Component && React.createElement(Component, props);
    };
  }

  function NotLoaded() {
    return React.createElement("p", { role: "alert", className: "failure" }, "This part of the page could not be loaded. Load the page again.");
  }

  // Tells Dash the path, which the server answers with the page. Here, since the page waits for it.
  function PageAddress({ setProps }) {
    React.useEffect(() => {
      const tell = () => setProps({ path: window.location.pathname });
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
    TagFilter: lazily("controls/tag_filter.js", "control"),
    Toggle: lazily("controls/toggle.js", "control"),
    TopBar: lazily("top_bar.js", "bar"),
    XAxis: lazily("controls/x_axis.js", "control"),
  };
})();
