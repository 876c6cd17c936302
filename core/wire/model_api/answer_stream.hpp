// A streamed answer from its bytes: events, chunks, the finished answer, whichever API it is. One object per
// answer, not shared between threads.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "wire/model_api/chat_completions.hpp"
#include "wire/model_api/responses.hpp"
#include "wire/model_api/sse_reader.hpp"

namespace parley::wire::model_api {

class AnswerStream {
 public:
  using OnText = std::function<void(std::string_view text)>;

  // `on_text`, where given, hears each piece of text as it comes.
  explicit AnswerStream(Api api, OnText on_text = {});

  // False: nothing more is wanted, because the answer is complete or cannot become one.
  [[nodiscard]] bool feed(std::string_view piece);
  // The answer, or why there is none.
  [[nodiscard]] Result<Answer> finish();
  // The answer has been told in full, whatever becomes of the connection.
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  [[nodiscard]] bool take(std::string_view data);

  std::variant<ChatChunks, ResponseEvents> chunks_;
  OnText on_text_;
  SseReader reader_;
  std::optional<Error> problem_;
  bool complete_ = false;
};

[[nodiscard]] std::string request_body(
    Api api, const Question& question, const Provider& provider, Structured structured
);
// "/chat/completions" or "/responses".
[[nodiscard]] std::string_view path_of(Api api);
[[nodiscard]] Result<Answer> read_answer(Api api, std::string_view body);

}  // namespace parley::wire::model_api
