/**
 * Which offers, INVITEs and UPDATEs of one dialog are open, and what may come next: RFC 3261 §14, RFC 3262 §5,
 * RFC 3264 §4, RFC 3311 §5, RFC 6337 §2 and §3. What the offers say is not its business.
 */
export interface Exchange {
  /** The INVITE transaction in progress. */
  readonly invite: "none" | "ours" | "theirs";
  readonly isUpdateOurs: boolean;
  readonly isUpdateTheirs: boolean;
  /**
   * `ours`, `theirs`: an offer is out and unanswered. `weOwe`, `theyOwe`: an INVITE went without an offer, and the
   * offer is due in a reliable response to it.
   */
  readonly offer: "none" | "ours" | "theirs" | "weOwe" | "theyOwe";
  /** The open offer, if any, belongs to the INVITE, not to an UPDATE or PRACK. */
  readonly isOfferOfInvite: boolean;
}

export type ExchangeInput =
  | "receive INVITE"
  | "receive INVITE+offer"
  | "receive UPDATE"
  | "receive UPDATE+offer"
  | "receive PRACK+offer"
  /** In a reliable response to an INVITE of ours that had none. */
  | "receive offer"
  | "receive answer"
  | "send INVITE"
  | "send INVITE+offer"
  | "send UPDATE"
  | "send UPDATE+offer"
  /** In a reliable response to an INVITE of theirs that had none. */
  | "send offer"
  | "send answer"
  | "their INVITE accepted"
  | "their INVITE rejected"
  | "our INVITE accepted"
  | "our INVITE rejected"
  | "their UPDATE ended"
  | "our UPDATE ended"
  /** The open offer falls, its request goes on: a PRACK with an offer was answered 488. */
  | "offer refused";

/** `ok`, or what their request is answered with; `wait`: ours has to wait; `ignored`: it means nothing here. */
export type ExchangeVerdict = "ok" | 491 | 500 | "wait" | "ignored";

export interface ExchangeStep {
  readonly state: Exchange;
  readonly verdict: ExchangeVerdict;
}

export const NO_EXCHANGE: Exchange = {
  invite: "none",
  isUpdateOurs: false,
  isUpdateTheirs: false,
  offer: "none",
  isOfferOfInvite: false,
};

/** What is ignored where nothing is open that it could belong to, and the clause. */
export const EXCHANGE_IGNORED: Partial<Readonly<Record<ExchangeInput, string>>> = {
  "receive offer": "RFC 3262 §5: an offer in a response is due where the INVITE had none",
  "send offer": "RFC 3262 §5: an offer in a response is due where the INVITE had none",
  "receive answer": "RFC 3264 §5: no offer of ours is open",
  "send answer": "RFC 3264 §5: no offer of theirs is open",
  "offer refused": "RFC 3264 §8: no offer is open",
  "their INVITE accepted": "RFC 3261 §14.2: none of theirs is in progress",
  "their INVITE rejected": "RFC 3261 §14.2: none of theirs is in progress",
  "our INVITE accepted": "RFC 3261 §14.1: none of ours is in progress",
  "our INVITE rejected": "RFC 3261 §14.1: none of ours is in progress",
  "their UPDATE ended": "RFC 3311 §5.2: none of theirs is in progress",
  "our UPDATE ended": "RFC 3311 §5.1: none of ours is in progress",
};

export function stepExchange(state: Exchange, input: ExchangeInput): ExchangeStep {
  switch (input) {
    case "receive INVITE":
    case "receive INVITE+offer":
      return receiveInvite(state, input === "receive INVITE+offer");
    case "receive UPDATE":
    case "receive UPDATE+offer":
    case "receive PRACK+offer":
      return receiveInside(state, input);
    case "send INVITE":
    case "send INVITE+offer":
    case "send UPDATE":
    case "send UPDATE+offer":
      return send(state, input);
    case "receive offer":
      return state.offer === "theyOwe" ? ok(exchangeWith(state, { offer: "theirs" })) : ignored(state);
    case "send offer":
      return state.offer === "weOwe" ? ok(exchangeWith(state, { offer: "ours" })) : ignored(state);
    case "receive answer":
      return state.offer === "ours" ? ok(withoutOffer(state)) : ignored(state);
    case "send answer":
      return state.offer === "theirs" ? ok(withoutOffer(state)) : ignored(state);
    case "offer refused":
      return state.offer === "none" ? ignored(state) : ok(withoutOffer(state));
    case "their INVITE accepted":
    case "their INVITE rejected":
    case "our INVITE accepted":
    case "our INVITE rejected":
      return endInvite(state, input);
    case "their UPDATE ended":
      return state.isUpdateTheirs
        ? ok(exchangeWith(dropped(state, "theirs"), { isUpdateTheirs: false }))
        : ignored(state);
    case "our UPDATE ended":
      return state.isUpdateOurs
        ? ok(exchangeWith(dropped(state, "ours"), { isUpdateOurs: false }))
        : ignored(state);
  }
}

/** The same but for what is named; written out, since it is made with every message that has a description. */
function exchangeWith(state: Exchange, changes: Partial<Exchange>): Exchange {
  return {
    invite: changes.invite ?? state.invite,
    isUpdateOurs: changes.isUpdateOurs ?? state.isUpdateOurs,
    isUpdateTheirs: changes.isUpdateTheirs ?? state.isUpdateTheirs,
    offer: changes.offer ?? state.offer,
    isOfferOfInvite: changes.isOfferOfInvite ?? state.isOfferOfInvite,
  };
}

function ok(state: Exchange): ExchangeStep {
  return { state: isNone(state) ? NO_EXCHANGE : state, verdict: "ok" };
}

/** What most dialogs have most of the time is one for all. */
function isNone({ invite, isUpdateOurs, isUpdateTheirs, offer }: Exchange): boolean {
  return invite === "none" && offer === "none" && !isUpdateOurs && !isUpdateTheirs;
}

function ignored(state: Exchange): ExchangeStep {
  return { state, verdict: "ignored" };
}

function withoutOffer(state: Exchange): Exchange {
  return exchangeWith(state, { offer: "none", isOfferOfInvite: false });
}

/** An UPDATE that ends without an answer takes its offer with it. */
function dropped(state: Exchange, side: "ours" | "theirs"): Exchange {
  return state.offer === side && !state.isOfferOfInvite ? withoutOffer(state) : state;
}

function receiveInvite(state: Exchange, hasOffer: boolean): ExchangeStep {
  // RFC 3261 §14.2: theirs against ours is glare; a second of theirs before the first has its final is too early.
  if (state.invite === "ours") return { state, verdict: 491 };
  if (state.invite === "theirs") return { state, verdict: 500 };
  // RFC 6337 §3.3: the same two reasons, where the open offer is in another request, or in a 2xx without its ACK.
  if (state.offer === "ours") return { state, verdict: 491 };
  if (state.offer !== "none") return { state, verdict: 500 };
  return ok(
    exchangeWith(state, { invite: "theirs", offer: hasOffer ? "theirs" : "weOwe", isOfferOfInvite: true }),
  );
}

function receiveInside(
  state: Exchange,
  input: "receive UPDATE" | "receive UPDATE+offer" | "receive PRACK+offer",
): ExchangeStep {
  // RFC 3311 §5.2: an UPDATE before the final response to the one before it.
  if (input !== "receive PRACK+offer" && state.isUpdateTheirs) return { state, verdict: 500 };
  if (input === "receive UPDATE") return ok(exchangeWith(state, { isUpdateTheirs: true }));
  // RFC 3311 §5.2: our offer is unanswered, 491; theirs is, or one is due in a response to an INVITE, 500.
  if (state.offer === "ours") return { state, verdict: 491 };
  if (state.offer !== "none") return { state, verdict: 500 };
  const next: Exchange = exchangeWith(state, { offer: "theirs", isOfferOfInvite: false });
  return ok(input === "receive PRACK+offer" ? next : exchangeWith(next, { isUpdateTheirs: true }));
}

function send(
  state: Exchange,
  input: "send INVITE" | "send INVITE+offer" | "send UPDATE" | "send UPDATE+offer",
): ExchangeStep {
  const wait: ExchangeStep = { state, verdict: "wait" };
  if (input === "send UPDATE")
    return state.isUpdateOurs ? wait : ok(exchangeWith(state, { isUpdateOurs: true }));
  if (state.offer !== "none") return wait;
  if (input === "send UPDATE+offer") {
    if (state.isUpdateOurs) return wait;
    return ok(exchangeWith(state, { isUpdateOurs: true, offer: "ours", isOfferOfInvite: false }));
  }
  // RFC 3261 §14.1: no new INVITE while another is in progress in either direction.
  if (state.invite !== "none") return wait;
  const offer = input === "send INVITE+offer" ? "ours" : "theyOwe";
  return ok(exchangeWith(state, { invite: "ours", offer, isOfferOfInvite: true }));
}

function endInvite(
  state: Exchange,
  input: "their INVITE accepted" | "their INVITE rejected" | "our INVITE accepted" | "our INVITE rejected",
): ExchangeStep {
  const side = input.startsWith("our") ? "ours" : "theirs";
  if (state.invite !== side) return ignored(state);
  const next: Exchange = exchangeWith(state, { invite: "none" });
  // An offer of ours in the 2xx waits for the answer in the ACK (RFC 3261 §13.2.1); all else has ended with it.
  const isAnswerInAck = input === "their INVITE accepted" && state.offer === "ours";
  return ok(state.isOfferOfInvite && !isAnswerInAck ? withoutOffer(next) : next);
}
