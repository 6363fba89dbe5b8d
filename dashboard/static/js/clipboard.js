// Copies text. A page from another machine over plain HTTP has no clipboard of its own; there the old command works.
// → whether it was copied
export async function copyText(text) {
  if (navigator.clipboard) return isDone(navigator.clipboard.writeText(text));
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "off-screen";
  const before = document.activeElement;
  const host = before?.closest("dialog, [popover]") ?? document.body; // beside these nothing can take the focus, or they close
  host.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  before?.focus({ preventScroll: true });
  return isCopied;
}

// A person or a frame's owner may refuse it.
async function isDone(writing) {
  try {
    await writing;
    return true;
  } catch {
    return false;
  }
}
