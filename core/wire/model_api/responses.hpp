// The Responses API: requests, answers, and answers that come as events. Pure; one collector per answer, not
// shared between threads. Nothing is stored at the provider (`store` is false).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/model_api/exchange.hpp"
#include "wire/model_api/provider.hpp"

namespace parley::wire::model_api {

// The body of POST …/responses.
[[nodiscard]] std::string responses_request(
    const Question& question, const Provider& provider, Structured structured
);

[[nodiscard]] Result<Answer> read_response(std::string_view body);

class ResponseEvents {
 public:
  using OnText = std::function<void(std::string_view text)>;

  // One event's data; its `type` says what it is, and unknown types are skipped. False: the stream has said
  // all. Errors: a failed response, broken JSON, too long an answer.
  [[nodiscard]] Result<bool> take(std::string_view data, const OnText& on_text);
  // What has come. Error: the stream ended before the response did.
  [[nodiscard]] Result<Answer> finish();

 private:
  Answer answer_;
  std::size_t bytes_ = 0;
  bool done_ = false;
};

}  // namespace parley::wire::model_api
