// Copies text. A page from another machine over plain HTTP has no clipboard of its own; there the old command works.

export async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "off-screen";
  const host = document.querySelector("dialog:modal") ?? document.body; // nothing else takes the focus beside a dialog
  const before = document.activeElement;
  host.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  before?.focus({ preventScroll: true });
}
