// What throws while it is drawn becomes a card of its own, and everything around it lives.

import { CopyButton } from "./copy_button.js";
import { Icon, h } from "./react.js";

const { Component } = window.React;
const WORDS = {
  page: { title: "This page could not be drawn", text: "The other pages work, and your event files are not affected." },
  card: { title: "This chart could not be drawn", text: "The others work, and your event files are not affected." },
  runs: { title: "The list of runs could not be drawn", text: "The pages work, and your event files are not affected." },
  panel: { title: "This panel could not be drawn", text: "The page behind it works, and your event files are not affected." },
  control: { title: "This control could not be drawn", text: "The others work." },
  bar: { title: "The top bar could not be drawn", text: "The page below works, and your event files are not affected." },
};

// Draws its children, or what failed in them. `what` is a key of WORDS; `retry` is called before they are drawn again.
export class Boundary extends Component {
  state = { error: null };

  static getDerivedStateFromError(error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  componentDidCatch(error, { componentStack }) {
    this.place = componentStack;
  }

  render() {
    const { what, retry, children } = this.props;
    const { error } = this.state;
    if (!error) return children;
    const again = () => {
      retry?.();
      this.setState({ error: null });
    };
    return h(Failure, { what, evidence: error.message, details: () => describe(what, error, this.place), retry: again });
  }
}

// The card in the place of what failed: what, whether data are safe, one line of evidence, one action.
export function Failure({ what, evidence, details, retry }) {
  const { title, text } = WORDS[what];
  return h(
    "div",
    { className: `failure is-${what}`, role: "alert" },
    h("strong", null, h(Icon, { name: "alert-triangle" }), title),
    h("p", null, text),
    h("code", { className: "evidence" }, evidence),
    h(
      "div",
      { className: "failure-actions" },
      h("button", { type: "button", className: "button", onClick: retry }, "Try again"),
      h(CopyButton, { text: details ?? `${title}\n${evidence}`, className: "button is-quiet" }),
    ),
  );
}

function describe(what, error, place = "") {
  return [WORDS[what].title, location.pathname, navigator.userAgent, error.stack ?? error.message, place.trim()].join("\n");
}
