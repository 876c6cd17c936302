#include "server/model_setup.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

#include "server/net/client/curl_client.hpp"
#include "server/ops/log.hpp"
#include "server/ops/secrets.hpp"
#include "server/tools/built_in_model.hpp"
#include "server/workspace/live_tools.hpp"

namespace parley {

namespace {

using models::Endpoint;

// Longer than any key; a file that holds more is the wrong one.
constexpr std::size_t kLongestKey = 16'384;

const std::string* variable(const ops::Assignments& environment, std::string_view name) {
  const auto found = std::ranges::find(environment, name, &ops::Assignments::value_type::first);
  return found == environment.end() || found->second.empty() ? nullptr : &found->second;
}

std::string key_in(const ops::Assignments& environment, std::string_view name) {
  if (name.empty()) return {};
  if (const std::string* key = variable(environment, name)) return *key;
  const std::string* path = variable(environment, std::string(name) + "_FILE");
  if (path == nullptr) return {};
  std::ifstream file(*path, std::ios::binary);
  std::string key(std::istreambuf_iterator<char>(file), {});
  while (key.ends_with('\n') || key.ends_with('\r')) key.pop_back();
  const bool header = std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7F; });
  return header && key.size() <= kLongestKey ? key : std::string();
}

void add_key(Endpoint& endpoint, const std::string& named, const ops::Assignments& environment) {
  const auto& provider = *endpoint.provider;
  const std::string name = named.empty() ? std::string(provider.key_variable) : named;
  endpoint.key = key_in(environment, name);
  if (endpoint.key.empty() && named.empty()) endpoint.key = key_in(environment, provider.key_variable_too);
  if (endpoint.key.empty()) endpoint.missing_key = name;
}

Endpoint endpoint_of(const assistant::ModelSetting& setting, const ops::Assignments& environment) {
  Endpoint endpoint{.name = setting.name};
  endpoint.provider = wire::model_api::provider_named(setting.provider);
  if (endpoint.built_in()) return endpoint;
  endpoint.api = setting.api == "responses" ? wire::model_api::Api::responses : wire::model_api::Api::chat;
  endpoint.structured =
      wire::model_api::structured_named(setting.structured).value_or(endpoint.provider->structured);
  endpoint.url = setting.url.empty() ? std::string(endpoint.provider->base_url) : setting.url;
  endpoint.host = models::host_of(endpoint.url);
  endpoint.model = setting.model;
  endpoint.max_tokens = setting.max_tokens;
  endpoint.concurrency = setting.concurrency;
  endpoint.retries = setting.retries;
  endpoint.stall_ms = setting.stall_seconds * 1000;
  endpoint.price = {
      models::price_per_token(setting.input_price).value_or(0),
      models::price_per_token(setting.output_price).value_or(0)
  };
  add_key(endpoint, setting.key, environment);
  return endpoint;
}

// A public provider has no business at an inside address, whatever a name server says; one that the
// settings give an address of its own may be anywhere.
bool may_be_inside(const Endpoint& endpoint) {
  if (endpoint.built_in()) return false;
  return endpoint.url.starts_with("http://") || endpoint.url != endpoint.provider->base_url;
}

void log_note(const models::Note& note) {
  ops::log(
      note.level == models::Note::Level::warning ? ops::LogLevel::warn : ops::LogLevel::debug,
      note.what,
      {{"model", note.model},
       {"task", note.task},
       {"prompt", note.prompt},
       {"code", note.code},
       {"problem", note.problem},
       {"attempt", static_cast<std::uint64_t>(note.attempt)},
       {"ms", note.took_ms},
       {"input_tokens", static_cast<std::uint64_t>(note.input_tokens)},
       {"output_tokens", static_cast<std::uint64_t>(note.output_tokens)},
       {"cost", note.cost}}
  );
}

class ModelConnector : public tools::ConnectorRunner {
 public:
  explicit ModelConnector(std::shared_ptr<models::ModelRunner> runner) : runner_(std::move(runner)) {}

  [[nodiscard]] bool has(std::string_view tool) const override { return runner_->has(tool); }
  [[nodiscard]] turns::EffectClass effect_class(std::string_view tool) const override {
    return runner_->effect_class(tool);
  }
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override {
    co_return co_await runner_->run(call);
  }
  [[nodiscard]] std::vector<flow::ToolSignature> signatures() const override { return {}; }

 private:
  std::shared_ptr<models::ModelRunner> runner_;
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

using Standings = std::vector<models::ModelRunner::Standing>;

void append_counter(
    std::string& out,
    const Standings& standings,
    std::string_view name,
    std::string_view help,
    double (*value)(const models::Counts&)
) {
  ops::append_metric_head(out, name, help, "counter");
  for (const auto& standing : standings)
    ops::append_metric(out, name, "model=\"" + escaped(standing.model) + "\"", value(standing.counts));
}

using ByReason = std::map<std::string, std::uint64_t, std::less<>>;

void append_reasons(
    std::string& out,
    const Standings& standings,
    std::string_view name,
    std::string_view help,
    std::string_view label,
    ByReason models::Counts::* counted
) {
  ops::append_metric_head(out, name, help, "counter");
  for (const auto& standing : standings) {
    for (const auto& [reason, count] : standing.counts.*counted) {
      const std::string labels =
          "model=\"" + escaped(standing.model) + "\"," + std::string(label) + "=\"" + escaped(reason) + "\"";
      ops::append_metric(out, name, labels, static_cast<double>(count));
    }
  }
}

using Counts = models::Counts;

struct Counter {
  std::string_view name;
  std::string_view help;
  double (*value)(const Counts&);
};

constexpr Counter kCounters[] = {
    {"parley_model_input_tokens_total",
     "Tokens read by models.",
     [](const Counts& c) { return static_cast<double>(c.input_tokens); }},
    {"parley_model_output_tokens_total",
     "Tokens written by models.",
     [](const Counts& c) { return static_cast<double>(c.output_tokens); }},
    {"parley_model_cost_total",
     "In the currency of the models' prices.",
     [](const Counts& c) { return static_cast<double>(c.cost) * 1e-12; }},
    {"parley_model_seconds_total",
     "Spent in requests to models.",
     [](const Counts& c) { return static_cast<double>(c.duration_ms) * 1e-3; }},
    {"parley_model_fallbacks_total",
     "Calls answered by this model because those before it did not.",
     [](const Counts& c) { return static_cast<double>(c.fallbacks); }},
    {"parley_model_asked_again_total",
     "Answers that did not fit.",
     [](const Counts& c) { return static_cast<double>(c.asked_again); }},
    {"parley_model_vectors_missing_total",
     "Times that recall or search went on without vectors because the model did not answer.",
     [](const Counts& c) { return static_cast<double>(c.vectors_missing); }},
};

void append_model_metrics(std::string& out, const models::ModelRunner& runner) {
  const Standings standings = runner.standings();
  append_reasons(
      out,
      standings,
      "parley_model_attempts_total",
      "Requests to models, by what came of them.",
      "outcome",
      &Counts::attempts
  );
  append_reasons(
      out,
      standings,
      "parley_model_passed_over_total",
      "Calls that this model did not answer, by why.",
      "code",
      &Counts::passed_over
  );
  for (const Counter& counter : kCounters)
    append_counter(out, standings, counter.name, counter.help, counter.value);
  ops::append_metric_head(
      out, "parley_model_resting", "1 while a model is left alone after failures.", "gauge"
  );
  for (const auto& standing : standings) {
    ops::append_metric(
        out, "parley_model_resting", "model=\"" + escaped(standing.model) + "\"", standing.resting ? 1 : 0
    );
  }
}

}  // namespace

std::vector<Endpoint> model_endpoints(
    const assistant::Settings& settings, const ops::Assignments& environment
) {
  std::vector<Endpoint> endpoints;
  for (const assistant::ModelSetting& setting : assistant::model_chain(settings))
    endpoints.push_back(endpoint_of(setting, environment));
  return endpoints;
}

std::optional<models::EmbeddingSetup> embedding_setup(
    const assistant::Settings& settings, const ops::Assignments& environment
) {
  if (!settings.embeddings) return std::nullopt;
  return models::EmbeddingSetup{
      endpoint_of(settings.embeddings->model, environment), settings.embeddings->dimensions
  };
}

namespace {

// Without its secret, of which the calls of tools complain, a proxy lets nobody through.
net::ProxyOptions proxy_of(const assistant::Settings& settings) {
  const auto options = workspace::client_options(settings, [](std::string_view name) {
    auto secret = ops::find_secret(name);
    return secret ? std::optional(tools::Secret(*std::move(secret))) : std::nullopt;
  });
  return options ? options->proxy : net::ProxyOptions{.url = settings.proxy, .credentials = {}, .hosts = {}};
}

}  // namespace

models::Setup model_setup(const assistant::Settings& settings, const ops::Assignments& environment) {
  models::Setup setup{.endpoints = model_endpoints(settings, environment)};
  setup.one_for_all = !settings.model.empty();
  setup.embeddings = embedding_setup(settings, environment);
  if (settings.budget_tokens != 0) setup.budget.tokens = settings.budget_tokens;
  if (!settings.budget_money.empty()) {
    // As of a million tokens: the same number of decimals, and a million times as much.
    if (const auto money = models::price_per_token(settings.budget_money))
      setup.budget.money = *money * 1'000'000;
  }
  net::ClientOptions options{.proxy = proxy_of(settings)};
  for (const Endpoint& endpoint : setup.endpoints) {
    if (may_be_inside(endpoint)) options.egress.internal_hosts.push_back(endpoint.host);
  }
  if (setup.embeddings && may_be_inside(setup.embeddings->endpoint))
    options.egress.internal_hosts.push_back(setup.embeddings->endpoint.host);
  setup.http = net::make_http_client(std::move(options));
  return setup;
}

std::shared_ptr<models::ModelRunner> make_model_runner(models::ModelRunner::Signatures signatures) {
  return std::make_shared<models::ModelRunner>(
      models::real_surroundings(log_note), std::move(signatures), tools::built_in_answer
  );
}

std::shared_ptr<tools::ConnectorRunner> as_connector(std::shared_ptr<models::ModelRunner> runner) {
  return std::make_shared<ModelConnector>(std::move(runner));
}

std::string model_words(const std::vector<Endpoint>& endpoints) {
  if (endpoints.empty() || (endpoints.size() == 1 && endpoints.front().built_in()))
    return "built-in (no key needed)";
  std::string words;
  for (const Endpoint& endpoint : endpoints) {
    if (!words.empty()) words += ", then ";
    words += endpoint.name;
    if (!endpoint.missing_key.empty()) words += " (" + endpoint.missing_key + " is not set)";
  }
  return words;
}

void register_model_metrics(ops::Metrics& metrics, const models::ModelRunner& runner) {
  metrics.family([&runner](std::string& out) { append_model_metrics(out, runner); });
}

}  // namespace parley
