#include "wire/model_api/responses.hpp"

#include <utility>

#include "base/json.hpp"
#include "wire/model_api/failure.hpp"
#include "wire/model_api/schema_phrase.hpp"

namespace parley::wire::model_api {

namespace {

// Calls and their results are items of their own beside the messages.
void add_items(ListBuilder& input, const Message& message) {
  if (message.role == Message::Role::tool) {
    input.add(MapBuilder()
                  .set("type", "function_call_output")
                  .set("call_id", message.call_id)
                  .set("output", message.text)
                  .build());
    return;
  }
  if (!message.text.empty() || message.calls.empty()) {
    const char* const role = message.role == Message::Role::system      ? "system"
                             : message.role == Message::Role::assistant ? "assistant"
                                                                        : "user";
    // Without the type llama.cpp does not know what an assistant's message is.
    input.add(MapBuilder().set("type", "message").set("role", role).set("content", message.text).build());
  }
  for (const ProposedCall& call : message.calls) {
    input.add(MapBuilder()
                  .set("type", "function_call")
                  .set("call_id", call.id)
                  .set("name", call.tool)
                  .set("arguments", call.arguments)
                  .build());
  }
}

Value tool_value(const OfferedTool& tool, const Provider& provider) {
  Phrased phrased = wire::phrased(tool.parameters, provider.tools);
  return MapBuilder()
      .set("type", "function")
      .set("name", tool.name)
      .set("description", tool.description)
      .set("parameters", std::move(phrased.parameters))
      .set("strict", phrased.strict)
      .build();
}

Value format_of(const Question& question, const Provider& provider) {
  const PhrasedSchema phrased = phrase_schema(question.schema, provider.strict_schemas);
  const Value format = MapBuilder()
                           .set("type", "json_schema")
                           .set("name", question.schema_name)
                           .set("schema", phrased.schema)
                           .set("strict", phrased.strict)
                           .build();
  return MapBuilder().set("format", format).build();
}

void add_message(Answer& answer, const Value& item) {
  const Value& parts = item["content"];
  if (!parts.is_list()) return;
  for (const Value& part : parts.as_list()) {
    if (part.text("type") == "output_text") answer.text += part.text("text");
    if (part.text("type") == "refusal") answer.refusal += part.text("refusal");
  }
}

Result<Answer> read_object(const Value& response) {
  const std::string_view status = response.text("status");
  if (const Value& error = response["error"]; !error.is_null()) return std::unexpected(failure_in(error));
  if (status == "failed" || status == "cancelled")
    return std::unexpected(failure_in(Value("the response was " + std::string(status))));
  const Value& output = response["output"];
  if (!output.is_list()) return std::unexpected(malformed("it has no output"));
  Answer answer;
  for (const Value& item : output.as_list()) {
    if (item.text("type") == "message") {
      add_message(answer, item);
    } else if (item.text("type") == "function_call") {
      if (answer.calls.size() >= kMostCalls) return std::unexpected(malformed("it has too many calls"));
      answer.calls.push_back(
          {std::string(item.text("call_id")),
           std::string(item.text("name")),
           std::string(item.text("arguments"))}
      );
    }
  }
  const std::string_view reason = response["incomplete_details"].text("reason");
  if (reason == "content_filter" && answer.text.empty() && answer.calls.empty())
    return fail(ErrorCode::forbidden, "the provider's filter stopped the answer", "refused");
  answer.finish = reason == "max_output_tokens" ? "length"
                  : !reason.empty()             ? reason
                  : answer.calls.empty()        ? "stop"
                                                : "tool_calls";
  answer.model = response.text("model");
  const Value& usage = response["usage"];
  answer.usage = counted(usage["input_tokens"], usage["output_tokens"]);
  return answer;
}

}  // namespace

std::string responses_request(const Question& question, const Provider& provider, Structured structured) {
  ListBuilder input;
  for (const Message& message : question.messages) add_items(input, message);
  MapBuilder body;
  body.set("model", question.model).set("input", input.build()).set("store", false);
  if (!question.tools.empty()) {
    ListBuilder tools;
    for (const OfferedTool& tool : question.tools) tools.add(tool_value(tool, provider));
    body.set("tools", tools.build());
  }
  // The only way that this API has; servers that lack it are told in words.
  if (!question.schema.is_null() && structured != Structured::none)
    body.set("text", format_of(question, provider));
  if (question.max_tokens != 0) body.set("max_output_tokens", static_cast<std::int64_t>(question.max_tokens));
  if (question.temperature && provider.takes_temperature) body.set("temperature", *question.temperature);
  if (question.stream) body.set("stream", true);
  return write_json(body.build());
}

Result<Answer> read_response(std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(malformed("it is no JSON (" + parsed.error().pointer + ")"));
  return read_object(*parsed);
}

Result<bool> ResponseEvents::take(std::string_view data, const OnText& on_text) {
  if (data == "[DONE]") return false;
  const auto event = parse_json(data);
  if (!event) return std::unexpected(malformed("an event is no JSON (" + event.error().pointer + ")"));
  const std::string_view type = event->text("type");
  if (type == "response.output_text.delta") {
    const std::string_view text = event->text("delta");
    bytes_ += text.size();
    if (bytes_ > kMostAnswerBytes) return std::unexpected(malformed("it is too long"));
    if (on_text && !text.empty()) on_text(text);
    return true;
  }
  if (type == "error") {
    const Value* inner = event->find("error");
    return std::unexpected(failure_in(inner == nullptr || inner->is_null() ? *event : *inner));
  }
  const bool last =
      type == "response.completed" || type == "response.incomplete" || type == "response.failed";
  if (!last) return true;
  // The last event repeats everything, so nothing before it needs to be put together.
  auto answer = read_object((*event)["response"]);
  if (!answer) return std::unexpected(std::move(answer.error()));
  answer_ = std::move(*answer);
  done_ = true;
  return false;
}

Result<Answer> ResponseEvents::finish() {
  if (!done_) {
    return fail(ErrorCode::unavailable, "the model's answer broke off before it was finished", "interrupted");
  }
  return std::move(answer_);
}

}  // namespace parley::wire::model_api
