/**
 * Messages about circuits, groups of them and the signalling between two exchanges (Q.763 (12/1999) table 4, T1.113):
 * inside SIP there is no circuit, so in a body they mean nothing (RFC 3398 §11, §13). RSC is among them; a gateway that
 * has circuits asks for it before.
 */
const CIRCUIT = new Set([
  ...["BLO", "BLA", "UBL", "UBA", "CGB", "CGBA", "CGU", "CGUA"],
  ...["RSC", "GRS", "GRA", "CQM", "CQR", "UCIC", "CCR", "LPA"],
  ...["CRM", "CRA", "CVT", "CVR", "UPT", "UPA", "OLM"],
]);

/** By the name of the message type. */
export function isCircuitMessage(messageType: string): boolean {
  return CIRCUIT.has(messageType);
}
