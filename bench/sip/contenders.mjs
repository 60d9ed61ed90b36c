import { buildRequest, buildResponse, editMessage, parseMessage } from "@tandem/sip";
import { createRequire } from "node:module";
// Not in its exports, so by path; the same for jssip's parser, which is no part of its public entry.
import { Parser as SipJs } from "./node_modules/sip.js/lib/core/messages/parser.js";

const require = createRequire(import.meta.url);
const sip = require("sip");
const drachtio = require("drachtio-sip");
const jssip = require("jssip/lib/Parser.js");
const silent = { warn() {}, error() {}, debug() {}, log() {} };

const HOP_VIA = "SIP/2.0/UDP 192.0.2.77:5060;branch=z9hG4bKhop";
let sink = 0;
/** Keeps the engine from leaving out what nobody looks at. */
const use = (value) => {
  sink += value === undefined || value === null ? 0 : String(value).length & 1;
};
export const used = () => sink;

function tandem({ octets }) {
  const parsed = parseMessage(octets);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.message;
}

/** Each: what it takes to route a message, to read all of it, to forward it. */
export const CONTENDERS = [
  {
    name: "@tandem/sip",
    route(message) {
      const m = tandem(message);
      use(m.topVia.branch);
      use(m.callId);
      use(m.cseq.sequenceNumber);
      use(m.fromTag);
      use(m.toTag);
      use(m.kind === "request" ? m.requestUri.host : m.status);
      use(m.header("route"));
    },
    full(message) {
      const m = tandem(message);
      use(m.topVia.branch);
      use(m.list("via").length);
      use(m.callId);
      use(m.cseq.method);
      use(m.from.uri.host);
      use(m.to.uri.host);
      use(m.fromTag);
      use(m.toTag);
      use(m.kind === "request" ? m.requestUri.host : m.status);
      use(m.contacts?.[0]?.uri.host);
      use(m.list("record-route")?.length);
      use(m.list("route")?.length);
      use(m.header("content-type"));
      use(m.header("max-forwards"));
      use(m.body.length);
    },
    forward(message) {
      const m = tandem(message);
      const octets = editMessage(m, {
        prepend: [["Via", HOP_VIA]],
        replace: { "max-forwards": [["Max-Forwards", "69"]] },
      });
      use(octets.length);
    },
    respond(message) {
      const m = tandem(message);
      if (m.kind === "request") use(buildResponse(m, { status: 200, toTag: "x" }).length);
      else
        use(
          buildRequest({
            method: "ACK",
            requestUri: "sip:a@b.example",
            headers: [
              ["Via", HOP_VIA],
              ["To", m.header("to")],
              ["From", m.header("from")],
              ["Call-ID", m.callId],
              ["CSeq", `${m.cseq.sequenceNumber} ACK`],
            ],
          }).length,
        );
    },
  },
  {
    name: "sip",
    route({ text }) {
      const m = sip.parse(text);
      use(m.headers.via[0].params.branch);
      use(m.headers["call-id"]);
      use(m.headers.cseq.seq);
      use(m.headers.from.params.tag);
      use(m.headers.to.params.tag);
      use(m.method ? sip.parseUri(m.uri).host : m.status);
      use(m.headers.route?.[0]?.uri);
    },
    full({ text }) {
      const m = sip.parse(text);
      use(m.headers.via[0].params.branch);
      use(m.headers.via.length);
      use(m.headers["call-id"]);
      use(m.headers.cseq.method);
      use(sip.parseUri(m.headers.from.uri).host);
      use(sip.parseUri(m.headers.to.uri).host);
      use(m.headers.from.params.tag);
      use(m.headers.to.params.tag);
      use(m.method ? sip.parseUri(m.uri).host : m.status);
      if (Array.isArray(m.headers.contact) && m.headers.contact[0])
        use(sip.parseUri(m.headers.contact[0].uri)?.host);
      use(m.headers["record-route"]?.length);
      use(m.headers.route?.length);
      use(m.headers["content-type"]);
      use(m.headers["max-forwards"]);
      use(m.content.length);
    },
    forward({ text }) {
      const m = sip.parse(text);
      m.headers.via.unshift({
        version: "2.0",
        protocol: "UDP",
        host: "192.0.2.77",
        port: 5060,
        params: { branch: "z9hG4bKhop" },
      });
      m.headers["max-forwards"] = 69;
      use(Buffer.from(sip.stringify(m), "latin1").length);
    },
    respond({ text }) {
      const m = sip.parse(text);
      if (m.method) {
        const response = sip.makeResponse(m, 200);
        use(Buffer.from(sip.stringify(response), "latin1").length);
      } else
        use(
          Buffer.from(
            sip.stringify({
              method: "ACK",
              uri: "sip:a@b.example",
              headers: {
                via: m.headers.via,
                to: m.headers.to,
                from: m.headers.from,
                "call-id": m.headers["call-id"],
                cseq: { method: "ACK", seq: m.headers.cseq.seq },
              },
            }),
            "latin1",
          ).length,
        );
    },
  },
  {
    name: "drachtio-sip",
    route({ text }) {
      const m = new drachtio.SipMessage(text);
      use(m.getParsedHeader("via")[0].params.branch);
      use(m.get("call-id"));
      use(m.getParsedHeader("cseq").seq);
      use(m.getParsedHeader("from").params.tag);
      use(m.getParsedHeader("to").params.tag);
      use(m.method ? drachtio.parser.parseUri(m.uri)?.host : m.status);
      use(m.get("route"));
    },
    full({ text }) {
      const m = new drachtio.SipMessage(text);
      const via = m.getParsedHeader("via");
      use(via[0].params.branch);
      use(via.length);
      use(m.get("call-id"));
      use(m.getParsedHeader("cseq").method);
      const [from, to] = [m.getParsedHeader("from"), m.getParsedHeader("to")];
      use(drachtio.parser.parseUri(from.uri)?.host);
      use(drachtio.parser.parseUri(to.uri)?.host);
      use(from.params.tag);
      use(to.params.tag);
      use(m.method ? drachtio.parser.parseUri(m.uri)?.host : m.status);
      if (m.has("contact")) use(drachtio.parser.parseUri(m.getParsedHeader("contact")[0]?.uri ?? "")?.host);
      if (m.has("record-route")) use(m.getParsedHeader("record-route").length);
      if (m.has("route")) use(m.getParsedHeader("route").length);
      use(m.get("content-type"));
      use(m.get("max-forwards"));
      use(m.body?.length);
    },
  },
  {
    name: "jssip",
    route({ text }) {
      const m = jssip.parseMessage(text, undefined);
      use(m.via_branch);
      use(m.call_id);
      use(m.cseq);
      use(m.from_tag);
      use(m.to_tag);
      use(m.ruri?.host ?? m.status_code);
      use(m.getHeader("route"));
    },
    full({ text }) {
      const m = jssip.parseMessage(text, undefined);
      use(m.via_branch);
      use(m.getHeaders("via").length);
      use(m.call_id);
      use(m.from.uri.host);
      use(m.to.uri.host);
      use(m.from_tag);
      use(m.to_tag);
      use(m.ruri?.host ?? m.status_code);
      if (m.hasHeader("contact")) use(m.parseHeader("contact")?.uri?.host);
      use(m.getHeaders("record-route").length);
      use(m.getHeaders("route").length);
      use(m.getHeader("content-type"));
      use(m.getHeader("max-forwards"));
      use(m.body?.length);
    },
  },
  {
    name: "sip.js",
    route({ text }) {
      const m = SipJs.parseMessage(text, silent);
      use(m.viaBranch);
      use(m.callId);
      use(m.cseq);
      use(m.fromTag);
      use(m.toTag);
      use(m.ruri?.host ?? m.statusCode);
      use(m.getHeader("route"));
    },
    full({ text }) {
      const m = SipJs.parseMessage(text, silent);
      use(m.viaBranch);
      use(m.getHeaders("via").length);
      use(m.callId);
      use(m.from.uri.host);
      use(m.to.uri.host);
      use(m.fromTag);
      use(m.toTag);
      use(m.ruri?.host ?? m.statusCode);
      if (m.hasHeader("contact")) use(m.parseHeader("contact")?.uri?.host);
      use(m.getHeaders("record-route").length);
      use(m.getHeaders("route").length);
      use(m.getHeader("content-type"));
      use(m.getHeader("max-forwards"));
      use(m.body?.length);
    },
  },
];
