// Dash says nothing when the server does not answer one of its callbacks, or with a failure: the page would just stay
// as it was. Its renderer asks by `fetch`.

import { notify } from "./notifications.js";

const ask = window.fetch;

window.fetch = async (resource, options) => {
  const isCallback = String(resource?.url ?? resource).includes("/_dash-update-component");
  try {
    const response = await ask(resource, options);
    if (isCallback && response.status >= 400) say(`The server failed at it (${response.status}). What it printed says why.`);
    return response;
  } catch (error) {
    if (isCallback) say("The server did not answer.");
    throw error;
  }
};

function say(detail) {
  notify({ id: "callback", tone: "bad", text: "The page could not be changed.", detail, action: { label: "Load again", run: () => location.reload() }, seconds: Infinity });
}
