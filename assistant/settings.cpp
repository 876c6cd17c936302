// The table of settings, and the reading of each kind.
#include "assistant/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/edit_distance.hpp"
#include "flow/load.hpp"
#include "policy/business_hours.hpp"

namespace parley::assistant {
namespace {

using flow::Node;

bool read(const Node& node, std::string& out) {
  if (!node.is_scalar() || node.text.empty()) return false;
  out = node.text;
  return true;
}

bool read(const Node& node, std::uint32_t& out, std::int64_t min, std::int64_t max) {
  const Value value = flow::to_value(node);
  if (!value.is_int() || value.as_int() < min || value.as_int() > max) return false;
  out = static_cast<std::uint32_t>(value.as_int());
  return true;
}

bool read_word(const Node& node, std::string& out, std::span<const std::string_view> words) {
  if (!node.is_scalar() || std::ranges::find(words, std::string_view(node.text)) == words.end()) return false;
  out = node.text;
  return true;
}

// UTC, +02:00 or -05:30
bool read_offset(const Node& node, std::int32_t& seconds) {
  if (!node.is_scalar()) return false;
  const std::string_view text = node.text;
  if (text == "UTC" || text == "Z") {
    seconds = 0;
    return true;
  }
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  int hours = 0;
  int minutes = 0;
  const auto whole = [](std::string_view digits, int& out) {
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return problem == std::errc() && end == digits.data() + digits.size() && out >= 0;
  };
  if (!whole(text.substr(1, 2), hours) || !whole(text.substr(4, 2), minutes)) return false;
  if (hours > 14 || minutes > 59) return false;
  seconds = (hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
  return true;
}

bool read_currency(const Node& node, std::string& out) {
  const bool code = node.is_scalar() && node.text.size() == 3 &&
                    std::ranges::all_of(node.text, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (code) out = node.text;
  return code;
}

// host:port, [v6]:port or :port
bool read_address(const Node& node, std::string& out) {
  if (!node.is_scalar()) return false;
  const std::size_t colon = node.text.rfind(':');
  if (colon == std::string::npos) return false;
  const std::string_view port = std::string_view(node.text).substr(colon + 1);
  std::uint32_t number = 0;
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (problem != std::errc() || end != port.data() + port.size() || number > 65535) return false;
  out = node.text;
  return true;
}

// Nothing but where it is: its user and password do not belong into a file.
bool read_proxy(const Node& node, std::string& out) {
  const bool address =
      node.is_scalar() && (node.text.starts_with("http://") || node.text.starts_with("https://"));
  if (!address || node.text.contains('@')) return false;
  out = node.text;
  while (out.ends_with('/')) out.pop_back();
  return out.find_first_of("/?#", out.find("://") + 3) == std::string::npos;
}

bool read_secret_name(const Node& node, std::string& out) {
  return read(node, out) && std::ranges::all_of(out, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

bool read_list(const Node& node, std::vector<std::string>& out) {
  if (!node.is_list()) return false;
  std::vector<std::string> words;
  for (const Node& item : node.items) {
    if (!item.is_scalar() || item.text.empty()) return false;
    words.push_back(item.text);
  }
  out = std::move(words);
  return true;
}

bool read_suggestions(const Node& node, std::vector<Suggestion>& out) {
  if (!node.is_list()) return false;
  std::vector<Suggestion> suggestions;
  for (const Node& item : node.items) {
    const Node* label = item.is_map() ? item.find("label") : &item;
    const Node* payload = item.is_map() ? item.find("payload") : label;
    if (payload == nullptr) payload = label;
    if (label == nullptr || !label->is_scalar() || !payload->is_scalar() || item.members.size() > 2)
      return false;
    if (item.members.size() == 2 && item.find("payload") == nullptr) return false;
    suggestions.push_back({label->text, payload->text});
  }
  out = std::move(suggestions);
  return true;
}

bool read_handlers(const Node& node, std::vector<std::pair<std::string, std::string>>& out) {
  if (!node.is_map()) return false;
  std::vector<std::pair<std::string, std::string>> handlers;
  for (const Node::Member& member : node.members) {
    const auto names = flow::handler_names();
    if (!member.value.is_scalar() || std::ranges::find(names, std::string_view(member.key)) == names.end())
      return false;
    handlers.emplace_back(member.key, member.value.text);
  }
  out = std::move(handlers);
  return true;
}

bool read_calendars(const Node& node, Value& out) {
  if (!node.is_map()) return false;
  const Value calendars = flow::to_value(node);
  for (const auto& [name, calendar] : calendars.entries()) {
    if (!policy::read_calendar(calendar)) return false;
  }
  out = calendars;
  return true;
}

// A name or a number; which names there are is checked when everything is read.
bool read_tone(const Node& node, std::string& out) {
  const Value value = flow::to_value(node);
  if (value.is_int() ? value.as_int() < 0 || value.as_int() > 100 : !value.is_string()) return false;
  return read(node, out);
}

bool read_tones(const Node& node, std::vector<flow::ToneStop>& out) {
  if (!node.is_map() || node.members.empty()) return false;
  std::vector<flow::ToneStop> stops;
  for (const Node::Member& member : node.members) {
    const Value value = flow::to_value(member.value);
    if (!value.is_int() || value.as_int() < 0 || value.as_int() > 100) return false;
    stops.push_back({member.key, static_cast<std::uint32_t>(value.as_int())});
  }
  out = std::move(stops);
  return true;
}

bool read_tone_bounds(const Node& node, std::vector<std::string>& out) {
  if (!node.is_list() || node.items.size() != 2) return false;
  std::vector<std::string> bounds(2);
  if (!read_tone(node.items[0], bounds[0]) || !read_tone(node.items[1], bounds[1])) return false;
  out = std::move(bounds);
  return true;
}

constexpr auto kLengths = std::to_array<std::string_view>({"short", "normal", "detailed"});
constexpr auto kAdmissionModes = std::to_array<std::string_view>({"queue", "merge", "latest", "reject"});

bool read_admission(std::string_view channel, const Node& node, std::vector<AdmissionSetting>& out) {
  AdmissionSetting setting{.channel = std::string(channel), .mode = {}};
  const Node* mode = node.is_map() ? node.find("mode") : &node;
  if (mode == nullptr || !read_word(*mode, setting.mode, kAdmissionModes)) return false;
  if (const Node* window = node.find("window")) {
    const auto length = parse_duration(window->text);
    if (!length || length->seconds < 0 || length->seconds > 60) return false;
    setting.window = *length;
  }
  if (node.is_map() && node.members.size() != (node.find("window") != nullptr ? 2U : 1U)) return false;
  out.push_back(std::move(setting));
  return true;
}

// One for all channels, or a map of channels.
bool read_admission(const Node& node, std::vector<AdmissionSetting>& out) {
  std::vector<AdmissionSetting> settings;
  if (node.is_scalar() || node.find("mode") != nullptr) {
    if (!read_admission("default", node, settings)) return false;
  } else {
    for (const Node::Member& member : node.members) {
      if (!read_admission(member.key, member.value, settings)) return false;
    }
  }
  out = std::move(settings);
  return !out.empty();
}

// At least a second: a conversation must not vanish while it goes on.
bool read_keep(const Node& node, std::optional<Duration>& out) {
  if (!node.is_scalar()) return false;
  if (node.text == "forever") {
    out.reset();
    return true;
  }
  const auto length = parse_duration(node.text);
  if (!length || length->seconds < 1) return false;
  out = *length;
  return true;
}

bool read_tool_mode(const Node& node, ToolMode& out) {
  if (!node.is_scalar() || (node.text != "test" && node.text != "live")) return false;
  out = node.text == "test" ? ToolMode::test : ToolMode::live;
  return true;
}

bool read_model_line(const Node& node, Settings& settings) {
  return read(node, settings.model);
}

bool read_money(const Node& node, std::string& out) {
  const auto fits = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  if (!node.is_scalar() || node.text.empty() || node.text.size() > 12) return false;
  if (!std::ranges::all_of(node.text, fits) || std::ranges::count(node.text, '.') > 1) return false;
  if (node.text.front() == '.' || node.text.back() == '.') return false;
  out = node.text;
  return true;
}

constexpr auto kUnderstanding = std::to_array<std::string_view>({"model", "matchers"});
// Says no more than yes or no; Reader reads it again to say what is wrong where.
bool read_connectors(const Node& node, ConnectorTable& out) {
  flow::Diagnostics diagnostics;
  out = read_connector_settings(node, {}, diagnostics);
  return diagnostics.empty();
}

bool read_hooks(const Node& node, HookTable& out) {
  flow::Diagnostics diagnostics;
  out = read_hook_settings(node, {}, diagnostics);
  return diagnostics.empty();
}

bool read_truth(const Node& node, bool& out) {
  const Value value = flow::to_value(node);
  if (!value.is_bool()) return false;
  out = value.as_bool();
  return true;
}

constexpr auto kLogLevels = std::to_array<std::string_view>({"trace", "debug", "info", "warn", "error"});
constexpr auto kLogFormats = std::to_array<std::string_view>({"text", "json"});

struct Row {
  SettingInfo info;
  bool (*read)(const Node& node, Settings& settings);
  std::string (*problem)(const Node& node) = nullptr;  // says more than `expected` where there is more to say
};

std::string help_of(const Row& row, const Node& node) {
  return row.problem != nullptr ? row.problem(node) : "it must be " + std::string(row.info.expected);
}

constexpr Row kRows[] = {
    {{"name", "text", "What the assistant is called."},
     [](const Node& n, Settings& s) { return read(n, s.name); }},
    {{"disclosure", "text", "What users are told about talking to a machine."},
     [](const Node& n, Settings& s) { return read(n, s.disclosure); }},
    {{"locale", "a language tag such as en or pt-BR", "The language of users who bring none."},
     [](const Node& n, Settings& s) { return read(n, s.locale); }},
    {{"tone", "a name from tones, or a number from 0 to 100", "The tone of conversations that set none."},
     [](const Node& n, Settings& s) { return read_tone(n, s.tone); }},
    {{"tones",
      "a map of names to numbers from 0 to 100",
      "What the tones are called; formal 0, neutral 50 and casual 100 when left out."},
     [](const Node& n, Settings& s) { return read_tones(n, s.tones); }},
    {{"tone_range",
      "a list of two, each a name from tones or a number from 0 to 100, such as [formal, 70]",
      "The tones that users may choose; what is outside counts as the nearer end."},
     [](const Node& n, Settings& s) { return read_tone_bounds(n, s.tone_range); }},
    {{"length", "short, normal or detailed", "How much models write in conversations that choose nothing."},
     [](const Node& n, Settings& s) { return read_word(n, s.length, kLengths); }},
    {{"currency", "a currency code such as USD", "The currency of amounts without one."},
     [](const Node& n, Settings& s) { return read_currency(n, s.currency); }},
    {{"timezone", "an offset such as +02:00, in quotes, or UTC", "The time of users who bring none."},
     [](const Node& n, Settings& s) { return read_offset(n, s.utc_offset_seconds); }},
    {{"start", "the id of a flow", "The flow that begins a conversation."},
     [](const Node& n, Settings& s) { return read(n, s.start); }},
    {{"suggestions", "a list of labels or of {label, payload}", "What a new user may begin with."},
     [](const Node& n, Settings& s) { return read_suggestions(n, s.suggestions); }},
    {{"handlers", "a map of handler names to flow ids", "Flows that replace the built-in repairs."},
     [](const Node& n, Settings& s) { return read_handlers(n, s.handlers); }},
    {{"calendars",
      "a map of names to {timezone, daylight, hours, holidays}, such as {support: {hours: {mon-fri: "
      "09:00-17:00}}}",
      "When people are there, for hand-offs."},
     [](const Node& n, Settings& s) { return read_calendars(n, s.calendars); }},
    {{"admission",
      "queue, merge, latest or reject, {mode, window}, or a map of channels to these",
      "What happens to messages that come while another is being answered."},
     [](const Node& n, Settings& s) { return read_admission(n, s.admission); }},
    {{"retention.conversations",
      "a duration such as 400d, or forever",
      "How long a conversation is kept after its last turn; forever when left out."},
     [](const Node& n, Settings& s) { return read_keep(n, s.keep_conversations); }},
    {{"tools.mode", "test or live", "Whether tools answer from their descriptions or are called."},
     [](const Node& n, Settings& s) { return read_tool_mode(n, s.tool_mode); }},
    {{"model",
      "a model such as openai/gpt-4o-mini, ollama or http://localhost:8000/v1#qwen, or the name of one of "
      "models",
      "The model that is asked."},
     [](const Node& n, Settings& s) { return read_model_line(n, s); }},
    {{"models",
      "a list of models, or of {name, use, key, api, structured, price, max_tokens, concurrency, retries, "
      "stall_seconds}",
      "The models that are asked, the next when one does not answer."},
     [](const Node& n, Settings& s) { return read_models(n, s.models); },
     models_problem},
    {{"embeddings",
      "a model such as openai/text-embedding-3-small, or {use, dimensions, key, price, concurrency, retries}",
      "The model that makes vectors of texts, by which recall and search find other words for the same."},
     [](const Node& n, Settings& s) { return read_embeddings(n, s.embeddings); },
     embeddings_problem},
    {{"understanding",
      "model or matchers",
      "Whether a model is asked what a message means when plain code is not sure."},
     [](const Node& n, Settings& s) { return read_word(n, s.understanding, kUnderstanding); }},
    {{"budget.tokens", "a whole number up to 4000000000", "What models may read and write in a day (UTC)."},
     [](const Node& n, Settings& s) { return read(n, s.budget_tokens, 1, 4'000'000'000); }},
    {{"budget.money",
      "a decimal such as \"5.00\"",
      "What models may cost in a day (UTC), in the currency of their prices."},
     [](const Node& n, Settings& s) { return read_money(n, s.budget_money); }},
    {{"tools.connectors",
      "a map of the names of connectors to {mode, server, command, environment, credentials, headers, "
      "idempotency_header, trust_annotations, answer_bytes, kept_bytes}",
      "How each connector is called."},
     [](const Node& n, Settings& s) { return read_connectors(n, s.connectors); }},
    {{"hooks",
      "a map of the names of hooks to {scheme, secret, event, data, user, only, signature_header, "
      "timestamp_header, "
      "id_header}",
      "Webhooks that start flows: POST /v1/hooks/<name>."},
     [](const Node& n, Settings& s) { return read_hooks(n, s.hooks); }},
    {{"egress.internal_hosts",
      "a list of hosts, such as [crm.internal, \"127.0.0.1:9000\"]",
      "Hosts inside the own network that tools may call."},
     [](const Node& n, Settings& s) { return read_list(n, s.internal_hosts); }},
    {{"egress.allow_internal",
      "true or false",
      "Whether tools may call any host inside the own network; for development."},
     [](const Node& n, Settings& s) { return read_truth(n, s.allow_internal); }},
    {{"egress.ca_file", "a file", "Certificates that are trusted, in PEM; the system's when left out."},
     [](const Node& n, Settings& s) { return read(n, s.ca_file); }},
    {{"egress.proxy",
      "an address such as http://proxy.example:3128",
      "The proxy that calls to outside go through; environment variables for that are not used."},
     [](const Node& n, Settings& s) { return read_proxy(n, s.proxy); }},
    {{"egress.proxy_secret",
      "the name of a secret in capitals, such as PROXY; its value, user:password, comes from "
      "PARLEY_SECRET_PROXY",
      "With what the proxy is told who calls."},
     [](const Node& n, Settings& s) { return read_secret_name(n, s.proxy_secret); }},
    {{"egress.proxy_hosts",
      "a list of hosts, such as [api.example.com]",
      "Hosts whose names the proxy may look up where this machine cannot."},
     [](const Node& n, Settings& s) { return read_list(n, s.proxy_hosts); }},
    {{"memory.days",
      "a whole number up to 36500; 0 for ever",
      "How long what is remembered of users is kept, and what they said is recalled."},
     [](const Node& n, Settings& s) { return read(n, s.memory_days, 0, 36'500); }},
    {{"links.hosts",
      "a list of hosts, such as [shop.example, \"*.docs.example\"]",
      "Hosts that a model's words may link to; other links are shown as text."},
     [](const Node& n, Settings& s) { return read_list(n, s.link_hosts); }},
    {{"reviews.author_alone",
      "true or false",
      "Whether the person who published a flow may approve its calls without another; true when left out."},
     [](const Node& n, Settings& s) { return read_truth(n, s.author_approves_alone); }},
    {{"memory.context_tokens",
      "a whole number up to 20000; 0 for nothing",
      "How much of what is known of the user is told to models, where they write, act and understand."},
     [](const Node& n, Settings& s) { return read(n, s.context_tokens, 0, 20'000); }},
    {{"limits.steps_per_turn", "a whole number from 1 to 10000", "Steps that one message may run."},
     [](const Node& n, Settings& s) { return read(n, s.max_steps_per_turn, 1, 10'000); }},
    {{"limits.misunderstandings",
      "a whole number from 1 to 100",
      "Messages in a row that mean nothing before a person is brought in."},
     [](const Node& n, Settings& s) { return read(n, s.max_misunderstandings, 1, 100); }},
    {{"server.listen", "an address such as 127.0.0.1:8080", "Where the server listens."},
     [](const Node& n, Settings& s) { return read_address(n, s.listen); }},
    {{"server.data_dir", "a folder", "Where conversations are stored."},
     [](const Node& n, Settings& s) { return read(n, s.data_dir); }},
    {{"server.log_level",
      "one of trace, debug, info, warn, error",
      "The least important messages that are logged."},
     [](const Node& n, Settings& s) { return read_word(n, s.log_level, kLogLevels); }},
    {{"server.log_format", "text or json", "The form of log lines."},
     [](const Node& n, Settings& s) { return read_word(n, s.log_format, kLogFormats); }},
    {{"server.threads", "a whole number up to 256; 0 for one a core", "Threads that serve connections."},
     [](const Node& n, Settings& s) { return read(n, s.threads, 0, 256); }},
    {{"server.allowed_origins",
      "a list of origins such as https://example.com",
      "Pages that may embed the chat."},
     [](const Node& n, Settings& s) { return read_list(n, s.allowed_origins); }},
};

constexpr auto kInfos = [] {
  std::array<SettingInfo, std::size(kRows)> infos{};
  for (std::size_t i = 0; i < infos.size(); ++i) infos[i] = kRows[i].info;
  return infos;
}();

const Row* find_row(std::string_view name) {
  const auto* const row =
      std::ranges::find_if(kRows, [&](const Row& candidate) { return candidate.info.name == name; });
  return row == std::end(kRows) ? nullptr : row;
}

bool is_section(std::string_view name) {
  return std::ranges::any_of(kRows, [&](const Row& row) {
    return row.info.name.size() > name.size() && row.info.name.starts_with(name) &&
           row.info.name[name.size()] == '.';
  });
}

// The keys that may stand in a section ("" is the top level).
std::vector<std::string_view> keys_in(std::string_view section) {
  std::vector<std::string_view> keys;
  for (const Row& row : kRows) {
    std::string_view name = row.info.name;
    if (!section.empty()) {
      if (!name.starts_with(section) || name[section.size()] != '.') continue;
      name.remove_prefix(section.size() + 1);
    }
    const std::string_view key = name.substr(0, name.find('.'));
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

std::string suggestion(std::string_view name, std::span<const std::string_view> known) {
  const std::string_view meant = nearest(name, known);
  if (!meant.empty()) return "did you mean '" + std::string(meant) + "'?";
  std::string all = "one of: ";
  for (const std::string_view key : known) all += (all.size() > 8 ? ", " : "") + std::string(key);
  return all;
}

class Reader {
 public:
  Reader(Settings& settings, std::string_view file, flow::Diagnostics& diagnostics)
      : settings_(settings), file_(file), diagnostics_(diagnostics) {}

  void read_section(const Node& map, const std::string& section) {
    for (const Node::Member& member : map.members) {
      const std::string name = section.empty() ? member.key : section + "." + member.key;
      if (is_section(name)) {
        if (member.value.is_map()) {
          read_section(member.value, name);
        } else if (!member.value.is_null()) {
          error(
              "F0602",
              member.value.position,
              "'" + name + "' is a section and must be a map",
              suggestion("", keys_in(name))
          );
        }
      } else if (const Row* row = find_row(name)) {
        read_value(*row, member.value);
      } else {
        error(
            "F0601",
            member.key_position,
            "unknown setting '" + name + "'",
            suggestion(member.key, keys_in(section))
        );
      }
    }
  }

  // Known only when everything is read: it may name one of `models`.
  void check_model(const Node& document) {
    const Node* line = document.find("model");
    if (line == nullptr || settings_.model.empty() || !model_chain(settings_).empty()) return;
    error("F0602", line->position, "the value of 'model' does not fit", model_problem(settings_.model));
    settings_.model.clear();
  }

 private:
  void read_value(const Row& row, const Node& node) {
    if (row.info.name == "tools.connectors") {
      settings_.connectors = read_connector_settings(node, file_, diagnostics_);
      settings_.places.emplace(row.info.name, node.position);
      return;
    }
    if (row.info.name == "hooks") {
      settings_.hooks = read_hook_settings(node, file_, diagnostics_);
      settings_.places.emplace(row.info.name, node.position);
      return;
    }
    if (row.read(node, settings_)) {
      settings_.places.emplace(row.info.name, node.position);
      return;
    }
    error(
        "F0602",
        node.position,
        "the value of '" + std::string(row.info.name) + "' does not fit",
        help_of(row, node)
    );
  }

  void error(std::string_view code, flow::Position position, std::string message, std::string help) {
    diagnostics_.push_back(
        {std::string(code), flow::Severity::error, file_, position, std::move(message), std::move(help)}
    );
  }

  Settings& settings_;
  std::string file_;
  flow::Diagnostics& diagnostics_;
};

}  // namespace

std::span<const SettingInfo> setting_infos() {
  return kInfos;
}

Settings read_settings(const Node& document, std::string_view file, flow::Diagnostics& diagnostics) {
  Settings settings;
  if (document.is_map()) {
    Reader reader(settings, file, diagnostics);
    reader.read_section(document, {});
    reader.check_model(document);
  } else if (!document.is_null()) {
    diagnostics.push_back(
        {"F0602",
         flow::Severity::error,
         std::string(file),
         document.position,
         "the settings must be a map",
         "write key: value lines"}
    );
  }
  return settings;
}

std::optional<std::uint32_t> tone_number(const Settings& settings, std::string_view tone) {
  const auto stop = std::ranges::find(settings.tones, tone, &flow::ToneStop::name);
  if (stop != settings.tones.end()) return stop->value;
  std::uint32_t value = 0;
  const char* const end = tone.data() + tone.size();
  const auto [stopped, problem] = std::from_chars(tone.data(), end, value);
  return problem == std::errc() && stopped == end && value <= 100 ? std::optional(value) : std::nullopt;
}

std::uint32_t tone_value(const Settings& settings) {
  return tone_number(settings, settings.tone).value_or(50);
}

std::pair<std::uint32_t, std::uint32_t> tone_bounds(const Settings& settings) {
  if (settings.tone_range.size() != 2) return {0, 100};
  return {
      tone_number(settings, settings.tone_range[0]).value_or(0),
      tone_number(settings, settings.tone_range[1]).value_or(100)
  };
}

bool calls_tools(const Settings& settings) {
  return settings.tool_mode == ToolMode::live ||
         std::ranges::any_of(settings.connectors, [](const auto& each) {
           return each.second.mode == ToolMode::live;
         });
}

std::optional<Error> set_setting(Settings& settings, std::string_view name, std::string_view text) {
  const Row* row = find_row(name);
  if (row == nullptr) {
    std::vector<std::string_view> names;
    for (const Row& known : kRows) names.push_back(known.info.name);
    return Error{
        ErrorCode::invalid_input,
        "unknown setting '" + std::string(name) + "'",
        std::string(name),
        suggestion(name, names),
    };
  }
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = text;
  if (text.starts_with("[") || text.starts_with("{")) {
    if (auto parsed = flow::parse_json_document(text)) node = *std::move(parsed);
  }
  if (row->read(node, settings)) {
    const bool unknown = name == "model" && !settings.model.empty() && model_chain(settings).empty();
    if (!unknown) return std::nullopt;
    const std::string line = std::exchange(settings.model, {});
    return Error{
        ErrorCode::invalid_input,
        "the value of 'model' does not fit",
        std::string(name),
        model_problem(line),
    };
  }
  return Error{
      ErrorCode::invalid_input,
      "the value of '" + std::string(name) + "' does not fit",
      std::string(name),
      help_of(*row, node),
  };
}

std::vector<ModelSetting> model_chain(const Settings& settings) {
  if (settings.model.empty()) return settings.models;
  for (const ModelSetting& model : settings.models) {
    if (model.name == settings.model) return {model};
  }
  const auto alone = model_from_line(settings.model);
  return alone ? std::vector<ModelSetting>{*alone} : std::vector<ModelSetting>{};
}

}  // namespace parley::assistant
