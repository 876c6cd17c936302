// One model, asked over HTTP for answers or for vectors: attempts, pauses between them, and what came.
// Thread-safe; a call stays on the loop that makes it. Errors carry the codes of wire/model_api/failure.hpp,
// those of net::HttpClient, and "model_busy".
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/models/breaker.hpp"
#include "server/models/endpoint.hpp"
#include "server/models/gate.hpp"
#include "server/models/meter.hpp"
#include "server/models/surroundings.hpp"
#include "server/net/client/http_client.hpp"
#include "server/turns/ports.hpp"
#include "wire/model_api/answer_stream.hpp"
#include "wire/model_api/embeddings.hpp"

namespace parley::models {

struct Asking {
  std::string_view task;
  std::string_view prompt;
  std::int64_t deadline_ms = 0;             // of Surroundings::now_ms
  turns::TextListener* listener = nullptr;  // hears the text; the answer is streamed then
  // Counts the attempts of which nobody knows what they have cost.
  std::uint32_t* unanswered = nullptr;
};

class Client {
 public:
  Client(Endpoint endpoint, std::shared_ptr<net::HttpClient> http, const Surroundings& world, Meter& meter);

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  [[nodiscard]] const Breaker& breaker() const { return breaker_; }

  // `question` without model and stream; those are filled in here.
  net::Awaitable<Result<wire::model_api::Answer>> ask(wire::model_api::Question question, Asking asking);

  // One vector a text, in one request. `dimensions`: what the model is asked to shorten them to; 0: its own.
  net::Awaitable<Result<wire::model_api::Embeddings>> embed(
      std::vector<std::string> texts, std::uint32_t dimensions, Asking asking
  );

  // The names of the models that the server has.
  net::Awaitable<Result<std::vector<std::string>>> list(std::uint32_t timeout_ms);

 private:
  template <typename T>
  struct Attempt {
    Result<T> answer;
    std::optional<std::uint32_t> wait_ms;  // that the server asks for
    bool again = false;                    // at once: it is asked in another way from now on
  };
  // One attempt at whatever is asked; it points into the caller, who waits.
  template <typename T>
  using Try = std::function<net::Awaitable<Attempt<T>>()>;

  // Lets the call through when the model is not left alone, and notes what came of it. `model` is filled in.
  template <typename T>
  net::Awaitable<Result<T>> when_allowed(std::string& model, const Asking& asking, Try<T> attempt);
  template <typename T>
  net::Awaitable<Result<T>> try_until_answered(
      std::string& model, const Asking& asking, const Try<T>& attempt
  );
  net::Awaitable<Attempt<wire::model_api::Answer>> attempt(
      const wire::model_api::Question& question, const Asking& asking
  );
  net::Awaitable<Attempt<wire::model_api::Answer>> attempt_streamed(
      net::OutgoingRequest request, turns::TextListener& listener
  );
  net::Awaitable<Attempt<wire::model_api::Embeddings>> attempt_embedding(
      const std::string& body, std::size_t texts, const Asking& asking
  );
  net::Awaitable<Result<void>> find_model(std::string& model, const Asking& asking);
  void hide_key(std::string& message) const;
  [[nodiscard]] std::int64_t pause_before(std::uint32_t attempt, std::optional<std::uint32_t> wanted_ms)
      const;
  [[nodiscard]] net::OutgoingRequest request(std::string_view path, std::int64_t time_ms) const;
  [[nodiscard]] bool forgo_schema(const Error& failure, wire::model_api::Question& question);

  Endpoint endpoint_;
  std::shared_ptr<net::HttpClient> http_;
  const Surroundings& world_;
  Meter& meter_;
  Breaker breaker_;
  std::shared_ptr<Gate> gate_;
  std::atomic<bool> no_schemas_{false};  // the server refused them; the prompt says them in words
  mutable std::mutex mutex_;
  std::string found_model_;  // when the endpoint names none
};

}  // namespace parley::models
