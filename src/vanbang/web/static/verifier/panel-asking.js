// What the endpoints of a registry answer to a question of section 17, and how long they are waited for.
import { demand } from "./bytes.js";
import { isUnreachable, rpc } from "./network.js";

// Milliseconds that endpoints still have once enough others agree, so that in ordinary times all stand in the report.
const GRACE = 250;
// Blocks by which the newest final blocks may lie apart: an epoch of Ethereum, which becomes final as one.
const NEAR = 32;
const QUANTITY = /^0x(?:0|[1-9a-f][0-9a-f]*)$/;

const failed = (word) => ({ error: word });
const LATE = Object.freeze(failed("late"));

function count(quantity) {
  const text = String(quantity).toLowerCase();
  demand(QUANTITY.test(text) && Number.isSafeInteger(Number(text)), "not a quantity");
  return Number(text);
}

const tag = (block) => (block === "latest" ? block : `0x${Number(block).toString(16)}`);

async function head(url, { finality }) {
  const newest = finality === "finalized" ? "finalized" : "latest";
  const [chainId, block] = await Promise.all([
    rpc(url, "eth_chainId", []),
    rpc(url, "eth_getBlockByNumber", [newest, false]),
  ]);
  return { chain_id: count(chainId), block: Math.max(0, count(block.number) - (finality.depth ?? 0)) };
}

async function block(url, _, number) {
  const found = await rpc(url, "eth_getBlockByNumber", [tag(number), false]);
  demand(count(found.number) === Number(number), "another block");
  return { hash: String(found.hash).toLowerCase(), time: count(found.timestamp) };
}

async function call(url, { account }, number, data) {
  const result = await rpc(url, "eth_call", [{ to: account, data }, tag(number)]);
  return { result: String(result).toLowerCase() };
}

const ASKED = { head, block, call };

async function askEndpoint(kind, url, registry, rest) {
  try {
    return await ASKED[kind](url, registry, ...rest);
  } catch (error) {
    return failed(isUnreachable(error) ? "unreachable" : "malformed");
  }
}

/** Whether a quorum of heads lies so near together that one endpoint among them cannot reach far back in time. */
function headsSuffice(entries, { chainId, quorum }) {
  const blocks = entries.filter(({ chain_id: id }) => id === chainId).map((entry) => entry.block);
  blocks.sort((a, b) => b - a);
  return blocks.length >= quorum && blocks[0] - blocks[quorum - 1] <= NEAR;
}

function answersSuffice(entries, { chainId, quorum }, heads) {
  const isForeign = (i) => heads?.[i]?.chain_id !== undefined && heads[i].chain_id !== chainId;
  const usable = entries.filter((entry, i) => entry.error === undefined && !isForeign(i));
  const texts = usable.map((entry) => JSON.stringify(entry));
  return texts.some((text) => texts.filter((other) => other === text).length >= quorum);
}

/** The entries, `LATE` where one was not waited for: until all are there, or for `grace` after they suffice. */
function gathered(asked, suffice, grace) {
  const entries = asked.map(() => LATE);
  let missing = asked.length;
  let timer;
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      resolve([...entries]);
    };
    asked.forEach(async (answer, i) => {
      entries[i] = await answer;
      missing -= 1;
      if (missing === 0) end();
      else if (timer === undefined && suffice(entries)) timer = setTimeout(end, grace);
    });
  });
}

/**
 * One entry an endpoint. An endpoint that is slow is left out, as if it had failed, once the others decide the question
 * without it: only where the quorum is more than half, so that nothing it might say could be another answer. `heads`
 * are the entries of the registry's head, if it was asked: who was late there is not waited for again.
 */
export function askPanel(kind, registry, rest, heads) {
  const asked = registry.endpoints.map((url) => askEndpoint(kind, url, registry, rest));
  if (2 * registry.quorum <= asked.length) return Promise.all(asked);
  const suffice = kind === "head" ? headsSuffice : answersSuffice;
  const grace = heads?.includes(LATE) ? 0 : GRACE;
  return gathered(asked, (entries) => suffice(entries, registry, heads), grace);
}
