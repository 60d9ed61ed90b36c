import { isSips } from "../dialog/dialog.ts";
import type { HeaderField } from "../message/header-field.ts";
import type { SipResponse } from "../message/message.ts";
import { parseNameAddrs } from "../message/name-addr.ts";
import type { Flow } from "../transport/flow.ts";
import { ClientRequest, type RequestPlan } from "./client-request.ts";
import { parseEvent, type EventName } from "./event-name.ts";
import type { OpenDialog } from "./open-dialog.ts";
import { OutOfDialog, type Addressing } from "./out-of-dialog.ts";
import { Subscription, type Renew, type SubscriptionListener } from "./subscription.ts";
import type { RequestBody, UserAgentCore } from "./user-agent-core.ts";

export interface SubscribeParts extends Addressing, RequestBody {
  /** Value of Event. */
  readonly event: string;
  readonly expiresS: number;
}

export interface ReferParts extends Addressing, RequestBody {
  /** Value of Refer-To. */
  readonly referTo: string;
}

/** REFER makes its subscription implicitly, and says nothing of its duration. */
const REFER_EXPIRES_S = 3_600;

/** SUBSCRIBE outside of any dialog (RFC 6665 §4.1.2); refreshes and the end go into the dialog it makes. */
export function subscribe(
  core: UserAgentCore,
  parts: SubscribeParts,
  listener: SubscriptionListener,
): Subscription {
  const subscription = new Subscription(
    core,
    parseEvent(parts.event),
    parts.expiresS,
    listener,
    renewal(parts),
  );
  sendSubscribe(core, subscription, parts);
  return subscription;
}

function subscribeContent(parts: SubscribeParts, expiresS: number): Required<RequestBody> {
  const own: HeaderField[] = [
    ["Event", parts.event],
    ["Expires", String(expiresS)],
    ["Allow", "NOTIFY"],
  ];
  return { headers: [...own, ...(parts.headers ?? [])], body: parts.body };
}

function renewal(parts: SubscribeParts): Renew {
  return (subscription, expiresS) => {
    const { dialog } = subscription;
    // Ended before there was a dialog: it is said when the 2xx has made one.
    if (dialog !== undefined)
      sendInDialog(subscription, dialog, "SUBSCRIBE", subscribeContent(parts, expiresS));
  };
}

function sendSubscribe(core: UserAgentCore, subscription: Subscription, parts: SubscribeParts): void {
  const requests = new OutOfDialog(core, parts);
  subscription.await(requests.callId, requests.fromTag, () => requests.sequenceNumber);
  const plan = requests.plan("SUBSCRIBE", (_amendment, target) => {
    const { headers, body } = subscribeContent(parts, parts.expiresS);
    return { headers: [...core.contactHeaders(target.listener, isSips(parts.requestUri)), ...headers], body };
  });
  send(core, subscription, plan);
}

/** REFER inside a call (RFC 3515 §2.4); its progress comes in NOTIFYs of a subscription in the same dialog. */
export function referInDialog(
  core: UserAgentCore,
  open: OpenDialog,
  referTo: string,
  parts: RequestBody,
  listener: SubscriptionListener,
): Subscription {
  const subscription = referral(core, listener);
  subscription.join(open);
  const content = referContent(referTo, parts);
  open.request(
    "REFER",
    () => {
      subscription.event = referEvent(open.data.localSequenceNumber);
      return content;
    },
    {
      onFinal: (response) => {
        referred({ core, subscription, from: withoutTag(open.data.local) }, content, response, open.flow);
      },
    },
  );
  return subscription;
}

/** REFER outside of any dialog (RFC 3515 §2.4): the subscription has one of its own. */
export function referOutside(
  core: UserAgentCore,
  parts: ReferParts,
  listener: SubscriptionListener,
): Subscription {
  const requests = new OutOfDialog(core, parts);
  const subscription = referral(core, listener);
  subscription.await(requests.callId, requests.fromTag, () => requests.sequenceNumber);
  const content = referContent(parts.referTo, parts);
  const plan = requests.plan("REFER", (_amendment, target) => {
    subscription.event = referEvent(requests.sequenceNumber);
    const contact = core.contactHeaders(target.listener, isSips(parts.requestUri));
    return { ...content, headers: [...contact, ...content.headers] };
  });
  const request: ClientRequest = new ClientRequest(core, plan, {
    onFinal: (response) => {
      // Where nothing is located, this is told before there is a request.
      const flow = response && flowOf(core, request);
      referred({ core, subscription, from: parts.from }, content, response, flow);
    },
  });
  return subscription;
}

function referral(core: UserAgentCore, listener: SubscriptionListener): Subscription {
  return new Subscription(core, referEvent(0), REFER_EXPIRES_S, listener, () => undefined);
}

function referEvent(sequenceNumber: number): EventName {
  return parseEvent(`refer;id=${sequenceNumber}`);
}

function referContent(referTo: string, { headers = [], body }: RequestBody): Required<RequestBody> {
  return {
    headers: [["Refer-To", referTo], ["Allow", "INVITE, ACK, CANCEL, BYE, NOTIFY"], ...headers],
    body,
  };
}

const NO_SUBSCRIPTION = /(^|[\s,])nosub($|[\s,])/i;
const OWN_SUBSCRIPTION = /(^|[\s,])explicitsub($|[\s,])/i;

interface Referral {
  readonly core: UserAgentCore;
  readonly subscription: Subscription;
  /** Value of From, without a tag. */
  readonly from: string;
}

/**
 * RFC 7614 §4: Refer-Events-At says where to subscribe; §4.2: what requires `nosub` makes no subscription; RFC 4488 §4.1:
 * the 2xx says whether it has made one.
 */
function referred(
  { core, subscription, from }: Referral,
  sent: Required<RequestBody>,
  response: SipResponse | undefined,
  flow: Flow | undefined,
): void {
  if (response === undefined || response.status >= 300 || flow === undefined) {
    subscription.refused(response);
    return;
  }
  const requires = (pattern: RegExp): boolean =>
    sent.headers.some(([name, value]) => name.toLowerCase() === "require" && pattern.test(value));
  // Unasked for it says nothing: the REFER has made a subscription already.
  const eventsAt = requires(OWN_SUBSCRIPTION)
    ? parseNameAddrs(response.headers("refer-events-at"))?.[0]?.uriText
    : undefined;
  if (eventsAt !== undefined) {
    const parts = {
      requestUri: eventsAt,
      from,
      to: `<${eventsAt}>`,
      event: "refer",
      expiresS: REFER_EXPIRES_S,
    };
    subscription.moveTo(parseEvent(parts.event), renewal(parts));
    sendSubscribe(core, subscription, parts);
    return;
  }
  const isNone = response.header("refer-sub")?.trim().toLowerCase() === "false";
  if (requires(NO_SUBSCRIPTION) || isNone) subscription.acceptedAlone();
  else subscription.accepted(response, flow);
}

function withoutTag(from: string): string {
  return from.replace(/\s*;\s*tag\s*=[^;]*/i, "");
}

function sendInDialog(
  subscription: Subscription,
  open: OpenDialog,
  method: string,
  parts: RequestBody,
): void {
  open.request(method, parts, {
    onFinal: (response) => {
      if (response === undefined || response.status >= 300) subscription.refused(response);
      else subscription.accepted(response, open.flow);
    },
  });
}

function flowOf(core: UserAgentCore, { target }: ClientRequest): Flow | undefined {
  return target && core.flowTo(target);
}

function send(core: UserAgentCore, subscription: Subscription, plan: RequestPlan): void {
  const request: ClientRequest = new ClientRequest(core, plan, {
    onFinal: (response) => {
      // The same.
      const flow = response && flowOf(core, request);
      if (response === undefined || response.status >= 300 || flow === undefined)
        subscription.refused(response);
      else subscription.accepted(response, flow);
    },
  });
}
