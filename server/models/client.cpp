#include "server/models/client.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "wire/model_api/failure.hpp"

namespace parley::models {

namespace {

using wire::model_api::Answer;
using wire::model_api::AnswerStream;
using wire::model_api::Embeddings;
using wire::model_api::Question;
using wire::model_api::Structured;

constexpr std::int64_t kFirstPauseMs = 250;
constexpr std::int64_t kLongestPauseMs = 8'000;
constexpr std::int64_t kWorthTryingMs = 200;  // less time than this is no attempt
constexpr std::size_t kMostBodyBytes = 9U << 20U;
constexpr std::size_t kMostVectorBytes = 32U << 20U;  // 64 vectors of 8192 numbers in JSON are about 12 MB

std::unexpected<Error> out_of_time() {
  return fail(ErrorCode::deadline_exceeded, "the model did not answer in time", "timeout");
}

// What is asked with stream: true, and answered with events or, by servers that know no streams, at once.
class Collected {
 public:
  Collected(wire::model_api::Api api, turns::TextListener& listener)
      : api_(api),
        listener_(listener),
        stream_(api, [&listener](std::string_view text) { listener.on_piece(text); }) {}

  bool take(std::string_view piece) {
    if (!decided_) {
      const std::size_t first = piece.find_first_not_of(" \t\r\n");
      if (first == std::string_view::npos) return true;
      decided_ = true;
      whole_ = piece[first] == '{';
    }
    if (!whole_) return stream_.feed(piece);
    body_ += piece;
    return body_.size() <= kMostBodyBytes;
  }
  [[nodiscard]] bool complete() const { return stream_.complete(); }
  Result<Answer> finish() {
    if (!whole_) return stream_.finish();
    auto answer = wire::model_api::read_answer(api_, body_);
    if (answer && !answer->text.empty()) listener_.on_piece(answer->text);
    return answer;
  }

 private:
  wire::model_api::Api api_;
  turns::TextListener& listener_;
  AnswerStream stream_;
  std::string body_;
  bool decided_ = false;
  bool whole_ = false;
};

std::int64_t at_least_zero(std::int64_t value) {
  return std::max<std::int64_t>(0, value);
}

}  // namespace

Client::Client(
    Endpoint endpoint, std::shared_ptr<net::HttpClient> http, const Surroundings& world, Meter& meter
)
    : endpoint_(std::move(endpoint)),
      http_(std::move(http)),
      world_(world),
      meter_(meter),
      gate_(std::make_shared<Gate>(std::max(1U, endpoint_.concurrency))) {}

net::Awaitable<Result<Answer>> Client::ask(Question question, Asking asking) {
  question.stream = asking.listener != nullptr;
  if (question.max_tokens == 0) question.max_tokens = endpoint_.max_tokens;
  co_return co_await when_allowed<Answer>(question.model, asking, [&] -> net::Awaitable<Attempt<Answer>> {
    auto made = co_await attempt(question, asking);
    made.again = !made.answer && forgo_schema(made.answer.error(), question);
    co_return made;
  });
}

net::Awaitable<Result<Embeddings>> Client::embed(
    std::vector<std::string> texts, std::uint32_t dimensions, Asking asking
) {
  std::string model;
  std::string body;
  co_return co_await when_allowed<Embeddings>(model, asking, [&] {
    if (body.empty()) body = wire::model_api::embeddings_request(model, texts, dimensions);
    return attempt_embedding(body, texts.size(), asking);
  });
}

template <typename T>
net::Awaitable<Result<T>> Client::when_allowed(std::string& model, const Asking& asking, Try<T> attempt) {
  if (!endpoint_.missing_key.empty()) {
    co_return fail(
        ErrorCode::unauthenticated,
        "the model " + endpoint_.name + " needs a key, and " + endpoint_.missing_key + " is not set",
        "unauthenticated",
        "set " + endpoint_.missing_key + ", or " + endpoint_.missing_key + "_FILE to a file that holds it"
    );
  }
  if (!breaker_.allow(world_.now_ms())) {
    co_return fail(
        ErrorCode::unavailable,
        "the model " + endpoint_.name + " has failed several times and is left alone for a while",
        "model_resting"
    );
  }
  const std::int64_t wait_ms = at_least_zero(asking.deadline_ms - world_.now_ms());
  auto pass = co_await gate_->enter(static_cast<std::uint32_t>(wait_ms));
  if (!pass) {
    breaker_.withdrawn();
    co_return std::unexpected(std::move(pass.error()));
  }
  auto answer = co_await try_until_answered<T>(model, asking, attempt);
  // What is wrong with the question says nothing about the server.
  const bool down =
      !answer && (wire::model_api::may_pass(answer.error()) || answer.error().pointer == "timeout");
  if (down) {
    breaker_.failed(world_.now_ms());
  } else {
    breaker_.succeeded();
  }
  co_return answer;
}

template <typename T>
net::Awaitable<Result<T>> Client::try_until_answered(
    std::string& model, const Asking& asking, const Try<T>& attempt
) {
  for (std::uint32_t number = 1;; ++number) {
    const std::int64_t begun = world_.now_ms();
    if (asking.deadline_ms - begun < kWorthTryingMs) co_return out_of_time();
    Attempt<T> last{fail(ErrorCode::unavailable, {}), std::nullopt};
    if (auto found = co_await find_model(model, asking); !found) {
      last.answer = std::unexpected(std::move(found.error()));
    } else {
      last = co_await attempt();
    }
    if (!last.answer) hide_key(last.answer.error().message);
    const std::int64_t took_ms = world_.now_ms() - begun;
    meter_.attempt(endpoint_.name, last.answer ? "ok" : last.answer.error().pointer, took_ms);
    if (last.answer) co_return std::move(last.answer);
    const Error& failure = last.answer.error();
    if (asking.unanswered != nullptr && wire::model_api::may_have_worked(failure)) ++*asking.unanswered;
    world_.log({
        .level = Note::Level::warning,
        .what = "model failed",
        .model = endpoint_.name,
        .task = asking.task,
        .prompt = asking.prompt,
        .code = failure.pointer,
        .problem = failure.message,
        .attempt = number,
        .took_ms = took_ms,
    });
    if (asking.listener != nullptr) asking.listener->on_restart();
    if (last.again) continue;
    if (number > endpoint_.retries || !wire::model_api::may_pass(failure)) co_return std::move(last.answer);
    const std::int64_t pause_ms = pause_before(number, last.wait_ms);
    if (world_.now_ms() + pause_ms + kWorthTryingMs > asking.deadline_ms) co_return std::move(last.answer);
    co_await world_.pause(pause_ms);
  }
}

// Whatever a server repeats of what it was sent.
void Client::hide_key(std::string& message) const {
  if (endpoint_.key.empty()) return;
  for (std::size_t at = 0; (at = message.find(endpoint_.key, at)) != std::string::npos;)
    message.replace(at, endpoint_.key.size(), "…");
}

// Doubling, and spread so that those who failed together do not come back together.
std::int64_t Client::pause_before(std::uint32_t attempt, std::optional<std::uint32_t> wanted_ms) const {
  std::int64_t pause = kFirstPauseMs << std::min(attempt - 1, 8U);
  pause = std::min(pause, kLongestPauseMs);
  pause -= static_cast<std::int64_t>(static_cast<double>(pause) * world_.dice() / 2);
  return std::max<std::int64_t>(pause, wanted_ms.value_or(0));
}

// Some servers know no response_format, and some cannot hold a model to this very schema. The prompt says it
// in words too, so it goes on without: for good, or for this question.
bool Client::forgo_schema(const Error& failure, Question& question) {
  if (failure.pointer != "model_request" || endpoint_.structured == Structured::none) return false;
  if (question.schema.is_null()) return false;
  const auto says = [&](std::string_view word) { return failure.message.find(word) != std::string::npos; };
  if (says("response_format") || says("guided")) return !no_schemas_.exchange(true);
  if (!says("schema") && !says("grammar")) return false;
  question.schema = Value();
  return true;
}

net::OutgoingRequest Client::request(std::string_view path, std::int64_t time_ms) const {
  net::OutgoingRequest request;
  request.url = endpoint_.url + std::string(path);
  request.headers = {{"accept", "application/json"}};
  if (!endpoint_.key.empty()) request.headers.emplace_back("authorization", "Bearer " + endpoint_.key);
  request.timeout_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(1, time_ms));
  request.connect_timeout_ms = std::min(request.connect_timeout_ms, request.timeout_ms);
  request.max_answer_bytes = kMostBodyBytes;
  request.allowed_hosts = {endpoint_.host};
  return request;
}

net::Awaitable<Client::Attempt<Answer>> Client::attempt(const Question& question, const Asking& asking) {
  const Structured structured = no_schemas_.load() ? Structured::none : endpoint_.structured;
  net::OutgoingRequest sent =
      request(wire::model_api::path_of(endpoint_.api), asking.deadline_ms - world_.now_ms());
  sent.method = "POST";
  sent.headers.emplace_back("content-type", "application/json");
  sent.body = wire::model_api::request_body(endpoint_.api, question, *endpoint_.provider, structured);
  if (asking.listener != nullptr) co_return co_await attempt_streamed(std::move(sent), *asking.listener);
  auto answer = co_await http_->send(std::move(sent));
  if (!answer) co_return Attempt<Answer>{std::unexpected(std::move(answer.error())), std::nullopt};
  if (answer->status >= 200 && answer->status < 300)
    co_return Attempt<Answer>{wire::model_api::read_answer(endpoint_.api, answer->body), std::nullopt};
  co_return Attempt<Answer>{
      std::unexpected(wire::model_api::failure_of(answer->status, answer->body)),
      wire::model_api::retry_after_ms(answer->header("retry-after"), answer->header("retry-after-ms"))
  };
}

net::Awaitable<Client::Attempt<Answer>> Client::attempt_streamed(
    net::OutgoingRequest sent, turns::TextListener& listener
) {
  sent.stall_timeout_ms = std::min(endpoint_.stall_ms, sent.timeout_ms);
  const auto collected = std::make_shared<Collected>(endpoint_.api, listener);
  auto answer = co_await http_->stream(std::move(sent), [collected](std::string_view piece) {
    return collected->take(piece);
  });
  // The connection need not end well once all is said; and the taker stops it when it cannot go on.
  const bool told = collected->complete() || (!answer && answer.error().pointer == "stopped");
  if (!answer && !told) co_return Attempt<Answer>{std::unexpected(std::move(answer.error())), std::nullopt};
  if (answer && (answer->status < 200 || answer->status >= 300)) {
    co_return Attempt<Answer>{
        std::unexpected(wire::model_api::failure_of(answer->status, answer->body)),
        wire::model_api::retry_after_ms(answer->header("retry-after"), answer->header("retry-after-ms"))
    };
  }
  co_return Attempt<Answer>{collected->finish(), std::nullopt};
}

net::Awaitable<Client::Attempt<Embeddings>> Client::attempt_embedding(
    const std::string& body, std::size_t texts, const Asking& asking
) {
  net::OutgoingRequest sent = request("/embeddings", asking.deadline_ms - world_.now_ms());
  sent.method = "POST";
  sent.headers.emplace_back("content-type", "application/json");
  sent.body = body;
  sent.max_answer_bytes = kMostVectorBytes;
  auto answer = co_await http_->send(std::move(sent));
  if (!answer) co_return Attempt<Embeddings>{std::unexpected(std::move(answer.error())), std::nullopt};
  if (answer->status >= 200 && answer->status < 300)
    co_return Attempt<Embeddings>{wire::model_api::read_embeddings(answer->body, texts), std::nullopt};
  co_return Attempt<Embeddings>{
      std::unexpected(wire::model_api::failure_of(answer->status, answer->body)),
      wire::model_api::retry_after_ms(answer->header("retry-after"), answer->header("retry-after-ms"))
  };
}

net::Awaitable<Result<void>> Client::find_model(std::string& model, const Asking& asking) {
  model = endpoint_.model;
  if (!model.empty()) co_return Result<void>();
  {
    const std::lock_guard lock(mutex_);
    model = found_model_;
  }
  if (!model.empty()) co_return Result<void>();
  auto names = co_await list(static_cast<std::uint32_t>(at_least_zero(asking.deadline_ms - world_.now_ms())));
  if (!names) co_return std::unexpected(std::move(names.error()));
  if (names->empty()) {
    co_return fail(
        ErrorCode::not_found,
        "the server of " + endpoint_.name + " has no model",
        "model_not_found",
        "name the model behind '#' in its address"
    );
  }
  model = names->front();
  const std::lock_guard lock(mutex_);
  found_model_ = names->front();
  co_return Result<void>();
}

net::Awaitable<Result<std::vector<std::string>>> Client::list(std::uint32_t timeout_ms) {
  auto answer = co_await http_->send(request("/models", timeout_ms));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  if (answer->status < 200 || answer->status >= 300)
    co_return std::unexpected(wire::model_api::failure_of(answer->status, answer->body));
  const auto body = parse_json(answer->body);
  if (!body || !(*body)["data"].is_list())
    co_return std::unexpected(wire::model_api::malformed("its list of models is none"));
  std::vector<std::string> names;
  for (const Value& model : (*body)["data"].as_list()) {
    if (const std::string_view id = model.text("id"); !id.empty()) names.emplace_back(id);
  }
  co_return names;
}

}  // namespace parley::models
