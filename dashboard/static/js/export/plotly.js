// Plotly, as its Python package brings it: 1.5 MB, loaded when the first picture is made.

import { ROOT } from "../root.js";

const SCRIPT = "_dash-component-suites/plotly/package_data/plotly.min.js";

let loading = null;

// → promise of Plotly
export function loadPlotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(SCRIPT, ROOT);
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      loading = null;
      script.remove();
      reject(new Error("The part of the board that makes pictures could not be loaded."));
    };
    document.head.append(script);
  });
  return loading;
}
