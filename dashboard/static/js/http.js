// Requests to the board, whose failures are the server's own sentences.

let connection = new AbortController();

// A signal for requests that are made again when they end: a lost connection may never answer them, nor fail.
export function whileConnected() {
  return connection.signal;
}

// The connection was lost, and there is another one.
export function endLostRequests() {
  connection.abort();
  connection = new AbortController();
}

export async function getJSON(url, params, signal) {
  return (await get(url, params, signal)).json();
}

export async function getText(url, params, signal) {
  return (await get(url, params, signal)).text();
}

export async function getBuffer(url, params, signal) {
  return (await get(url, params, signal)).arrayBuffer();
}

// Has the server make an answer ready that is asked for later.
export async function getHead(url, params, signal) {
  await checked(await fetch(addressOf(url, params), { method: "HEAD", signal }));
}

export async function postJSON(url, body, signal) {
  const options = { signal, method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return (await checked(await fetch(url, options))).json();
}

// A file as it is.
export async function postFile(url, file, signal) {
  const options = { signal, method: "POST", headers: { "content-type": "application/octet-stream" }, body: file };
  return (await checked(await fetch(url, options))).json();
}

async function get(url, params, signal) {
  return checked(await fetch(addressOf(url, params), { signal }));
}

// A list of values is a parameter that comes several times; undefined and null are left out.
export function addressOf(url, params = {}) {
  const full = new URL(url);
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) full.searchParams.append(name, one);
    }
  }
  return full;
}

// The server's sentence about a failed request, as an Error with its status and all of the answer.
async function checked(response) {
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  const detail = typeof body.detail === "string" ? body.detail : `The server answered ${response.status}.`;
  throw Object.assign(new Error(detail), { status: response.status, body });
}
