// Registers the components of board with Dash. A classic script, since Dash's renderer looks for globals; each
// component is a native ES module, loaded when it is first drawn.
(function register() {
  "use strict";
  const { React } = window;
  const address = document.currentScript.src;
  const root = address.slice(0, address.indexOf("_dash-component-suites/"));

  // What fails in a component is drawn by boundary.js in its place; what is a key of its words. A browser may remember
  // that a module failed, so each attempt has an address of its own.
  function lazily(file, what) {
    const load = (attempt) => import(`${root}static/js/${file}${attempt ? `?attempt=${attempt}` : ""}`);
    const Component = React.lazy(async () => {
      try {
        return { default: (await import(`${root}static/js/boundary.js`)).guard(what, load) };
      } catch {
        return { default: NotLoaded };
      }
    });
    return function Lazy(props) {
      return React.createElement(React.Suspense, { fallback: null }, React.createElement(Component, props));
    };
  }

  function NotLoaded() {
    return React.createElement("p", { role: "alert", className: "failure" }, "This part of the page could not be loaded. Load the page again.");
  }

  window.board_components = {
    CardGrid: lazily("card_grid.js", "page"),
    Choice: lazily("controls/choice.js", "control"),
    GraphView: lazily("graph_view.js", "page"),
    PageFailure: lazily("page_failure.js", "page"),
    PanelEdge: lazily("panel_edge.js", "control"),
    RunList: lazily("run_list.js", "runs"),
    Smoothing: lazily("controls/smoothing.js", "control"),
    TagFilter: lazily("controls/tag_filter.js", "control"),
    Toggle: lazily("controls/toggle.js", "control"),
    TopBar: lazily("top_bar.js", "bar"),
  };
})();
