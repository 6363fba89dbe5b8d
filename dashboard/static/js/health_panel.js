// The health of the logdir: every event file and what is wrong with it, as `board inspect` says it.

import { showOverlay } from "./overlay.js";
import { h } from "./react.js";
import { session } from "./session.js";

let isOpen = false;

// Opens the panel, of one run if it is named.
export async function openHealth(run = null) {
  if (isOpen) return;
  isOpen = true;
  try {
    const { HealthPanel } = await import("./health/panel.js");
    showOverlay((close) => {
      const end = () => {
        isOpen = false;
        close();
      };
      return h(HealthPanel, { run: typeof run === "string" ? run : null, close: end });
    });
  } catch (error) {
    isOpen = false;
    session.emit("error", error);
  }
}
