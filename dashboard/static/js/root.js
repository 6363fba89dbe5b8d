// Where the board lies, behind a reverse proxy too: above the folder that the files of this release are in.
export const ROOT = new URL(import.meta.url.replace(/(_files-[0-9a-f]{16}\/)?static\/js\/root\.js.*$/, ""));
