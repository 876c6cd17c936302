#include "server/tools/text_tools.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include "language/sentiment/sentiment.hpp"
#include "language/summarise.hpp"

namespace parley::tools {

namespace {

constexpr std::string_view kSummarise = "text.summarise";
constexpr std::string_view kAnalyzeSentiment = "text.analyze_sentiment";
constexpr std::int64_t kDefaultSentences = 3;
constexpr std::int64_t kMaxSentences = 50;

// A plain text, or what people write into a ticket, message or comment.
void collect(const Value& source, std::vector<std::string>& texts) {
  if (source.is_string()) {
    texts.emplace_back(source.as_string());
    return;
  }
  if (source.is_list()) {
    for (const Value& item : source.as_list()) collect(item, texts);
    return;
  }
  std::string text;
  for (const std::string_view key : {"subject", "title", "summary", "text", "body", "description"}) {
    const std::string_view part = source.text(key);
    if (part.empty()) continue;
    if (!text.empty()) text += text.back() == '.' || text.back() == '?' || text.back() == '!' ? " " : ". ";
    text += part;
  }
  if (!text.empty()) texts.push_back(std::move(text));
}

Result<turns::ToolAnswer> summarise(const Value& arguments) {
  std::vector<std::string> texts;
  collect(arguments["texts"], texts);
  collect(arguments["tickets"], texts);
  std::int64_t sentences = kDefaultSentences;
  if (const Value* wanted = arguments.find("sentences"); wanted != nullptr && !wanted->is_null()) {
    if (!wanted->is_int() || wanted->as_int() < 1 || wanted->as_int() > kMaxSentences) {
      return fail(ErrorCode::invalid_input, "text.summarise: sentences must be 1 to 50", "invalid_arguments");
    }
    sentences = wanted->as_int();
  }
  return turns::ToolAnswer{
      MapBuilder()
          .set("summary", language::summarise(texts, static_cast<std::size_t>(sentences)))
          .set("count", static_cast<std::int64_t>(texts.size()))
          .build(),
      false
  };
}

Result<turns::ToolAnswer> analyze_sentiment(const Value& arguments) {
  const Value& text = arguments["text"];
  if (!text.is_string()) {
    return fail(ErrorCode::invalid_input, "text.analyze_sentiment: text must be a text", "invalid_arguments");
  }
  const language::Sentiment sentiment = language::sentiment_of(text.as_string());
  return turns::ToolAnswer{
      MapBuilder().set("label", language::name(sentiment.mood)).set("score", sentiment.score).build(), false
  };
}

Value object_schema(MapBuilder properties) {
  return MapBuilder()
      .set("type", "object")
      .set("properties", properties.build())
      .set("additionalProperties", false)
      .build();
}

}  // namespace

bool TextTools::has(std::string_view tool) const {
  return tool == kSummarise || tool == kAnalyzeSentiment;
}

turns::EffectClass TextTools::effect_class(std::string_view /*tool*/) const {
  return turns::EffectClass::read;
}

turns::Awaitable<Result<turns::ToolAnswer>> TextTools::run(const turns::ToolCall& call) {
  if (!has(call.tool))
    co_return fail(ErrorCode::not_found, "there is no tool '" + call.tool + "'", "unknown_tool");
  co_return call.tool == kSummarise ? summarise(call.arguments) : analyze_sentiment(call.arguments);
}

std::vector<flow::ToolSignature> TextTools::signatures() const {
  const Value any = Value::map();
  const Value count =
      MapBuilder().set("type", "integer").set("minimum", 1).set("maximum", kMaxSentences).build();
  const Value text = MapBuilder().set("type", "string").build();
  return {
      {std::string(kAnalyzeSentiment), object_schema(std::move(MapBuilder().set("text", text)))},
      {std::string(kSummarise),
       object_schema(std::move(MapBuilder().set("texts", any).set("tickets", any).set("sentences", count)))},
  };
}

}  // namespace parley::tools
