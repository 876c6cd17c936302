#include "wire/model_api/answer_stream.hpp"

#include <utility>

#include "wire/model_api/failure.hpp"

namespace parley::wire::model_api {

AnswerStream::AnswerStream(Api api, OnText on_text) : on_text_(std::move(on_text)) {
  if (api == Api::responses) chunks_.emplace<ResponseEvents>();
}

bool AnswerStream::take(std::string_view data) {
  auto more = std::visit([&](auto& chunks) { return chunks.take(data, on_text_); }, chunks_);
  if (!more) {
    problem_ = std::move(more.error());
    return false;
  }
  complete_ = !*more;
  return *more;
}

bool AnswerStream::feed(std::string_view piece) {
  if (problem_ || complete_) return false;
  const auto more =
      reader_.feed(piece, [this](std::string_view, std::string_view data) { return take(data); });
  if (!more) problem_ = more.error();
  return more.value_or(false);
}

Result<Answer> AnswerStream::finish() {
  if (!problem_ && !complete_) {
    const auto rest = reader_.finish([this](std::string_view, std::string_view data) { return take(data); });
    if (!rest) problem_ = rest.error();
  }
  if (problem_) return std::unexpected(*std::exchange(problem_, std::nullopt));
  return std::visit([](auto& chunks) { return chunks.finish(); }, chunks_);
}

std::string request_body(Api api, const Question& question, const Provider& provider, Structured structured) {
  return api == Api::responses ? responses_request(question, provider, structured)
                               : chat_request(question, provider, structured);
}

std::string_view path_of(Api api) {
  return api == Api::responses ? "/responses" : "/chat/completions";
}

Result<Answer> read_answer(Api api, std::string_view body) {
  if (body.size() > 2 * kMostAnswerBytes) return std::unexpected(malformed("it is too long"));
  auto answer = api == Api::responses ? read_response(body) : read_chat_answer(body);
  if (answer && answer->text.size() > kMostAnswerBytes) return std::unexpected(malformed("it is too long"));
  return answer;
}

}  // namespace parley::wire::model_api
