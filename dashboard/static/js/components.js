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
    GraphView: lazily("graph_view.js"),
    RunList: lazily("run_list.js"),
    TopBar: lazily("top_bar.js"),
  };

  // A slider of 0 to 100 feels even over weights of 0 to 0.999 if each third of it takes 90 % of what is left.
  const weightAt = (position) => Math.round(1000 * (1 - 10 ** ((-3 * position) / 100))) / 1000;
  const positionOf = (weight) => Math.round((-100 / 3) * Math.log10(1 - Math.min(weight, 0.999)));

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.board = {
    curves: (x, filter, scale, smoothing) => ({ x, filter, scale, smoothing: Number(smoothing) || 0 }),
    filter: (filter) => ({ filter }),
    scheme: (theme) => theme,
    // Slider and field of the smoothing say the same, whichever was moved.
    smoothing(position, weight) {
      const isSlider = window.dash_clientside.callback_context.triggered_id === "scalars-smoothing-slider";
      return isSlider ? [position, weightAt(position)] : [positionOf(Number(weight) || 0), weight];
    },
  };
})();
