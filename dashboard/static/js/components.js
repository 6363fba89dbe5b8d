// Registers the components of board with Dash. A classic script, since Dash's renderer looks for globals; each
// component is a native ES module, loaded when it is first drawn.
(function register() {
  "use strict";
  const { React } = window;
  const address = document.currentScript.src;
  const root = address.slice(0, address.indexOf("_dash-component-suites/"));

  function lazily(file) {
    const Component = React.lazy(() => import(`${root}static/js/${file}`));
    return function Lazy(props) {
      return React.createElement(React.Suspense, { fallback: null }, React.createElement(Component, props));
    };
  }

  window.board_components = {
    CardGrid: lazily("card_grid.js"),
    Choice: lazily("controls/choice.js"),
    GraphView: lazily("graph_view.js"),
    PanelEdge: lazily("panel_edge.js"),
    RunList: lazily("run_list.js"),
    Smoothing: lazily("controls/smoothing.js"),
    TagFilter: lazily("controls/tag_filter.js"),
    Toggle: lazily("controls/toggle.js"),
    TopBar: lazily("top_bar.js"),
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.board = { scheme: (theme) => theme };
})();
