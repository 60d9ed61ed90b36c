type Values = Readonly<Record<string, unknown>>;

/** What tshark's field must say, of a parameter's value; `at` counts from the beginning of its content. */
export type Expected = (value: Values, at: number, content: Uint8Array) => unknown;

const field =
  (name: string): Expected =>
  (value) =>
    value[name];

/** The member of a list of one octet each that the field stands in. */
const member =
  (list: string, name: string): Expected =>
  (value, at) =>
    (value[list] as Values[])[at]?.[name];

const signals: Expected = ({ digits, stSignal }) =>
  `${String(digits).toUpperCase()}${stSignal === true ? "F" : ""}`;

const isOdd: Expected = (value) => String(signals(value, 0, new Uint8Array(0))).length % 2;

/** The instructions for a parameter whose octets begin right before, or two before, that one. */
const instruction =
  (name: string): Expected =>
  (value, at) => {
    const instructions = value["instructions"] as Values[] | undefined;
    if (instructions === undefined) return value[name];
    let next = 0;
    for (const each of instructions) {
      const octets = each["broadbandNarrowbandInterworking"] === undefined ? 2 : 3;
      if (at < next + octets) return each[name];
      next += octets;
    }
    return undefined;
  };

const whole: Expected = (_value, _at, content) => content.reduce((all, octet) => all * 256 + octet, 0);
const octetAt: Expected = (_value, at, content) => content[at];
const bigEndian =
  (name: string): Expected =>
  (value) =>
    (value[name] as Uint8Array).reduce((all, octet) => all * 256 + octet, 0);

const hexOctet = (octet: number): string => octet.toString(16).padStart(2, "0");

/** Fields of tshark that are compared, without `isup.`. */
const ISUP: Readonly<Record<string, Expected>> = {
  satellite_indicator: field("satellite"),
  continuity_check_indicator: field("continuityCheck"),
  echo_control_device_indicator: field("outgoingEchoControlDevice"),
  forw_call_natnl_inatnl_call_indicator: field("internationalCall"),
  forw_call_end_to_end_method_indicator: field("endToEndMethod"),
  forw_call_interworking_indicator: field("interworking"),
  forw_call_end_to_end_information_indicator: field("endToEndInformation"),
  forw_call_isdn_user_part_indicator: field("isdnUserPart"),
  forw_call_preferences_indicator: field("isdnUserPartPreference"),
  forw_call_isdn_access_indicator: field("isdnAccess"),
  forw_call_sccp_method_indicator: field("sccpMethod"),
  forw_call_ported_num_trans_indicator: field("portedNumberTranslated"),
  forw_call_qor_attempt_indicator: field("queryOnReleaseAttempt"),
  calling_partys_category: field("value"),
  transmission_medium_requirement: field("value"),
  transmission_medium_requirement_prime: field("value"),
  isdn_odd_even_indicator: isOdd,
  called_party_nature_of_address_indicator: field("natureOfAddressIndicator"),
  calling_party_nature_of_address_indicator: field("natureOfAddressIndicator"),
  charge_number_nature_of_address_indicator: field("natureOfAddressIndicator"),
  inn_indicator: field("internalNetworkNumber"),
  ni_indicator: ({ incomplete = 0 }) => incomplete,
  numbering_plan_indicator: field("numberingPlanIndicator"),
  address_presentation_restricted_indicator: field("presentationIndicator"),
  screening_indicator: field("screeningIndicator"),
  screening_indicator_enhanced: ({ screeningIndicator = 0 }) => screeningIndicator,
  called: signals,
  calling: signals,
  redirecting: signals,
  redirection_number: signals,
  subsequent_number: signals,
  connected_number: signals,
  transit_network_selection: signals,
  original_called_number: signals,
  location_number: signals,
  call_transfer_number: signals,
  called_in_number: signals,
  generic_number: signals,
  charge_number: signals,
  jurisdiction: signals,
  number_qualifier_indicator: field("qualifierIndicator"),
  call_identity: field("callIdentity"),
  local_reference: field("localReference"),
  protocol_class: field("protocolClass"),
  credit: field("credit"),
  clg_call_ind: field("closedUserGroup"),
  simple_segmentation_ind: field("simpleSegmentation"),
  connected_line_identity_request_ind: field("connectedLineIdentityRequest"),
  calling_party_address_request_indicator: field("callingPartyAddress"),
  info_req_holding_indicator: field("holding"),
  calling_partys_category_request_indicator: field("callingPartysCategory"),
  charge_information_request_indicator: field("chargeInformation"),
  malicious_call_ident_request_indicator: field("maliciousCallIdentification"),
  calling_party_address_response_indicator: field("callingPartyAddressResponse"),
  hold_provided_indicator: field("holdProvided"),
  calling_partys_category_response_indicator: field("callingPartysCategoryResponse"),
  charge_information_response_indicator: field("chargeInformationResponse"),
  solicited_indicator: field("unsolicited"),
  continuity_indicator: field("continuityCheckSuccessful"),
  charge_indicator: field("chargeIndicator"),
  called_partys_status_indicator: field("calledPartysStatusIndicator"),
  called_partys_category_indicator: field("calledPartysCategoryIndicator"),
  backw_call_end_to_end_method_indicator: field("endToEndMethod"),
  backw_call_interworking_indicator: field("interworking"),
  backw_call_end_to_end_information_indicator: field("endToEndInformation"),
  backw_call_iam_seg_ind: field("endToEndInformation"),
  backw_call_isdn_user_part_indicator: field("isdnUserPart"),
  backw_call_holding_indicator: field("holding"),
  backw_call_isdn_access_indicator: field("isdnAccess"),
  backw_call_echo_control_device_indicator: field("echoControlDevice"),
  backw_call_sccp_method_indicator: field("sccpMethod"),
  cause_indicator: field("causeValue"),
  cause_location: field("locationValue"),
  diagnostic: ({ diagnostics }) => [...(diagnostics as Uint8Array)].map(hexOctet).join(":"),
  redirecting_ind: field("redirectingIndicator"),
  original_redirection_reason: field("originalReasonIndicator"),
  redirection_counter: field("redirectionCounter"),
  redirection_reason: field("redirectingReasonIndicator"),
  cgs_message_type: field("value"),
  // tshark counts the circuit of the CIC, too, in one octet.
  range_indicator: ({ range }) => (Number(range) + 1) & 0xff,
  network_identity: ({ networkIdentity }) => String(networkIdentity).toUpperCase(),
  binary_code: bigEndian("binaryCode"),
  suspend_resume_indicator: field("networkInitiated"),
  type_of_network_identification: field("typeOfNetworkIdentificationIndicator"),
  network_identification_plan: field("networkIdentificationPlanIndicator"),
  event_ind: field("value"),
  event_presentation_restr_ind: field("presentationRestricted"),
  map_type: field("mapType"),
  automatic_congestion_level: field("value"),
  inband_information_ind: field("inBandInformation"),
  call_diversion_may_occur_ind: field("callDiversionMayOccur"),
  mlpp_user: field("mlppUser"),
  UUI_type: field("isResponse"),
  UUI_req_service1: field("service1"),
  UUI_req_service2: field("service2"),
  UUI_req_service3: field("service3"),
  UUI_res_service1: field("service1"),
  UUI_res_service2: field("service2"),
  UUI_res_service3: field("service3"),
  UUI_network_discard_ind: field("discardedByNetwork"),
  notification_indicator: field("value"),
  call_history_info: field("milliseconds"),
  propagation_delay_counter: field("milliseconds"),
  access_delivery_ind: field("accessDeliveryIndicator"),
  feature_code: member("features", "featureCode"),
  call_diversion_information: ({ notificationSubscriptionOptions, redirectingReasonIndicator }) =>
    Number(notificationSubscriptionOptions) + 8 * Number(redirectingReasonIndicator),
  OECD_inf_ind_vals: field("outgoingDevice"),
  IECD_inf_ind_vals: field("incomingDevice"),
  OECD_req_ind_vals: field("outgoingDeviceRequest"),
  IECD_req_ind_vals: field("incomingDeviceRequest"),
  transit_at_intermediate_exchange_ind: instruction("endNodeInterpretation"),
  Release_call_ind: instruction("releaseCall"),
  Send_notification_ind: instruction("sendNotification"),
  Discard_message_ind_value: instruction("discardMessage"),
  Discard_parameter_ind: instruction("discardParameter"),
  Pass_on_not_possible_val: instruction("passOnNotPossible"),
  Pass_on_not_possible_ind: instruction("passOnNotPossible"),
  broadband_narrowband_interworking_ind: instruction("broadbandNarrowbandInterworking"),
  broadband_narrowband_interworking_ind2: instruction("broadbandNarrowbandInterworking"),
  look_forward_busy: field("lookAheadForBusyIndicator"),
  precedence_level: field("precedenceLevelIndicator"),
  mlpp_service_domain: bigEndian("serviceDomain"),
  mcid_request_indicators: ({ mcidRequested, holdingRequested }) =>
    Number(mcidRequested) + 2 * Number(holdingRequested),
  mcid_response_indicators: ({ mcidIncluded, holdingProvided }) =>
    Number(mcidIncluded) + 2 * Number(holdingProvided),
  hop_counter: field("value"),
  presentation_indicator: field("presentationRestricted"),
  call_transfer_identity: field("callTransferIdentity"),
  loop_prevention_indicator_type: field("isResponse"),
  loop_prevention_response_ind: field("responseIndicator"),
  mtc_blocking_state: member("circuits", "maintenanceBlockingState"),
  call_processing_state: member("circuits", "callProcessingState"),
  hw_blocking_state: member("circuits", "hardwareBlockingState"),
  ccss_call_indicator: field("ccssCall"),
  backward_gvns: ({ terminatingAccessIndicator }) => 0x80 | Number(terminatingAccessIndicator),
  temporary_alternative_routing_ind: field("temporaryAlternativeRouting"),
  call_to_be_diverted_ind: field("callToBeDivertedIndicator"),
  call_to_be_offered_ind: field("callToBeOfferedIndicator"),
  conference_acceptance_ind: field("conferenceAcceptanceIndicator"),
  uid_action_indicators: ({ throughConnect, stopT9 }) => 0x80 | Number(throughConnect) | (2 * Number(stopT9)),
  uid_capability_indicators: ({ throughConnectionModificationPossible, stoppingT9Possible }) =>
    0x80 | Number(throughConnectionModificationPossible) | (2 * Number(stoppingT9Possible)),
  app_context_identifier: field("applicationContextIdentifier"),
  app_Release_call_indicator: field("releaseCall"),
  app_Send_notification_ind: field("sendNotification"),
  apm_segmentation_ind: field("segmentationIndicator"),
  APM_Sequence_ind: field("newSequence"),
  APM_slr: field("segmentationLocalReference"),
  collect_call_request_indicator: field("collectCallRequested"),
  isdn_generic_name_presentation: field("presentationIndicator"),
  isdn_generic_name_availability: field("isNotAvailable"),
  isdn_generic_name_type: field("typeOfNameIndicator"),
  conn_rsp_ind: field("responseIndicator"),
  cg_carrier_ind: field("carrierIndicator"),
  "cg_char_ind.doubleSeize": field("doubleSeizingControlIndicator"),
  cg_alarm_car_ind: field("alarmCarrierIndicator"),
  cg_alarm_cnt_chk: field("continuityCheckRequirementIndicator"),
  originating_line_info: field("value"),
  location_presentation_restr_ind: field("presentationIndicator"),
  location_screening_ind: field("screeningIndicator"),
  geo_loc_shape: field("typeOfShapeIndicator"),
  upgraded_parameter: octetAt,
  echo_control_information: whole,
  message_compatibility_information: octetAt,
  instruction_indicators: octetAt,
};

/** Contents of Q.931 in ISUP. */
const Q931: Readonly<Record<string, Expected>> = {
  cause_location: field("locationValue"),
  coding_standard: field("codingStandardValue"),
  "cause.recommendation": field("recommendation"),
  information_transfer_capability: field("informationTransferCapabilityValue"),
  transfer_mode: field("transferModeValue"),
  information_transfer_rate: field("informationTransferRateValue"),
  uil1: field("layer1ProtocolValue"),
  uil2: field("layer2ProtocolValue"),
  uil3: field("layer3ProtocolValue"),
  interpretation: field("interpretation"),
  presentation_method_protocol_profile: field("presentationMethod"),
  "user.protocol_discriminator": field("protocolDiscriminator"),
};

/** Comparisons by tshark's name. */
export const COMPARED: ReadonlyMap<string, Expected> = new Map([
  ...Object.entries(ISUP).map(([name, expected]) => [`isup.${name}`, expected] as const),
  ...Object.entries(Q931).map(([name, expected]) => [`q931.${name}`, expected] as const),
]);

/** Fields that show a whole content as octets: it must be the content. */
export const OCTETS: ReadonlySet<string> = new Set(
  [
    "parameter_value",
    "cause_indicators",
    "user_to_user_info",
    "access_transport_parameter_field",
    "user_service_information",
    "user_service_information_prime",
    "user_teleservice_information",
    "network_specific_facility",
    "remote_operations",
    "forward_gvns",
    "correlation_id",
    "scf_id",
    "charged_party_identification",
    "display_information",
    "generic_digits",
  ].map((name) => `isup.${name}`),
);

/** Fields that say nothing of their own: digits one by one, extension bits, items that only hold others. */
export const PASSED_OVER: ReadonlySet<string> = new Set([
  ...[
    "called_party_odd_address_signal_digit",
    "called_party_even_address_signal_digit",
    "calling_party_odd_address_signal_digit",
    "calling_party_even_address_signal_digit",
    "number_different_meaning",
    "extension_ind",
    "bitbucket",
    "circuit_assignment_map",
    "isdn_generic_name_ia5",
    "redirect_capability",
    "redirect_counter",
    "format_national_matter",
    "not_dissected_yet",
    "app_transport_param_field",
    "app_transport_instruction_indicator",
    "apm_seg_indicator",
    "apm_user_info_field",
    "shape_description",
    "address_digits",
    "empty_number",
    "too_many_digits",
    "parameter_type",
    "parameter_length",
    "mandatory_variable_parameter_pointer",
    "optional_parameter_part_pointer",
  ].map((name) => `isup.${name}`),
  "q931.extension_ind",
  "q931.layer_ident",
]);
