// In the place of a page that the server could not make. `attempts` grows, and the server tries again.

import { Failure } from "./boundary.js";
import { h } from "./react.js";

export default function PageFailure({ evidence, attempts = 0, setProps }) {
  return h(Failure, { what: "page", evidence, retry: () => setProps({ attempts: attempts + 1 }) });
}
