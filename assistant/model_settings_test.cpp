#include "assistant/model_settings.hpp"

#include <doctest/doctest.h>

#include "assistant/settings.hpp"
#include "assistant/yaml.hpp"

using namespace parley;
using namespace parley::assistant;

namespace {

struct Read {
  Settings settings;
  flow::Diagnostics diagnostics;
};

Read read(std::string_view yaml) {
  Read out;
  const auto document = read_yaml(yaml, "parley.yaml", out.diagnostics);
  REQUIRE(document.has_value());
  out.settings = read_settings(*document, "parley.yaml", out.diagnostics);
  return out;
}

// "name provider model url" of each.
std::string chain(const Settings& settings) {
  std::string out;
  for (const ModelSetting& model : model_chain(settings))
    out += "[" + model.name + " " + model.provider + " " + model.model + " " + model.url + "]";
  return out;
}

}  // namespace

TEST_CASE("a model on one line") {
  struct {
    std::string_view line, expected;
  } cases[] = {
      {"openai/gpt-4o-mini", "[openai/gpt-4o-mini openai gpt-4o-mini ]"},
      {"ollama", "[ollama ollama  ]"},
      {"vllm/Qwen/Qwen2.5-7B", "[vllm/Qwen/Qwen2.5-7B vllm Qwen/Qwen2.5-7B ]"},
      {"http://localhost:8000/v1#qwen", "[qwen compatible qwen http://localhost:8000/v1]"},
      {"https://models.example/v1/", "[https://models.example/v1/ compatible  https://models.example/v1]"},
      {"builtin", "[builtin builtin  ]"},
      {"", ""},
      {"openai", ""},
      {"openai/", ""},
      {"gpt-4o-mini", ""},
      {"builtin/x", ""},
      {"http://", ""},
      {"http://name:secret@host/v1", ""},
      {"http://a b/v1", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line);
    Settings settings;
    settings.model = c.line;
    CHECK(chain(settings) == c.expected);
  }
}

TEST_CASE("models with what each needs") {
  const Read out = read(R"(
models:
  - openai/gpt-4o-mini
  - name: spare
    use: http://10.0.0.7:8000/v1#qwen
    key: SPARE_KEY
    api: responses
    structured: guided_json
    price: {input: "0.10", output: "0.4"}
    max_tokens: 300
    concurrency: 2
    retries: 0
    stall_seconds: 5
understanding: matchers
budget: {tokens: 200000, money: "2.50"}
)");
  CHECK(out.diagnostics.empty());
  REQUIRE(out.settings.models.size() == 2);
  const ModelSetting& spare = out.settings.models[1];
  CHECK(spare.name == "spare");
  CHECK(spare.key == "SPARE_KEY");
  CHECK(spare.api == "responses");
  CHECK(spare.structured == "guided_json");
  CHECK(spare.input_price == "0.10");
  CHECK(spare.max_tokens == 300);
  CHECK(spare.retries == 0);
  CHECK(spare.stall_seconds == 5);
  CHECK(out.settings.understanding == "matchers");
  CHECK(out.settings.budget_tokens == 200'000);
  CHECK(out.settings.budget_money == "2.50");
  CHECK(
      chain(out.settings) ==
      "[openai/gpt-4o-mini openai gpt-4o-mini ][spare compatible qwen http://10.0.0.7:8000/v1]"
  );
}

TEST_CASE("one model is chosen over the list, by its name there or anew") {
  Settings settings = read("models: [openai/a, {name: spare, use: ollama/b, retries: 7}]").settings;
  CHECK_FALSE(set_setting(settings, "model", "spare").has_value());
  CHECK(chain(settings) == "[spare ollama b ]");
  CHECK(model_chain(settings)[0].retries == 7);
  CHECK_FALSE(set_setting(settings, "model", "vllm").has_value());
  CHECK(chain(settings) == "[vllm vllm  ]");
  const auto problem = set_setting(settings, "model", "olama/b");
  REQUIRE(problem.has_value());
  CHECK(problem->hint == "there is no provider 'olama': did you mean 'ollama'?");
  CHECK(settings.model.empty());
}

TEST_CASE("a model for vectors, on one line or with what it needs") {
  const Read line = read("embeddings: openai/text-embedding-3-small\n");
  CHECK(line.diagnostics.empty());
  REQUIRE(line.settings.embeddings.has_value());
  CHECK(line.settings.embeddings->model.provider == "openai");
  CHECK(line.settings.embeddings->model.model == "text-embedding-3-small");
  CHECK(line.settings.embeddings->dimensions == 0);
  const Read map =
      read("embeddings: {name: vec, use: 'http://localhost:8080/v1#bge', dimensions: 384, concurrency: 2}\n");
  CHECK(map.diagnostics.empty());
  REQUIRE(map.settings.embeddings.has_value());
  CHECK(map.settings.embeddings->model.name == "vec");
  CHECK(map.settings.embeddings->model.url == "http://localhost:8080/v1");
  CHECK(map.settings.embeddings->model.concurrency == 2);
  CHECK(map.settings.embeddings->dimensions == 384);
  CHECK_FALSE(read("name: Shop\n").settings.embeddings.has_value());

  struct {
    std::string_view yaml, help;
  } wrong[] = {
      {"embeddings: ollama\n", "name the model for vectors"},
      {"embeddings: builtin\n", "name the model for vectors"},
      {"embeddings: {use: openai/x, dimension: 3}\n", "did you mean"},
      {"embeddings: {use: openai/x, dimensions: many}\n", "whole number up to 8192"},
      {"embeddings: [openai/x]\n", "provider/model"},
  };
  for (const auto& c : wrong) {
    CAPTURE(c.yaml);
    const Read refused = read(c.yaml);
    REQUIRE(refused.diagnostics.size() == 1);
    CHECK(refused.diagnostics[0].code == "F0602");
    CHECK(refused.diagnostics[0].help.find(c.help) != std::string::npos);
    CHECK_FALSE(refused.settings.embeddings.has_value());
  }
}

TEST_CASE("what does not fit is said with what was meant") {
  struct {
    std::string_view name, yaml, help;
  } cases[] = {
      {"provider", "model: opnai/gpt", "there is no provider 'opnai': did you mean 'openai'?"},
      {"key of a model",
       "models: [{use: ollama, prise: {}}]",
       "unknown key 'prise' of a model: did you mean 'price'?"},
      {"no use",
       "models: [{name: a}]",
       "a model says what it is under 'use': provider/model or an http(s) address"},
      {"a key itself",
       "models: [{use: ollama, key: sk-abcdef}]",
       "'key' of a model must be the name of an environment variable, in capitals"},
      {"price",
       "models: [{use: ollama, price: {input: a lot}}]",
       "'price' of a model must be {input, output}, decimals in quotes, of a million tokens"},
      {"twice", "models: [ollama, ollama]", "two models are called 'ollama'; give one another name"},
      {"no list", "models: ollama", "it must be a list of models"},
      {"api", "models: [{use: ollama, api: chta}]", "'api' of a model must be chat or responses"},
      {"budget", "budget: {money: lots}", "it must be a decimal such as \"5.00\""},
      {"understanding", "understanding: modle", "it must be model or matchers"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Read out = read(c.yaml);
    REQUIRE(out.diagnostics.size() == 1);
    CHECK(out.diagnostics[0].code == "F0602");
    CHECK(out.diagnostics[0].help == c.help);
    CHECK(model_chain(out.settings).empty());
  }
}
