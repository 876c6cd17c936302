#include "server/ops/config.hpp"

#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/edit_distance.hpp"

namespace parley::ops {

namespace {

constexpr std::string_view kPrefix = "PARLEY_";
constexpr std::string_view kFileSuffix = "_FILE";
constexpr std::string_view kLocalModel = "vllm";  // on this machine, the model that it serves

template <typename Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// "PARLEY_SERVER__API_KEY" from "server.api_key"; a key without section gets "PARLEY__NAME".
std::string environment_name(std::string_view key) {
  std::string out(kPrefix);
  if (key.find('.') == std::string_view::npos) out += '_';
  for (const char c : key) {
    if (c == '.') {
      out += "__";
    } else {
      out += c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
    }
  }
  return out;
}

std::string meant(std::string_view name, const std::vector<std::string>& known) {
  const std::string_view near = nearest(name, known);
  return near.empty() ? std::string("see parley serve --help, and for parley.yaml the how-to pages")
                      : "did you mean '" + std::string(near) + "'?";
}

}  // namespace

class ConfigLoader {
 public:
  explicit ConfigLoader(const ConfigSources& sources) : from_(sources) {
    config_.assistant_ = from_.file;
    for (const assistant::SettingInfo& info : assistant::setting_infos()) declare(info.name);
    for (const ConfigKey& key : config_keys()) {
      declare(key.name);
      config_.values_[std::string(key.name)] = key.fallback;
    }
  }

  std::expected<Config, ConfigErrors> load() {
    read_model_variables();
    for (const auto& [variable, value] : from_.environment) {
      // Without the double underscore it is no setting, for instance PARLEY_GOLDEN of the tests.
      if (variable.starts_with(kPrefix) && variable.find("__") != std::string::npos)
        read_variable(variable, value);
    }
    for (const auto& [name, value] : from_.flags) read_flag(name, value);
    if (!errors_.empty()) return std::unexpected(std::move(errors_));
    return std::move(config_);
  }

 private:
  void declare(std::string_view name) {
    names_.emplace_back(name);
    variables_.push_back(environment_name(name));
    Source& source = config_.sources_[std::string(name)];
    if (const auto place = from_.file.places.find(name); place != from_.file.places.end()) {
      source.origin = Origin::file;
      source.where =
          "parley.yaml:" + std::to_string(place->second.line) + ":" + std::to_string(place->second.column);
    }
  }

  void wrong(std::string message, std::string where, std::string hint = {}) {
    errors_.push_back({ErrorCode::invalid_input, std::move(message), std::move(where), std::move(hint)});
  }

  // The short ways to choose a model. PARLEY__MODEL, as a setting, comes later and wins.
  void read_model_variables() {
    const std::string* model = nullptr;
    for (const auto& [variable, value] : from_.environment) {
      if (variable == "USE_LOCAL" && value == "true")
        set("model", std::string(kLocalModel), {Origin::environment, variable});
      if (variable == "PARLEY_MODEL" && !value.empty()) model = &value;
    }
    if (model != nullptr) set("model", *model, {Origin::environment, "PARLEY_MODEL"});
  }

  void read_variable(const std::string& variable, const std::string& value) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (variable == variables_[i]) {
        set(names_[i], value, {Origin::environment, variable});
        return;
      }
      const ConfigKey* key = find_config_key(names_[i]);
      const bool secret = key != nullptr && key->type == KeyType::secret;
      if (!secret || variable != variables_[i] + std::string(kFileSuffix)) continue;
      auto content = read_file(value);
      if (!content) {
        wrong("the file that " + variable + " names cannot be read: " + value, variable);
        return;
      }
      while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
      set(names_[i], std::move(*content), {Origin::environment, variable});
      return;
    }
    wrong("unknown setting " + variable, "environment", meant(variable, variables_));
  }

  void read_flag(const std::string& name, const std::string& value) {
    if (!config_.sources_.contains(name)) {
      wrong("unknown setting '" + name + "'", "command line", meant(name, names_));
      return;
    }
    const ConfigKey* key = find_config_key(name);
    if (key != nullptr && key->type == KeyType::secret) {
      wrong(
          name + " is a secret, and everybody can see flags",
          "command line",
          "set " + environment_name(name) + " or " + environment_name(name) + std::string(kFileSuffix)
      );
      return;
    }
    set(name, value, {Origin::flag, "command line"});
  }

  void set(const std::string& name, std::string value, Source source) {
    const ConfigKey* key = find_config_key(name);
    if (key == nullptr) {
      if (auto problem = assistant::set_setting(config_.assistant_, name, value)) {
        problem->pointer = source.where;
        errors_.push_back(std::move(*problem));
        return;
      }
    } else {
      if (key->type == KeyType::integer) {
        const auto number = whole_number<std::int64_t>(value);
        if (!number || *number < key->minimum || *number > key->maximum) {
          wrong(
              name + " must be a whole number from " + std::to_string(key->minimum) + " to " +
                  std::to_string(key->maximum) + ", not '" + value + "'",
              std::move(source.where)
          );
          return;
        }
      }
      config_.values_[name] = std::move(value);
    }
    config_.sources_[name] = std::move(source);
  }

  const ConfigSources& from_;
  std::vector<std::string> names_;
  std::vector<std::string> variables_;  // parallel to names_
  Config config_;
  ConfigErrors errors_;
};

std::expected<Config, ConfigErrors> load_config(const ConfigSources& sources) {
  return ConfigLoader(sources).load();
}

const std::string& Config::text(std::string_view name) const {
  const auto found = values_.find(name);
  INVARIANT(found != values_.end(), "settings are declared in config_keys.cpp");
  return found->second;
}

std::int64_t Config::integer(std::string_view name) const {
  const auto number = whole_number<std::int64_t>(text(name));
  INVARIANT(number.has_value(), "the loader checks integers");
  return *number;
}

const Source& Config::source(std::string_view name) const {
  const auto found = sources_.find(name);
  INVARIANT(found != sources_.end(), "settings are declared");
  return found->second;
}

Assignments process_environment() {
  Assignments variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  return variables;
}

Result<Endpoint> parse_endpoint(std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : whole_number<std::uint16_t>(listen.substr(colon + 1));
  if (!port) {
    return fail(
        ErrorCode::invalid_input,
        "'" + std::string(listen) + "' is no address to listen on",
        "server.listen",
        "write 127.0.0.1:8080, or :8080 for this machine only"
    );
  }
  std::string_view host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || host == "localhost") host = "127.0.0.1";
  return Endpoint{std::string(host), *port};
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1";
}

}  // namespace parley::ops
