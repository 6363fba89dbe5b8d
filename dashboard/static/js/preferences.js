// What a person set in this browser. Storage may be switched off; then nothing is remembered.
export function readPreference(name) {
  try {
    return localStorage.getItem(`board.${name}`);
  } catch {
    return null;
  }
}

export function writePreference(name, value) {
  try {
    localStorage.setItem(`board.${name}`, value);
  } catch {
    // Nothing to do: the setting holds until the page is closed.
  }
}
