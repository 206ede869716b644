// Prints the QR codes of the texts that standard input lists, as rows of 0 and 1.
import { readFileSync } from "node:fs";

import { qrOf } from "../../src/vanbang/web/static/holder/qr.js";

const drawn = (text) => qrOf(text).map((row) => row.map((dark) => (dark ? "1" : "0")).join(""));
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(drawn)));
