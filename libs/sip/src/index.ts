// Messages
export {
  buildRequest,
  buildResponse,
  type HeaderField,
  type RequestParts,
  type ResponseParts,
} from "./message/build-message.ts";
export { checkRequest, checkResponse, type MessageFault } from "./message/check-message.ts";
export { SipRequest, SipResponse, type SipMessage } from "./message/message.ts";
export { parseNameAddr, parseNameAddrs, type NameAddr } from "./message/name-addr.ts";
export { octetString, octetsOf, textOf, utf8OctetString } from "./message/octets.ts";
export {
  parseMessage,
  type ParseError,
  type ParseErrorCode,
  type ParseResult,
} from "./message/parse-message.ts";
export { statusPhrase } from "./message/status-phrases.ts";
export { closingQuote, isToken, quote, splitOutside, unquote } from "./message/token.ts";
export { parseParams, type Params } from "./message/params.ts";
export {
  escapeUser,
  formatUri,
  isSipUri,
  parseHostPort,
  parseUri,
  unescapeUser,
  type SipUri,
  type TelUri,
  type Uri,
} from "./message/uri.ts";
export { equalUris } from "./message/uri-equality.ts";
export { parseVia, type Via } from "./message/via.ts";
export { buildMultipart, parseMultipart, type BodyPart, type MultipartResult } from "./message/multipart.ts";
// Transport
export type { Clock, Random } from "./transport/clock.ts";
export type { Channel, ChannelListener, Dial, Dialer, DialListener } from "./transport/channel.ts";
export { ConnectionError } from "./transport/connection.ts";
export type { ConnectionOptions } from "./transport/connection-limits.ts";
export type { Flow, PeerIdentity, Route, Target, Transport, TransportName } from "./transport/flow.ts";
export {
  Listeners,
  UDP_REQUEST_OCTETS_MAX,
  type LargeRequests,
  type NextHop,
} from "./transport/listeners.ts";
export { identityOf, isPeer, type CertificateNames } from "./transport/peer-identity.ts";
export { ReliableTransport, type ReliableTransportOptions } from "./transport/reliable-transport.ts";
export { responseTarget } from "./transport/response-target.ts";
export { StreamReader, type StreamSink } from "./transport/stream-reader.ts";
// Location
export { HopSequence } from "./location/hop-sequence.ts";
export { ServerLocator, type ServerLocatorOptions } from "./location/server-locator.ts";
export { LocatedTargets, TargetLocator, type TargetLocatorOptions } from "./location/target-locator.ts";
export type {
  DnsAnswer,
  DnsRecords,
  DnsType,
  NaptrRecord,
  Resolver,
  SrvRecord,
} from "./location/resolver.ts";
// Transactions
export { T1, T2, T4, TIMEOUT, TimerQueues, type Timer, type TimerOwner } from "./transaction/timers.ts";
export { TransactionLayer, type TransactionUser } from "./transaction/transaction-layer.ts";
export type { Reply } from "./transaction/server-transaction.ts";
// Authentication
export {
  DigestClient,
  type Account,
  type DigestClientOptions,
  type DigestRequest,
} from "./authentication/digest-client.ts";
export {
  DigestServer,
  type DigestRefusal,
  type DigestServerOptions,
  type DigestVerdict,
} from "./authentication/digest-server.ts";
export { ha1Of, type DigestAlgorithm, type DigestHash, type Qop } from "./authentication/digest.ts";
// Dialogs and user agent
export { type Dialog } from "./dialog/dialog.ts";
export { MIN_SE_S, type SessionTimerOptions } from "./dialog/session-interval.ts";
export type { ClientRequest, ClientRequestListener } from "./user-agent/client-request.ts";
export { descriptionIn } from "./user-agent/description.ts";
export type { EventName } from "./user-agent/event-name.ts";
export { IncomingSubscription, type Grant } from "./user-agent/incoming-subscription.ts";
export {
  InviteClientSession,
  type InviteClientSessionListener,
  type InviteParts,
} from "./user-agent/invite-client-session.ts";
export { InviteServerSession, type InviteServerSessionListener } from "./user-agent/invite-server-session.ts";
export type { InviteUsage, InviteUsageListener, Outcome, Responder } from "./user-agent/invite-usage.ts";
export type { Notifier } from "./user-agent/notifier.ts";
export type { Addressing } from "./user-agent/out-of-dialog.ts";
export type {
  Authenticator,
  ChallengedRequest,
  DescriptionResult,
  OfferAnswerPort,
  Targets,
  TargetSource,
} from "./user-agent/ports.ts";
export type { ReceivedRefer } from "./user-agent/received-refer.ts";
export { serviceRoutesOf } from "./user-agent/registration.ts";
export type { SessionLoss } from "./user-agent/session-changes.ts";
export type { SoftState, SoftStateListener, SoftStateParts } from "./user-agent/soft-state.ts";
export type { SubscribeParts } from "./user-agent/subscribe.ts";
export type { Subscription, SubscriptionListener } from "./user-agent/subscription.ts";
export type { RequestBody } from "./user-agent/user-agent-core.ts";
export {
  meansAlive,
  UserAgent,
  type OutOfDialogRequest,
  type UserAgentListener,
  type UserAgentOptions,
} from "./user-agent/user-agent.ts";
