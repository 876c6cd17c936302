// Webhooks that start flows: the entries of `hooks` in parley.yaml, by the name that stands in their address.
// Secrets are only named here.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/value.hpp"
#include "flow/diagnostic.hpp"
#include "flow/document.hpp"

namespace parley::assistant {

struct HookSettings {
  std::string scheme = "generic";  // of wire::signature_schemes()
  std::string secret;              // its name: PARLEY_SECRET_<name>
  std::string
      event;  // the name of the event, a text over `body`, `headers` and `event`; empty: <hook>.<event>
  std::string user;              // whose conversation it enters: a text over the same
  std::string only;              // CEL over the same: others are taken and forgotten
  Value data;                    // of the event, with texts over the same; null: the body
  std::string signature_header;  // of the scheme `generic`
  std::string timestamp_header;  // likewise: then "{time}.{body}" is signed
  std::string id_header;         // likewise
  flow::Position place;
};

using HookTable = std::map<std::string, HookSettings, std::less<>>;

// Adds to the diagnostics what is wrong; what is right is kept.
[[nodiscard]] HookTable read_hook_settings(
    const flow::Node& node, std::string_view file, flow::Diagnostics& diagnostics
);

}  // namespace parley::assistant
