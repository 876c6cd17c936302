// Any bytes as a model's streamed answer: "api, seed, stream". What comes in pieces means the same as what
// comes at once, what is heard is the answer's text, and nothing grows beyond its limit.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fuzz/fuzz_bytes.hpp"
#include "wire/model_api/answer_stream.hpp"
#include "wire/model_api/failure.hpp"

using namespace parley;
using namespace parley::wire::model_api;

namespace {

struct Read {
  Result<Answer> answer;
  std::string heard;
};

template <typename NextSize>
Read read(Api api, std::string_view stream, NextSize next_size) {
  std::string heard;
  AnswerStream reader(api, [&](std::string_view text) { heard += text; });
  while (!stream.empty()) {
    const std::string_view piece = stream.substr(0, next_size());
    stream.remove_prefix(piece.size());
    if (!reader.feed(piece)) break;
  }
  auto answer = reader.finish();
  return {std::move(answer), std::move(heard)};
}

std::string described(const Read& read) {
  if (!read.answer) return "! " + read.answer.error().pointer + read.heard;
  std::string out = read.answer->text + "\n" + read.answer->finish + "\n" + read.answer->refusal;
  for (const ProposedCall& call : read.answer->calls) out += "\n" + call.id + call.tool + call.arguments;
  return out + read.heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  const Api api = bytes.choose(2) == 0 ? Api::chat : Api::responses;
  fuzz::Pieces pieces(bytes.byte());
  const std::string_view stream = bytes.rest();

  const Read whole = read(api, stream, [&] { return stream.size(); });
  const Read parts = read(api, stream, [&] { return pieces.next(); });
  INVARIANT(described(whole) == described(parts), "pieces mean the same as the whole");
  if (whole.answer) {
    INVARIANT(whole.answer->text.size() <= kMostAnswerBytes, "answers keep their limit");
    INVARIANT(whole.answer->calls.size() <= kMostCalls, "calls keep their limit");
    INVARIANT(api == Api::responses || whole.answer->text == whole.heard, "what is heard is the answer");
    for (const ProposedCall& call : whole.answer->calls)
      INVARIANT(api == Api::responses || !call.tool.empty(), "a call names its tool");
  }
  const auto body = read_answer(api, stream);
  INVARIANT(body || !body.error().pointer.empty(), "a failure has a code");
  const Error failure = failure_of(400 + static_cast<int>(size % 200), stream);
  INVARIANT(!failure.pointer.empty() && failure.message.size() < 400, "a failure has a code and few words");
  return 0;
}
