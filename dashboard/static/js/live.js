// The WebSocket that says what changed. It connects again by itself, and holds news back while paused or out of sight.
// Times are of the browser's clock that never jumps, in milliseconds, unless they say otherwise.

import { Emitter } from "./emitter.js";

const SILENCE_MS = 12_000; // the server speaks at least every 5 s
const CONNECT_MS = 8_000; // how long it may take until its first word
const RETRY_MS = [250, 500, 1_000, 2_000, 5_000];

export class LiveLink extends Emitter {
  #url;
  #deliver;
  #socket = null;
  #known = null; // {server, version} up to which everything was heard
  #numTries = 0;
  #timer = null; // of the silence while connected, of the next try otherwise
  #held = null;

  // deliver(news) takes one message, or several in one.
  constructor(url, deliver) {
    super();
    this.#url = new URL(url);
    this.#url.protocol = this.#url.protocol === "https:" ? "wss:" : "ws:";
    this.#deliver = deliver;
    this.isPaused = false; // by the person; a page out of sight is paused too
    this.isConnected = false;
    this.isLost = false; // the server is silent, and connecting again at once did not help
    this.isReading = true; // the server's first look at the logdir is not finished
    this.numBytes = [0, 0]; // read, and found by a long look; null while there is none
    this.reading = null; // since when a look takes long, and how much was read then: {at, numRead}
    this.heardAt = null;
    this.heardTime = null; // the same by the wall clock
    this.nextTryAt = null; // while lost and waiting
    this.serverTime = null; // when the last message was made, in seconds since the epoch
    this.lookedTime = null; // when the server's last look at the logdir had ended, likewise
    document.addEventListener("visibilitychange", () => this.#show());
    window.addEventListener("online", () => this.#numTries > 0 && this.retryNow());
  }

  get state() {
    if (this.isLost) return "stale";
    if (this.isPaused) return "paused";
    return this.heardAt === null || this.isReading || this.numBytes !== null ? "reading" : "live";
  }

  // Of the bytes that a long look found, 0 to 1.
  get shareRead() {
    const [numRead, numFound] = this.numBytes ?? [0, 0];
    return numFound > 0 ? numRead / numFound : 0;
  }

  get isHeld() {
    return this.isPaused || document.hidden;
  }

  get numRunsHeld() {
    return this.#held ? Object.keys(this.#held.runs).length : 0;
  }

  // How long the server has not been heard, in seconds.
  get silence() {
    return (performance.now() - (this.heardAt ?? 0)) / 1000;
  }

  // Now by the server's clock, in seconds since the epoch. Ages of what a server tells are counted by it.
  get now() {
    return this.serverTime === null ? Date.now() / 1000 : this.serverTime + this.silence;
  }

  // Begins to listen for what comes after a version of a server; {} for whatever comes. Does nothing a second time.
  begin(known) {
    if (this.#numTries > 0 || this.#socket) return;
    this.#known = known;
    this.#open();
  }

  retryNow() {
    this.#numTries = 0;
    this.#open();
  }

  setPaused(isPaused) {
    this.isPaused = isPaused;
    this.emit("state");
    this.#release();
  }

  #open() {
    this.#drop();
    for (const [name, value] of Object.entries(this.#known ?? {})) this.#url.searchParams.set(name, value);
    this.#socket = new WebSocket(this.#url);
    this.#socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    this.#socket.onclose = () => this.#lose();
    this.#timer = setTimeout(() => this.#lose(), CONNECT_MS);
    this.nextTryAt = null;
    this.emit("state");
  }

  #hear(news) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lose({ isSilent: true }), SILENCE_MS);
    const isBack = this.isLost;
    this.isConnected = true;
    this.isLost = false;
    this.#numTries = 0;
    this.isReading = news.is_reading;
    this.numBytes = news.num_bytes;
    this.heardAt = performance.now();
    this.reading = this.numBytes && (this.reading ?? { at: this.heardAt, numRead: this.numBytes[0] });
    this.heardTime = Date.now() / 1000;
    this.serverTime = news.time;
    this.lookedTime = news.checked;
    this.#known = { server: news.server, since: news.version };
    const held = this.#held?.server === news.server ? this.#held.runs : {};
    this.#held = { ...news, runs: { ...held, ...news.runs } };
    if (isBack) this.emit("back");
    this.emit("heard", news);
    this.emit("state");
    this.#release();
  }

  #release() {
    if (!this.#held || this.isHeld) return;
    const news = this.#held;
    this.#held = null;
    this.#deliver(news);
  }

  // The page came into sight, or went out of it.
  #show() {
    this.#release();
    if (document.hidden || (!this.#socket && this.#numTries === 0)) return;
    if (!this.isConnected || this.silence * 1000 > SILENCE_MS) this.retryNow();
  }

  // Takes the old socket off at once: a frozen server would not answer the closing handshake for a minute.
  #drop() {
    clearTimeout(this.#timer);
    if (!this.#socket) return;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #lose({ isSilent = false } = {}) {
    this.#drop();
    this.isLost ||= isSilent || !this.isConnected; // a connection that was cut is made anew before anyone is told
    this.isConnected = false;
    const wait = RETRY_MS[Math.min(this.#numTries, RETRY_MS.length - 1)];
    this.#numTries += 1;
    this.nextTryAt = performance.now() + wait;
    this.#timer = setTimeout(() => this.#open(), wait);
    this.emit("state");
  }
}
