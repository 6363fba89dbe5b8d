// Copies text. A page from another machine over plain HTTP has no clipboard of its own; there the old command works.

export async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "off-screen";
  const before = document.activeElement;
  const host = before?.closest("dialog, [popover]") ?? document.body; // beside these nothing can take the focus, or they close
  host.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  before?.focus({ preventScroll: true });
}
