// Tables of the server: several as one, and names in them.

// Tables with the same head, one below the other.
export function joinTables([first, ...others]) {
  return first + others.map((table) => table.slice(table.indexOf("\n") + 1)).join("");
}

// Puts names in the place of the numbers in the first column, but for the head.
export function nameCells(csv, names) {
  const [head, ...rows] = csv.split("\n");
  return [head, ...rows.map((row) => row.replace(/^\d+/, (number) => quote(names[number])))].join("\n");
}

function quote(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
