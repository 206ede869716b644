// What a reader can do about each verdict, Vietnamese first, English second. The codes are those of section 13.

/** It follows the sentence that says why. */
const ADVICE = Object.freeze({
  ask: [
    "Hãy xin người mang bằng gửi lại tệp gốc, đúng như cơ sở đã cấp, hoặc hỏi thẳng cơ sở cấp bằng.",
    "Ask the holder for the original file, just as the institution gave it, or ask the institution itself.",
  ],
  replaced: [
    "Cơ sở cấp bằng đã cấp văn bằng khác thay cho nó. Hãy xin người mang bằng cho xem văn bằng mới.",
    "The institution has issued another in its place. Ask the holder for the newer one.",
  ],
  suspended: [
    "Cơ sở cấp bằng tạm ngừng hiệu lực của nó, và có thể sẽ khôi phục. Hãy hỏi thẳng cơ sở trước khi quyết định.",
    "The institution has put it on hold and may yet restore it. Ask the institution before you decide.",
  ],
  revoked: [
    "Nó không còn giá trị, dù nội dung có thể đúng như lúc cấp. Muốn biết lý do, hãy hỏi cơ sở cấp bằng.",
    "It no longer counts, even if it says what it said when it was issued. For the reason, ask the institution.",
  ],
  dated: [
    "Hãy xem ngày ghi trên văn bằng và hỏi người mang bằng có văn bằng nào còn hạn không.",
    "Look at the dates it states, and ask the holder for a diploma that is in force.",
  ],
  again: ["Hãy kiểm tra mạng rồi thử lại sau ít phút.", "Check your connection and try again in some minutes."],
  soon: ["Việc ghi sổ cần ít phút mới chắc chắn; hãy thử lại sau.", "An entry takes some minutes to become final; try again then."],
  authority: [
    "Hãy hỏi thẳng cơ sở cấp bằng hoặc Bộ trước khi quyết định; đừng dùng địa chỉ ghi trên chính văn bằng này.",
    "Ask the institution itself or the ministry before you decide; do not use an address from this very diploma.",
  ],
  clock: ["Hãy chỉnh lại đồng hồ của máy này rồi thử lại.", "Set the clock of this device right and try again."],
  site: [
    "Hãy thử lại sau; nếu vẫn vậy, xin báo cho nơi vận hành trang này.",
    "Try again later; if it stays so, tell whoever runs this page.",
  ],
  standing: [
    "Hãy thử lại sau, hoặc hỏi thẳng cơ sở cấp bằng xem văn bằng còn hiệu lực không.",
    "Try again later, or ask the institution whether the diploma is in force.",
  ],
});

const ADVISED = Object.freeze({
  superseded: "replaced", suspended: "suspended", revoked: "revoked", batch_revoked: "revoked",
  expired: "dated", not_yet_valid: "dated", chain_ahead: "clock", anchor_not_final: "soon",
  issuer_unknown: "authority", key_compromised: "authority", issuer_void: "authority", issuer_code: "authority",
  issuer_name: "authority", type_not_trusted: "authority", endorser_signature: "authority", endorser_unknown: "authority",
  endorser_window: "authority", endorser_compromised: "authority",
  endpoints_unavailable: "again", type_unavailable: "again", endorsements_unavailable: "again",
  status_manifest_unavailable: "again", status_list_unavailable: "again",
  endpoints_disagree: "site", no_registry: "site", chain_stale: "site",
  status_not_set: "standing", status_setter_void: "standing", status_manifest_malformed: "standing",
  status_unlisted: "standing", status_list_malformed: "standing",
});

/** What can be done about a step's code that decides against a credential, or leaves it open. */
export const adviceFor = (code) => ADVICE[ADVISED[code] ?? "ask"];
