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
export { warningsOf, type MessageWarning, type WarningCode } from "./message/warnings.ts";
export {
  bareBodyPart,
  buildMultipart,
  parseMultipart,
  type BodyPart,
  type MultipartResult,
} from "./message/multipart.ts";
export { editMessage, type MessageEdits } from "./message/edit-message.ts";
export { parseAuthParams, parseAuthValue, type AuthValue } from "./message/auth-params.ts";
// Typed header fields
export {
  ALERT_INFO,
  CALL_INFO,
  CONTACT,
  ERROR_INFO,
  FROM,
  GEOLOCATION,
  GEOLOCATION_ROUTING,
  PATH,
  P_ASSERTED_IDENTITY,
  P_ASSOCIATED_URI,
  P_CALLED_PARTY_ID,
  P_CHARGE_INFO,
  P_PREFERRED_IDENTITY,
  P_PROFILE_KEY,
  P_SERVED_USER,
  P_USER_DATABASE,
  RECORD_ROUTE,
  REFERRED_BY,
  REFER_TO,
  REPLY_TO,
  ROUTE,
  SERVICE_ROUTE,
  TO,
} from "./message/headers/addresses.ts";
export {
  AUTHENTICATION_INFO,
  AUTHORIZATION,
  PROXY_AUTHENTICATE,
  PROXY_AUTHORIZATION,
  WWW_AUTHENTICATE,
} from "./message/headers/authentication.ts";
export { DATE } from "./message/headers/date.ts";
export { JOIN, REPLACES, TARGET_DIALOG, type DialogReference } from "./message/headers/dialog-reference.ts";
export { DIVERSION, type Diversion } from "./message/headers/diversion.ts";
export {
  EVENT,
  INFO_PACKAGE,
  RECV_INFO,
  SUBSCRIPTION_STATE,
  type SubscriptionState,
} from "./message/headers/event.ts";
export { headerField, headerType, listType, type HeaderType } from "./message/headers/header-type.ts";
export { HISTORY_INFO, type HistoryInfo } from "./message/headers/history-info.ts";
export {
  ACCEPT,
  ACCEPT_ENCODING,
  ACCEPT_LANGUAGE,
  CONTENT_DISPOSITION,
  CONTENT_TYPE,
  isHandlingRequired,
} from "./message/headers/media.ts";
export {
  P_ACCESS_NETWORK_INFO,
  P_ASSERTED_SERVICE,
  P_CHARGING_FUNCTION_ADDRESSES,
  P_CHARGING_VECTOR,
  P_PREFERRED_SERVICE,
  SECURITY_CLIENT,
  SECURITY_SERVER,
  SECURITY_VERIFY,
  TIMESTAMP_TYPE,
  type Parts,
  type Timestamp,
} from "./message/headers/network.ts";
export { PRIVACY } from "./message/headers/privacy.ts";
export { RACK, RSEQ, type RAck } from "./message/headers/rack.ts";
export { REASON, type ReasonValue } from "./message/headers/reason.ts";
export { RETRY_AFTER, type RetryAfter } from "./message/headers/retry-after.ts";
export {
  CONTENT_LENGTH,
  EXPIRES,
  FLOW_TIMER,
  MAX_FORWARDS,
  MIN_EXPIRES,
  MIN_SE,
  type Interval,
} from "./message/headers/seconds.ts";
export { SESSION_EXPIRES, type SessionExpires } from "./message/headers/session-expires.ts";
export { SESSION_ID, type SessionId } from "./message/headers/session-id.ts";
export {
  ALLOW,
  ALLOW_EVENTS,
  CALL_ID,
  CONTENT_ENCODING,
  CONTENT_LANGUAGE,
  IN_REPLY_TO,
  MIME_VERSION,
  ORGANIZATION,
  PROXY_REQUIRE,
  P_MEDIA_AUTHORIZATION,
  P_VISITED_NETWORK_ID,
  REQUIRE,
  SERVER,
  SUBJECT,
  SUPPORTED,
  UNSUPPORTED,
  USER_AGENT,
} from "./message/headers/tokens.ts";
export { type Valued } from "./message/headers/valued.ts";
export { WARNING_TYPE, type Warning } from "./message/headers/warning.ts";
// Transport
export type { Clock, Random } from "./transport/clock.ts";
export type { Channel, ChannelListener, Dial, Dialer, DialListener } from "./transport/channel.ts";
export { ConnectionError } from "./transport/connection.ts";
export {
  CONNECTIONS_MAX,
  CONNECTIONS_PER_SOURCE_MAX,
  FIRST_OCTETS_MS,
  IDLE_MS,
  MESSAGE_MS,
  type ConnectionLimit,
  type ConnectionOptions,
} from "./transport/connection-limits.ts";
export type {
  Flow,
  FlowEnd,
  FlowKeeper,
  PeerIdentity,
  Route,
  Target,
  Transport,
  TransportName,
} from "./transport/flow.ts";
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
export { TurnoverMap } from "./transaction/turnover-map.ts";
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
export {
  ha1Of,
  userhashOf,
  type DigestAlgorithm,
  type DigestHash,
  type Qop,
} from "./authentication/digest.ts";
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
export { pathsOf, serviceRoutesOf } from "./user-agent/registration.ts";
export type { SessionLoss } from "./user-agent/session-changes.ts";
export type { SessionIdentity } from "./user-agent/session-identity.ts";
export type { SoftState, SoftStateListener, SoftStateParts } from "./user-agent/soft-state.ts";
export type { ReferParts, SubscribeParts } from "./user-agent/subscribe.ts";
export type { Subscription, SubscriptionListener } from "./user-agent/subscription.ts";
export type { RequestBody } from "./user-agent/user-agent-core.ts";
export {
  meansAlive,
  UserAgent,
  type OutOfDialogRequest,
  type UserAgentListener,
  type UserAgentOptions,
} from "./user-agent/user-agent.ts";
