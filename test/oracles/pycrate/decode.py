"""What pycrate makes of ISUP.

Reads lines of {"code", "hex"}, the content of a parameter, or {"hex"}, a message; writes a line for each: for a parameter
{"fields": [[name, index, value], ...], "hex"}, for a message {"parameters": [[code, hex], ...], "hex"}, or {"error"}. A
field's name is the innermost one, "" where the parameter is one field; the index counts in a list; a value is a number,
octets in hex, or the signals of an address. "hex" is what pycrate encodes again, to show what it has left out.
"""

import json
import re
import sys

from pycrate_core.charpy import Charpy
from pycrate_core.elt import Alt, Array, Envelope, Sequence
from pycrate_mobile import ISUP

# pycrate's class of each parameter: a version that lacks one says so for the parameter.
CLASSES = {
    0x01: "CallReference",
    0x02: "TransmissionMediumReq",
    0x03: "AccessTransport",
    0x04: "CalledPartyNum",
    0x05: "SubsequentNum",
    0x06: "NatureConnectionInd",
    0x07: "ForwardCallInd",
    0x08: "OptForwardCallInd",
    0x09: "CallingPartyCat",
    0x0A: "CallingPartyNum",
    0x0B: "RedirectingNum",
    0x0C: "RedirectionNum",
    0x0D: "ConnectionReq",
    0x0E: "InformationReqInd",
    0x0F: "InformationInd",
    0x10: "ContinuityInd",
    0x11: "BackwardCallInd",
    0x12: "CauseInd",
    0x13: "RedirectionInfo",
    0x15: "CircuitGroupSupervis",
    0x16: "RangeStatus",
    0x18: "FacilityInd",
    0x1A: "ClosedUserGroupInterlockCode",
    0x1D: "UserServiceInfo",
    0x1E: "SignallingPointCode",
    0x20: "UserToUserInfo",
    0x21: "ConnectedNum",
    0x22: "SuspendResumeInd",
    0x23: "TransitNetworkSel",
    0x24: "EventInfo",
    0x25: "CircuitAssignMap",
    0x26: "CircuitStateInd",
    0x27: "AutomaticCongestionLevel",
    0x28: "OriginalCalledNum",
    0x29: "OptBackwardCallInd",
    0x2A: "UserToUserInd",
    0x2B: "OriginISCPointCode",
    0x2C: "GenericNotifInd",
    0x2D: "CallHistoryInfo",
    0x2E: "AccessDeliveryInfo",
    0x2F: "NetworkSpecificFacility",
    0x30: "UserServiceInfoPrime",
    0x31: "PropagationDelayCounter",
    0x32: "RemoteOperations",
    0x33: "ServiceActivation",
    0x34: "UserTeleserviceInfo",
    0x35: "TransmissionMediumUsed",
    0x36: "CallDiversionInfo",
    0x37: "EchoControlInfo",
    0x38: "MessageCompatInfo",
    0x39: "ParameterCompatInfo",
    0x3A: "MLPPPrecedence",
    0x3B: "MCIDReqInd",
    0x3C: "MCIDRespInd",
    0x3D: "HopCounter",
    0x3E: "TransmissionMediumReqPrime",
    0x3F: "LocationNum",
    0x40: "RedirectNumRestriction",
    0x43: "CallTransferRef",
    0x44: "LoopPreventionInd",
    0x45: "CallTransferNum",
    0x4B: "CCSS",
    0x4C: "ForwardGVNS",
    0x4D: "BackwardGVNS",
    0x4E: "RedirectCap",
    0x5B: "NetworkMgmtControls",
    0x65: "CorrelationID",
    0x66: "ScfID",
    0x6E: "CallDiversionTreatmentInd",
    0x6F: "CalledINNum",
    0x70: "CallOfferingTreatmentInd",
    0x71: "ChargedPartyIdent",
    0x72: "ConferenceTreatmentInd",
    0x73: "DisplayInfo",
    0x74: "UIDActionInd",
    0x75: "UIDCapInd",
    0x77: "RedirectCounter",
    0x78: "AppTransportParam",
    0x79: "CollectCallReq",
    0x7A: "CCNRPossibleInd",
    0x7B: "PivotCap",
    0x7C: "PivotRoutingInd",
    0x7D: "CalledDirectoryNum",
    0x7F: "OriginalCalledINNum",
    0x81: "CallingGeodeticLocation",
    0x82: "HTRInfo",
    0x84: "NetworkRoutingNum",
    0x85: "QueryOnReleaseCap",
    0x86: "PivotStatus",
    0x87: "PivotCounter",
    0x88: "PivotRoutingForwardInfo",
    0x89: "PivotRoutingBackwardInfo",
    0x8A: "RedirectStatus",
    0x8B: "RedirectForwardInfo",
    0x8C: "RedirectBackwardInfo",
    0x8D: "NumPortabilityForwardInfo",
    0xC0: "GenericNum",
    0xC1: "GenericDigits",
}
CODES = {name: code for code, name in CLASSES.items()}
CIC = bytes(2)


def class_of(code):
    """The class of a parameter: that of user-to-user information is hidden by its message's, which has it inside."""
    found = getattr(ISUP, CLASSES[code])
    return type(found()[CLASSES[code]][-1]) if issubclass(found, ISUP.ISUPMessage) else found


def signals_of(number):
    """The address with hexadecimal digits for pycrate's names of the codes above 9: get_num would cut such a name."""
    signals = re.sub(r"_[a-zA-Z]+(\d*)_", lambda name: f"{int(name[1] or 15):x}", number["Num"].decode())
    return signals[:-1] if number["OE"].get_val() else signals


def fields_of(element, index, is_top=False):
    """The leaves below an element, in their order."""
    if element.get_trans():
        return
    if isinstance(element, Alt) and element._name == "":
        # The low bits of an information element of one octet, which pycrate calls by several names.
        yield ["Val", index, element.get_alt().get_val()]
    elif isinstance(element, Alt):
        yield from fields_of(element.get_alt(), index)
    elif isinstance(element, Envelope):
        for child in element:
            if isinstance(element, ISUP.ISUPNum) and child._name == "Num":
                yield ["Num", index, signals_of(element)]
            else:
                yield from fields_of(child, index)
    elif isinstance(element, Sequence):
        for at, child in enumerate(element._content):
            yield from fields_of(child, at)
    elif isinstance(element, Array):
        for at, value in enumerate(element.get_val()):
            one = element._tmpl.clone()
            one.set_val(value)
            yield from fields_of(one, at)
    else:
        value = element.get_val()
        yield ["" if is_top else element._name, index, value.hex() if isinstance(value, bytes) else value]


def parameter(code, octets):
    read = class_of(code)()
    read._from_char(Charpy(octets))
    return {"fields": list(fields_of(read, 0, True)), "hex": read.to_bytes().hex()}


def content_of(envelope):
    """A parameter behind its name and its length, where it has them."""
    is_prefixed = isinstance(envelope, Envelope) and envelope[0]._name in ("Name", "Len")
    return (envelope[-1] if is_prefixed else envelope).to_bytes().hex()


def message(octets):
    read, fault = ISUP.parse_ISUP(CIC + octets)
    if fault:
        return {"error": "no message"}
    found = []
    for child in read:
        if child._name in CODES:
            found.append([CODES[child._name], content_of(child)])
        elif child._name == "Opt":
            found += [
                [option[0].get_val(), content_of(option)]
                for option in child
                if not option.get_trans() and option[0].get_val() != 0
            ]
    return {"parameters": found, "hex": read.to_bytes()[len(CIC) :].hex()}


def main():
    for line in sys.stdin:
        asked = json.loads(line)
        octets = bytes.fromhex(asked["hex"])
        try:
            answer = parameter(asked["code"], octets) if "code" in asked else message(octets)
        except Exception as error:  # pycrate raises whatever its reader runs into
            answer = {"error": type(error).__name__}
        print(json.dumps(answer))


main()
