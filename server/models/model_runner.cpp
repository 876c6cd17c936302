#include "server/models/model_runner.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "wire/model_api/failure.hpp"

namespace parley::models {

namespace {

using wire::model_api::Usage;

constexpr std::string_view kPrefix = "model.";
constexpr std::int64_t kMarginMs = 100;    // to answer before the caller gives up
constexpr std::size_t kBytesPerToken = 3;  // on the safe side, for what is asked
constexpr std::uint64_t kTokensPerMessage = 8;

std::string_view task_of(std::string_view tool) {
  return tool.starts_with(kPrefix) ? tool.substr(kPrefix.size()) : std::string_view();
}

// What a question may take at most, before anybody has counted.
std::uint64_t input_tokens_of(const Question& question) {
  std::size_t bytes = question.schema.is_null() ? 0 : write_json(question.schema).size();
  for (const Message& message : question.messages) {
    bytes += message.text.size();
    for (const auto& call : message.calls) bytes += call.tool.size() + call.arguments.size();
  }
  for (const auto& tool : question.tools)
    bytes += tool.name.size() + tool.description.size() + write_json(tool.parameters).size();
  return bytes / kBytesPerToken + question.messages.size() * kTokensPerMessage;
}

// Another model would be told the same.
bool is_final(const Error& failure) {
  return failure.pointer == "refused" || failure.pointer == "invalid_arguments";
}

}  // namespace

struct ModelRunner::Call {
  const Task* task = nullptr;
  Value input;
  Question question;
  turns::TextListener* listener = nullptr;
  std::int64_t deadline_ms = 0;
  turns::ModelUse use;
  Pico cost = 0;
};

ModelRunner::ModelRunner(Surroundings world, Signatures tools, BuiltIn built_in)
    : world_(std::move(world)),
      tools_(std::move(tools)),
      built_in_(built_in),
      current_(std::make_shared<const Current>()) {}

void ModelRunner::configure(Setup setup) {
  ledger_.set_budget(setup.budget);
  const auto before = current();
  auto fresh = std::make_shared<Current>();
  fresh->one_for_all = setup.one_for_all;
  const auto client_for = [&](Endpoint endpoint, const std::vector<std::shared_ptr<Client>>& known) {
    for (const auto& client : known) {
      if (client != nullptr && client->endpoint() == endpoint) return client;
    }
    return std::make_shared<Client>(std::move(endpoint), setup.http, world_, meter_);
  };
  for (Endpoint& endpoint : setup.endpoints)
    fresh->chain.push_back(client_for(std::move(endpoint), before->chain));
  if (setup.embeddings) {
    fresh->embedder = client_for(std::move(setup.embeddings->endpoint), {before->embedder});
    fresh->dimensions = setup.embeddings->dimensions;
  }
  const std::lock_guard lock(mutex_);
  current_ = std::move(fresh);
}

std::shared_ptr<const ModelRunner::Current> ModelRunner::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

bool ModelRunner::has(std::string_view tool) const {
  return task_named(task_of(tool)) != nullptr;
}

bool ModelRunner::has_model() const {
  const auto now = current();
  return std::ranges::any_of(now->chain, [](const auto& client) { return !client->endpoint().built_in(); });
}

std::vector<ModelRunner::Standing> ModelRunner::standings() const {
  std::vector<Standing> all;
  const auto counts = meter_.counts();
  const auto now = current();
  Chain every = now->chain;
  if (now->embedder != nullptr) every.push_back(now->embedder);
  for (const auto& client : every) {
    const std::string& name = client->endpoint().name;
    const auto counted = counts.find(name);
    all.push_back({name, client->breaker().open(), counted == counts.end() ? Counts{} : counted->second});
  }
  return all;
}

// The one that is named, and those behind it.
Result<ModelRunner::Chain> ModelRunner::chain_for(std::string_view model) const {
  const auto now = current();
  Chain chain = now->chain;
  if (chain.empty()) return fail(ErrorCode::unavailable, "this assistant has no model to ask", "no_model");
  if (model.empty() || now->one_for_all) return chain;
  const auto named =
      std::ranges::find_if(chain, [&](const auto& client) { return client->endpoint().name == model; });
  if (named == chain.end()) {
    return fail(
        ErrorCode::not_found,
        "this assistant has no model '" + std::string(model) + "'",
        "no_model",
        "name it under models: in parley.yaml"
    );
  }
  chain.erase(chain.begin(), named);
  return chain;
}

std::int64_t ModelRunner::share_of(const Call& call, bool last) const {
  if (last) return call.deadline_ms;
  const std::int64_t now = world_.now_ms();
  return now + (call.deadline_ms - now) / 2;
}

turns::Awaitable<Result<turns::ToolAnswer>> ModelRunner::run(const turns::ToolCall& request) {
  const Task* task = task_named(task_of(request.tool));
  if (task == nullptr)
    co_return fail(ErrorCode::not_found, "there is no tool '" + request.tool + "'", "unknown_tool");
  auto chain = chain_for(request.arguments.text("model"));
  if (!chain) co_return std::unexpected(std::move(chain.error()));
  Call call{.task = task, .input = request.arguments};
  auto question = task->ask(call.input, tools_());
  if (!question) co_return std::unexpected(std::move(question.error()));
  call.question = std::move(*question);
  if (const Value& most = call.input["max_tokens"]; most.is_int() && most.as_int() > 0)
    call.question.max_tokens = static_cast<std::uint32_t>(std::min<std::int64_t>(most.as_int(), UINT32_MAX));
  if (task->streams) call.listener = request.listener.get();
  call.deadline_ms = world_.now_ms() + std::max<std::int64_t>(kMarginMs, request.timeout_ms - kMarginMs);
  call.use.prompt = task->version;

  std::string problems;
  ListBuilder passed_over;
  Error last{ErrorCode::unavailable, "this assistant has no model to ask", "no_model"};
  for (std::size_t i = 0; i < chain->size(); ++i) {
    Client& client = *(*chain)[i];
    const std::int64_t begun = world_.now_ms();
    auto result = co_await ask(client, call, share_of(call, i + 1 == chain->size()));
    if (result) {
      call.use.model = client.endpoint().name;
      if (i > 0) {
        meter_.fell_back_to(client.endpoint().name);
        call.use.passed_over = passed_over.build();
      }
      note_answer(client, call, begun);
      co_return turns::ToolAnswer{.result = std::move(*result), .use = std::move(call.use)};
    }
    last = std::move(result.error());
    if (!problems.empty()) problems += "; ";
    problems += client.endpoint().name + ": " + last.message;
    if (is_final(last)) break;
    passed_over.add(MapBuilder().set("model", client.endpoint().name).set("code", last.pointer).build());
    meter_.passed_over(client.endpoint().name, last.pointer);
    if (i + 1 < chain->size()) {
      world_.log({
          .level = Note::Level::warning,
          .what = "model falls back",
          .model = client.endpoint().name,
          .task = task->name,
          .prompt = task->version,
          .code = last.pointer,
          .problem = "next is " + (*chain)[i + 1]->endpoint().name,
      });
    }
  }
  if (chain->size() > 1) last.message = problems;
  co_return std::unexpected(std::move(last));
}

// One model: its answer, and once more when that does not fit.
turns::Awaitable<Result<Value>> ModelRunner::ask(Client& client, Call& call, std::int64_t deadline_ms) {
  if (client.endpoint().built_in()) co_return built_in_(call.task->name, call.input);
  Question question = call.question;
  for (bool again = false;; again = true) {
    auto answer = co_await ask_within_budget(client, call, question, deadline_ms);
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    if (answer->text.empty() && answer->calls.empty() && !answer->refusal.empty())
      co_return fail(ErrorCode::forbidden, "the model would not answer", "refused");
    auto result = call.task->read(call.input, *answer);
    if (result || result.error().code != ErrorCode::evaluation) co_return result;
    world_.log({
        .level = Note::Level::warning,
        .what = "answer did not fit",
        .model = client.endpoint().name,
        .task = call.task->name,
        .prompt = call.task->version,
        .code = result.error().pointer,
        .problem = result.error().message,
        .attempt = again ? 2U : 1U,
    });
    if (again) co_return result;
    meter_.asked_again(client.endpoint().name);
    if (call.listener != nullptr) call.listener->on_restart();
    if (!answer->text.empty()) question.messages.push_back({Message::Role::assistant, answer->text});
    question.messages.push_back(
        {Message::Role::user, "That cannot be used: " + result.error().message + ". Answer again, as asked."}
    );
  }
}

turns::Awaitable<Result<wire::model_api::Answer>> ModelRunner::ask_within_budget(
    Client& client, Call& call, const Question& question, std::int64_t deadline_ms
) {
  const Endpoint& endpoint = client.endpoint();
  const std::uint32_t most_output = question.max_tokens == 0 ? endpoint.max_tokens : question.max_tokens;
  const std::uint64_t input = input_tokens_of(question);
  const Spending reserved{input + most_output, endpoint.price.of(input, most_output)};
  const std::int64_t day = world_.day();
  if (auto fits = ledger_.reserve(reserved, day); !fits) co_return std::unexpected(std::move(fits.error()));
  std::uint32_t unanswered = 0;
  auto answer = co_await client.ask(
      question,
      {.task = call.task->name,
       .prompt = call.task->version,
       .deadline_ms = deadline_ms,
       .listener = call.listener,
       .unanswered = &unanswered}
  );
  // What an attempt that broke off has cost is not known; as much as it may have.
  Spending used{reserved.tokens * unanswered, reserved.money * unanswered};
  if (answer) {
    Usage usage = answer->usage;
    // A server that does not count: as for English text.
    if (!usage.known) {
      usage.input_tokens = static_cast<std::uint32_t>(input);
      std::size_t bytes = answer->text.size();
      for (const auto& proposed : answer->calls) bytes += proposed.tool.size() + proposed.arguments.size();
      usage.output_tokens = static_cast<std::uint32_t>(bytes / kBytesPerToken + 1);
    }
    const Pico cost = endpoint.price.of(usage.input_tokens, usage.output_tokens);
    used.tokens += std::uint64_t{usage.input_tokens} + usage.output_tokens;
    used.money += cost;
    call.use.input_tokens += usage.input_tokens;
    call.use.output_tokens += usage.output_tokens;
    call.cost += cost;
    meter_.used(endpoint.name, usage.input_tokens, usage.output_tokens, cost);
  }
  ledger_.settle(reserved, used, day);
  co_return answer;
}

void ModelRunner::note_answer(const Client& client, const Call& call, std::int64_t begun_ms) const {
  world_.log({
      .what = "model answered",
      .model = client.endpoint().name,
      .task = call.task->name,
      .prompt = call.task->version,
      .took_ms = world_.now_ms() - begun_ms,
      .input_tokens = call.use.input_tokens,
      .output_tokens = call.use.output_tokens,
      .cost = call.cost > 0 ? money(call.cost) : std::string(),
  });
}

}  // namespace parley::models
