// parley model: which models an assistant asks, and whether they answer.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "cli/command_files.hpp"
#include "cli/project.hpp"
#include "cli/terminal.hpp"
#include "server/model_setup.hpp"

namespace parley::cli {
namespace {

using models::Endpoint;

std::string key_words(const Endpoint& endpoint) {
  if (endpoint.built_in()) return "none needed";
  if (!endpoint.missing_key.empty()) return endpoint.missing_key + " is not set";
  return endpoint.key.empty() ? "none" : "set";
}

std::string price_words(const Endpoint& endpoint) {
  constexpr models::Pico kMillion = 1'000'000;
  if (endpoint.price == models::Price{}) return "";
  return models::money(endpoint.price.input * kMillion) + " / " +
         models::money(endpoint.price.output * kMillion);
}

Value as_value(const Endpoint& endpoint) {
  MapBuilder out;
  out.set("name", endpoint.name);
  out.set("provider", endpoint.built_in() ? std::string_view("builtin") : endpoint.provider->name);
  out.set("url", endpoint.url).set("model", endpoint.model).set("key", key_words(endpoint));
  out.set("structured", wire::model_api::name(endpoint.structured));
  return out.set("price", price_words(endpoint)).build();
}

int run_list(const Arguments& arguments) {
  const auto config = read_configuration(arguments.text("FOLDER", "."), {});
  if (!config) return report(config.error(), kExitConfiguration);
  const auto endpoints = model_endpoints(config->assistant(), ops::process_environment());
  const auto embeddings = embedding_setup(config->assistant(), ops::process_environment());
  if (arguments.has("--json")) {
    ListBuilder list;
    for (const Endpoint& endpoint : endpoints) list.add(as_value(endpoint));
    if (embeddings) list.add(as_value(embeddings->endpoint).with("for", "vectors"));
    print_json(list.build());
    return kExitOk;
  }
  if (endpoints.empty() && !embeddings) {
    note("no model: what plain code can answer is answered, everything else fails with no_model");
    note("parley model add ollama   asks the first model of an Ollama on this machine");
    return kExitOk;
  }
  Rows rows{{"NAME", "PROVIDER", "ADDRESS", "MODEL", "KEY", "PRICE PER MILLION"}};
  const auto add_row = [&](const Endpoint& endpoint) {
    const std::string provider(endpoint.built_in() ? std::string_view("builtin") : endpoint.provider->name);
    const std::string model = endpoint.model.empty() && !endpoint.built_in() ? "its first" : endpoint.model;
    rows.push_back({endpoint.name, provider, endpoint.url, model, key_words(endpoint), price_words(endpoint)}
    );
  };
  for (const Endpoint& endpoint : endpoints) add_row(endpoint);
  print(table(rows.size() > 1 ? rows : Rows()));
  if (embeddings) {
    Rows vectors{rows.front()};
    std::swap(rows, vectors);
    add_row(embeddings->endpoint);
    print((endpoints.empty() ? "" : "\n") + std::string("for vectors:\n") + table(rows));
  }
  return kExitOk;
}

// ---- test

struct Trial {
  std::string_view what;
  std::string_view task;
  Value input;
};

std::vector<Trial> trials() {
  const Value labels =
      MapBuilder().set("greeting", "says hello").set("complaint", "is about a problem").build();
  return {
      {"a text", "generate", MapBuilder().set("prompt", "Greet a new customer in one short sentence.").build()
      },
      {"a choice",
       "classify",
       MapBuilder().set("text", "Good morning, how are you?").set("labels", labels).build()},
  };
}

struct TrialResult {
  Result<turns::ToolAnswer> answer;
  std::int64_t took_ms = 0;
};

TrialResult attempt(models::ModelRunner& runner, const Trial& trial) {
  boost::asio::io_context io(1);
  std::optional<Result<turns::ToolAnswer>> answer;
  const turns::ToolCall call{
      .tool = "model." + std::string(trial.task), .arguments = trial.input, .timeout_ms = 60'000
  };
  const auto begun = std::chrono::steady_clock::now();
  boost::asio::co_spawn(
      io,
      runner.run(call),
      [&](std::exception_ptr problem, Result<turns::ToolAnswer> result) {
        if (problem) std::rethrow_exception(problem);
        answer = std::move(result);
        io.stop();
      }
  );
  io.run();
  const auto took = std::chrono::steady_clock::now() - begun;
  return {
      std::move(*answer),
      static_cast<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count())
  };
}

std::string words_of(const TrialResult& result) {
  if (!result.answer) return result.answer.error().pointer + ": " + result.answer.error().message;
  const turns::ModelUse& use = result.answer->use;
  return "ok, " + std::to_string(result.took_ms) + " ms, " + std::to_string(use.input_tokens) + " + " +
         std::to_string(use.output_tokens) + " tokens";
}

// Of two texts; false when they do not come.
bool test_vectors(const models::Setup& setup) {
  const auto runner = make_model_runner([] { return std::vector<flow::ToolSignature>{}; });
  runner->configure({.endpoints = {}, .embeddings = setup.embeddings, .http = setup.http});
  boost::asio::io_context io(1);
  std::optional<Result<void>> done;
  std::size_t dimensions = 0;
  const auto begun = std::chrono::steady_clock::now();
  const auto put = [&](std::size_t, turns::Vectors vectors) -> turns::Awaitable<void> {
    dimensions = vectors.front().size();
    co_return;
  };
  boost::asio::co_spawn(
      io,
      runner->make({"Good morning", "Where is my parcel?"}, 60'000, put),
      [&](std::exception_ptr problem, Result<void> result) {
        if (problem) std::rethrow_exception(problem);
        done = std::move(result);
        io.stop();
      }
  );
  io.run();
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
  std::string words =
      "ok, " + std::to_string(took.count()) + " ms, " + std::to_string(dimensions) + " dimensions";
  if (!*done) words = done->error().pointer + ": " + done->error().message;
  print(setup.embeddings->endpoint.name + ": vectors: " + words + "\n");
  if (!*done && !done->error().hint.empty()) note("  " + done->error().hint);
  return done->has_value();
}

int run_test(const Arguments& arguments) {
  const auto config = read_configuration(arguments.text("FOLDER", "."), {});
  if (!config) return report(config.error(), kExitConfiguration);
  models::Setup setup = model_setup(config->assistant(), ops::process_environment());
  const std::string wanted = arguments.text("--model");
  bool found = false;
  bool failed = false;
  for (const Endpoint& endpoint : setup.endpoints) {
    if ((!wanted.empty() && endpoint.name != wanted) || endpoint.built_in()) continue;
    found = true;
    const auto runner = make_model_runner([] { return std::vector<flow::ToolSignature>{}; });
    runner->configure({.endpoints = {endpoint}, .http = setup.http});
    for (const Trial& trial : trials()) {
      const TrialResult result = attempt(*runner, trial);
      print(endpoint.name + ": " + std::string(trial.what) + ": " + words_of(result) + "\n");
      if (!result.answer && !result.answer.error().hint.empty()) note("  " + result.answer.error().hint);
      failed = failed || !result.answer;
    }
  }
  if (setup.embeddings && (wanted.empty() || setup.embeddings->endpoint.name == wanted)) {
    found = true;
    failed = !test_vectors(setup) || failed;
  }
  if (!found) {
    return report(
        {ErrorCode::not_found,
         wanted.empty() ? "this assistant has no model to test"
                        : "this assistant has no model '" + wanted + "'",
         {},
         "parley model list shows those it has; parley model add adds one"},
        kExitConfiguration
    );
  }
  return failed ? kExitFindings : kExitOk;
}

constexpr Option kListOptions[] = {kFolderOption, kJsonOption};
constexpr Option kTestOptions[] = {
    kFolderOption,
    {"--model", "NAME", "Only this one."},
};

}  // namespace

constinit const Command kModelList{
    "model list",
    "List the models that are asked, in the order of falling back",
    "What parley.yaml says, with what the environment changes: PARLEY_MODEL, USE_LOCAL, and the keys.",
    kListOptions,
    "parley model list\nUSE_LOCAL=true parley model list examples/shop",
    run_list,
};

constinit const Command kModelTest{
    "model test",
    "Ask each model for a text and for a choice, and that of embeddings for vectors",
    "Sends two short questions to every model, which may cost a little. The exit code is 1 when one does "
    "not\n"
    "answer as it should.",
    kTestOptions,
    "parley model test\nparley model test --model spare",
    run_test,
};

}  // namespace parley::cli
