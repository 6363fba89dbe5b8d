// Which runs are drawn as groups, and the key under which the server knows these groups.

import { whileConnected } from "../http.js";

// The groups of the selected runs: [{key, runs: their names}]; null while runs are not grouped, or how is not known yet.
export function selectedGroups(session) {
  const { groups, selected } = session;
  if (!groups) return null;
  const seen = groups.map(({ key, runs }) => ({ key, runs: runs.filter((run) => selected.has(run)) }));
  return seen.filter(({ runs }) => runs.length > 0);
}

class GroupingKey {
  #asked = null; // {of: the groups as text, key: promise}

  of(session, groups) {
    const of = JSON.stringify(groups.map(({ runs }) => runs));
    if (this.#asked?.of !== of) {
      const key = session.postJSON("data/groupings", { groups: groups.map(({ runs }) => runs) }, whileConnected()).then((answer) => answer.key);
      const asked = { of, key };
      key.catch(() => this.#asked === asked && this.forget());
      this.#asked = asked;
    }
    return this.#asked.key;
  }

  forget() {
    this.#asked = null;
  }
}

// One for all cards: they ask of the same groups.
export const groupingKey = new GroupingKey();
