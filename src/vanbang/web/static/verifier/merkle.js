// Leaf hash and inclusion proof (sections 4 and 5). Indices reach 2^53-1, so no bit operators.
import { concat, equal, sha256 } from "./bytes.js";

export async function leafHash(payload) {
  return sha256(concat(Uint8Array.of(0), await sha256(payload)));
}

/** Folds a path of 32-byte digests up to `root`: null where it fits, else the code of step 3 that says why not. */
export async function foldFailure(leaf, index, treeSize, path, root) {
  if (index >= treeSize) return "index_out_of_range";
  const left = [...path];
  let hash = leaf;
  for (let [i, n] = [index, treeSize]; n > 1; [i, n] = [Math.floor(i / 2), Math.ceil(n / 2)]) {
    const odd = i % 2 === 1;
    if (!odd && i + 1 >= n) continue;
    const sibling = left.shift();
    if (sibling === undefined) return "path_length";
    hash = await sha256(odd ? concat(sibling, hash) : concat(hash, sibling));
  }
  if (left.length > 0) return "path_length";
  return equal(hash, root) ? null : "root_mismatch";
}
