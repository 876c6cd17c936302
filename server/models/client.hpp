// One model, asked over HTTP: attempts, pauses between them, and the answer. Thread-safe; a call stays on the
// loop that makes it. Errors carry the codes of wire/model_api/failure.hpp, those of net::HttpClient, and
// "model_busy".
#pragma once

#include <atomic>
#include <cstdint>
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

namespace parley::models {

struct Asking {
  std::string_view task;
  std::string_view prompt;
  std::int64_t deadline_ms = 0;             // of Surroundings::now_ms
  turns::TextListener* listener = nullptr;  // hears the text; the answer is streamed then
};

class Client {
 public:
  Client(Endpoint endpoint, std::shared_ptr<net::HttpClient> http, const Surroundings& world, Meter& meter);

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  [[nodiscard]] const Breaker& breaker() const { return breaker_; }

  // `question` without model and stream; those are filled in here.
  net::Awaitable<Result<wire::model_api::Answer>> ask(wire::model_api::Question question, Asking asking);

  // The names of the models that the server has.
  net::Awaitable<Result<std::vector<std::string>>> list(std::uint32_t timeout_ms);

 private:
  struct Attempt {
    Result<wire::model_api::Answer> answer;
    std::optional<std::uint32_t> wait_ms;  // that the server asks for
  };
  net::Awaitable<Result<wire::model_api::Answer>> try_until_answered(
      wire::model_api::Question& question, const Asking& asking
  );
  net::Awaitable<Attempt> attempt(wire::model_api::Question& question, const Asking& asking);
  net::Awaitable<Attempt> attempt_streamed(net::OutgoingRequest request, turns::TextListener& listener);
  net::Awaitable<Result<void>> find_model(wire::model_api::Question& question, const Asking& asking);
  void hide_key(std::string& message) const;
  [[nodiscard]] std::int64_t pause_before(std::uint32_t attempt, const Attempt& last) const;
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
