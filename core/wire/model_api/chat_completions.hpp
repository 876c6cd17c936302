// The Chat Completions API: requests, answers, and answers that come in chunks. Pure; one collector per
// answer, not shared between threads.
//
// Servers differ in what they leave out, so a member of the wrong type is read as missing wherever the rest
// still makes sense. An answer is complete only with a finish_reason or, as some local servers have it, with
// "[DONE]".
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/model_api/exchange.hpp"
#include "wire/model_api/provider.hpp"

namespace parley::wire::model_api {

// The body of POST …/chat/completions.
[[nodiscard]] std::string chat_request(
    const Question& question, const Provider& provider, Structured structured
);

[[nodiscard]] Result<Answer> read_chat_answer(std::string_view body);

class ChatChunks {
 public:
  using OnText = std::function<void(std::string_view text)>;

  // One event's data. False: the stream has said all. Errors: an error chunk, broken JSON, too long an
  // answer.
  [[nodiscard]] Result<bool> take(std::string_view data, const OnText& on_text);
  // What has come. Error: the stream ended before the answer did.
  [[nodiscard]] Result<Answer> finish();

 private:
  [[nodiscard]] Result<void> take_delta(const Value& delta, const OnText& on_text);
  [[nodiscard]] Result<void> take_call(const Value& call);
  [[nodiscard]] Result<void> grow(std::size_t bytes);

  Answer answer_;
  std::vector<std::int64_t> indexes_;  // of the server, parallel to answer_.calls
  std::size_t bytes_ = 0;
  bool done_ = false;
};

}  // namespace parley::wire::model_api
