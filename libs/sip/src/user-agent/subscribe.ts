import { isSips } from "../dialog/dialog.ts";
import { ClientRequest, type RequestPlan } from "./client-request.ts";
import { parseEvent } from "./event-name.ts";
import type { OpenDialog } from "./open-dialog.ts";
import { OutOfDialog, type Addressing } from "./out-of-dialog.ts";
import { Subscription, type SubscriptionListener } from "./subscription.ts";
import type { RequestBody, UserAgentCore } from "./user-agent-core.ts";

export interface SubscribeParts extends Addressing, RequestBody {
  /** Value of Event. */
  readonly event: string;
  readonly expiresS: number;
}

/** REFER makes its subscription implicitly, and says nothing of its duration. */
const REFER_EXPIRES_S = 3_600;

/** SUBSCRIBE outside of any dialog (RFC 6665 §4.1.2); refreshes and the end go into the dialog it makes. */
export function subscribe(
  core: UserAgentCore,
  parts: SubscribeParts,
  listener: SubscriptionListener,
): Subscription {
  const requests = new OutOfDialog(core, parts);
  const content = (expiresS: number): RequestBody => ({
    headers: [
      ["Event", parts.event],
      ["Expires", String(expiresS)],
      ["Allow", "NOTIFY"],
      ...(parts.headers ?? []),
    ],
    body: parts.body,
  });
  const subscription = new Subscription(
    core,
    parseEvent(parts.event),
    parts.expiresS,
    listener,
    (renewed, expiresS) => {
      // Ended before there was a dialog: nothing can be said; timer N ends it.
      if (renewed.dialog !== undefined) sendInDialog(renewed, renewed.dialog, "SUBSCRIBE", content(expiresS));
    },
  );
  subscription.await(requests.callId, requests.fromTag, () => requests.sequenceNumber);
  const plan = requests.plan("SUBSCRIBE", (_amendment, target) => {
    const { headers = [], body } = content(parts.expiresS);
    return { headers: [...core.contactHeaders(target.listener, isSips(parts.requestUri)), ...headers], body };
  });
  send(core, subscription, plan);
  return subscription;
}

/** REFER inside a call (RFC 3515 §2.4); its progress comes in NOTIFYs of a subscription in the same dialog. */
export function referInDialog(
  core: UserAgentCore,
  open: OpenDialog,
  referTo: string,
  parts: RequestBody,
  listener: SubscriptionListener,
): Subscription {
  const event = parseEvent(`refer;id=${open.data.localSequenceNumber + 1}`);
  const subscription = new Subscription(core, event, REFER_EXPIRES_S, listener, () => undefined);
  subscription.join(open);
  sendInDialog(subscription, open, "REFER", {
    headers: [["Refer-To", referTo], ["Allow", "INVITE, ACK, CANCEL, BYE, NOTIFY"], ...(parts.headers ?? [])],
    body: parts.body,
  });
  return subscription;
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

function send(core: UserAgentCore, subscription: Subscription, plan: RequestPlan): void {
  const request: ClientRequest = new ClientRequest(core, plan, {
    onFinal: (response) => {
      const { target } = request;
      if (response === undefined || response.status >= 300 || target === undefined)
        subscription.refused(response);
      else subscription.accepted(response, core.flowTo(target));
    },
  });
}
