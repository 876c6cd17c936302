// The settings of an assistant: parley.yaml, and the same keys from the environment and the command line.
// One table declares every key; reading, "did you mean" and `parley config show` are made from it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assistant/connector_settings.hpp"
#include "assistant/hook_settings.hpp"
#include "assistant/model_settings.hpp"
#include "base/time.hpp"
#include "flow/diagnostic.hpp"
#include "flow/document.hpp"
#include "flow/messages.hpp"

namespace parley::assistant {

struct Suggestion {
  std::string label;
  std::string payload;  // what choosing it sends; the label when the author gave none
};

// How messages are let in that come while another is being answered.
struct AdmissionSetting {
  std::string channel;  // or "default"
  std::string mode;     // "queue", "merge", "latest", "reject"
  Duration window{2, 0};
};

struct Settings {
  std::string name = "Assistant";
  std::string disclosure = "You are chatting with an automated assistant.";
  std::string locale = "en";
  std::string tone = "neutral";  // a name from `tones`, or a number from 0 to 100
  std::vector<flow::ToneStop> tones{{"formal", 0}, {"neutral", 50}, {"casual", 100}};
  std::vector<std::string> tone_range;  // what users may choose: two of the same; none: any
  std::string length = "normal";        // or "short", "detailed"
  std::string currency = "USD";
  std::int32_t utc_offset_seconds = 0;
  std::string start;  // flow that greets; empty: wait for the first message
  std::vector<Suggestion> suggestions;
  std::vector<std::pair<std::string, std::string>> handlers;  // repair handler name → flow id
  Value calendars;                                            // name → business hours
  std::vector<AdmissionSetting> admission;
  ToolMode tool_mode = ToolMode::test;
  std::string model;                           // one line; "" when there is none, or `models` has them
  std::vector<ModelSetting> models;            // in the order of falling back
  std::optional<EmbeddingSetting> embeddings;  // what makes vectors of texts; none: words alone are compared
  std::string understanding = "model";         // or "matchers"
  std::uint32_t budget_tokens = 0;             // of models, a day; 0: no limit
  std::string budget_money;                    // the same in the currency of their prices; "": no limit
  ConnectorTable connectors;
  HookTable hooks;
  std::vector<std::string> internal_hosts;
  bool allow_internal = false;
  std::string ca_file;                   // empty: the system's
  std::string proxy;                     // that calls outside go through; empty: none
  std::string proxy_secret;              // the name of the secret with its "user:password"; empty: none
  std::vector<std::string> proxy_hosts;  // whose names it may look up

  std::uint32_t memory_days = 0;       // that what is known of users is kept; 0: for ever
  std::uint32_t context_tokens = 400;  // of what is known of the user, in what models are asked; 0: nothing

  std::optional<Duration> keep_conversations;  // after their last turn; empty: for ever

  std::uint32_t max_steps_per_turn = 200;
  std::uint32_t max_misunderstandings = 3;

  std::string listen = "127.0.0.1:8080";
  std::string data_dir = "parley-data";
  std::string log_level = "info";
  std::string log_format = "text";
  bool author_approves_alone = true;
  std::vector<std::string> link_hosts;
  std::uint32_t threads = 0;  // 0: one for each core
  std::vector<std::string> allowed_origins;

  // Where parley.yaml sets a key ("server.listen"), for messages about it later.
  std::map<std::string, flow::Position, std::less<>> places;
};

struct SettingInfo {
  std::string_view name;      // "server.listen"
  std::string_view expected;  // "an address such as 127.0.0.1:8080"
  std::string_view doc;
};

[[nodiscard]] std::span<const SettingInfo> setting_infos();

// The models that answer, first to last: `model` alone, or the one of `models` that it names; else `models`.
[[nodiscard]] std::vector<ModelSetting> model_chain(const Settings& settings);

// Reads parley.yaml's tree. Keys with problems keep their default.
[[nodiscard]] Settings read_settings(
    const flow::Node& document, std::string_view file, flow::Diagnostics& diagnostics
);

// A tone as a number; nothing when it is a name that `tones` lacks.
[[nodiscard]] std::optional<std::uint32_t> tone_number(const Settings& settings, std::string_view tone);
// `tone` as a number; the middle when it is none.
[[nodiscard]] std::uint32_t tone_value(const Settings& settings);
// `tone_range` as numbers; everything when it is none.
[[nodiscard]] std::pair<std::uint32_t, std::uint32_t> tone_bounds(const Settings& settings);

// Some connector is called, not only answered for by its description.
[[nodiscard]] bool calls_tools(const Settings& settings);

// One setting from text, as flags and environment variables give it; lists and maps are JSON.
// Returns what is wrong, or nothing.
[[nodiscard]] std::optional<Error> set_setting(
    Settings& settings, std::string_view name, std::string_view text
);

}  // namespace parley::assistant
