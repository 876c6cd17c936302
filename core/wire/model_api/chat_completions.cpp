#include "wire/model_api/chat_completions.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/json.hpp"
#include "wire/model_api/failure.hpp"
#include "wire/model_api/schema_phrase.hpp"

namespace parley::wire::model_api {

namespace {

Value call_value(const ProposedCall& call) {
  const Value function = MapBuilder().set("name", call.tool).set("arguments", call.arguments).build();
  return MapBuilder().set("id", call.id).set("type", "function").set("function", function).build();
}

std::string_view role_name(Message::Role role) {
  switch (role) {
    case Message::Role::system:
      return "system";
    case Message::Role::user:
      return "user";
    case Message::Role::assistant:
      return "assistant";
    case Message::Role::tool:
      return "tool";
  }
  return "user";
}

Value message_value(const Message& message) {
  MapBuilder out;
  out.set("role", role_name(message.role));
  const bool only_calls = message.text.empty() && !message.calls.empty();
  out.set("content", only_calls ? Value() : Value(message.text));
  if (!message.calls.empty()) {
    ListBuilder calls;
    for (const ProposedCall& call : message.calls) calls.add(call_value(call));
    out.set("tool_calls", calls.build());
  }
  if (message.role == Message::Role::tool) out.set("tool_call_id", message.call_id);
  return out.build();
}

Value tool_value(const OfferedTool& tool, const Provider& provider) {
  Phrased phrased = wire::phrased(tool.parameters, provider.tools);
  MapBuilder function;
  function.set("name", tool.name)
      .set("description", tool.description)
      .set("parameters", std::move(phrased.parameters));
  if (phrased.strict) function.set("strict", true);
  return MapBuilder().set("type", "function").set("function", function.build()).build();
}

void add_schema(MapBuilder& body, const Question& question, const Provider& provider, Structured structured) {
  switch (structured) {
    case Structured::none:
      return;
    case Structured::json_schema: {
      const PhrasedSchema phrased = phrase_schema(question.schema, provider.strict_schemas);
      const Value schema = MapBuilder()
                               .set("name", question.schema_name)
                               .set("schema", phrased.schema)
                               .set("strict", phrased.strict)
                               .build();
      body.set("response_format", MapBuilder().set("type", "json_schema").set("json_schema", schema).build());
      return;
    }
    case Structured::json_object:
      body.set(
          "response_format", MapBuilder().set("type", "json_object").set("schema", question.schema).build()
      );
      return;
    case Structured::guided_json:
      body.set("guided_json", question.schema);
      return;
  }
}

std::string_view text_of(const Value& content) {
  return content.is_string() ? content.as_string() : std::string_view();
}

// Some servers answer with parts.
std::string joined_parts(const Value& content) {
  if (!content.is_list()) return std::string(text_of(content));
  std::string out;
  for (const Value& part : content.as_list()) out += part.text("text");
  return out;
}

// Arguments are JSON in a text; some local servers send the object itself.
std::string arguments_of(const Value& arguments) {
  if (arguments.is_string()) return std::string(arguments.as_string());
  return arguments.is_null() ? std::string() : write_json(arguments);
}

Usage usage_of(const Value& usage) {
  return counted(usage["prompt_tokens"], usage["completion_tokens"]);
}

void add_call(Answer& answer, const Value& call) {
  const Value& function = call["function"];
  if (function.text("name").empty()) return;
  answer.calls.push_back(
      {std::string(call.text("id")), std::string(function.text("name")), arguments_of(function["arguments"])}
  );
}

Result<Answer> complete(Answer answer) {
  if (answer.finish == "content_filter" && answer.text.empty() && answer.calls.empty()) {
    return fail(ErrorCode::forbidden, "the provider's filter stopped the answer", "refused");
  }
  return answer;
}

}  // namespace

std::uint32_t token_count(const Value& value) {
  if (!value.is_int() || value.as_int() <= 0) return 0;
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::min(kMost, value.as_int()));
}

Usage counted(const Value& input, const Value& output) {
  return {token_count(input), token_count(output), input.is_int() && output.is_int()};
}

std::string chat_request(const Question& question, const Provider& provider, Structured structured) {
  ListBuilder messages;
  for (const Message& message : question.messages) messages.add(message_value(message));
  MapBuilder body;
  body.set("model", question.model).set("messages", messages.build());
  if (!question.tools.empty()) {
    ListBuilder tools;
    for (const OfferedTool& tool : question.tools) tools.add(tool_value(tool, provider));
    body.set("tools", tools.build());
  }
  if (!question.schema.is_null()) add_schema(body, question, provider, structured);
  if (question.max_tokens != 0)
    body.set(provider.limit_field, static_cast<std::int64_t>(question.max_tokens));
  if (question.temperature && provider.takes_temperature) body.set("temperature", *question.temperature);
  if (question.stream) {
    body.set("stream", true);
    if (provider.tells_usage_in_streams)
      body.set("stream_options", MapBuilder().set("include_usage", true).build());
  }
  return write_json(body.build());
}

Result<Answer> read_chat_answer(std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(malformed("it is no JSON (" + parsed.error().pointer + ")"));
  if (const Value* error = parsed->find("error"); error != nullptr && !error->is_null())
    return std::unexpected(failure_in(*error));
  const Value& choices = (*parsed)["choices"];
  if (!choices.is_list() || choices.size() == 0) return std::unexpected(malformed("it has no choices"));
  const Value& choice = choices.as_list()[0];
  const Value& message = choice["message"];
  if (!message.is_map()) return std::unexpected(malformed("its choice has no message"));
  Answer answer;
  answer.text = joined_parts(message["content"]);
  answer.refusal = message.text("refusal");
  if (const Value& calls = message["tool_calls"]; calls.is_list()) {
    if (calls.size() > kMostCalls) return std::unexpected(malformed("it has too many calls"));
    for (const Value& call : calls.as_list()) add_call(answer, call);
  }
  answer.finish = choice.text("finish_reason", "stop");
  answer.model = parsed->text("model");
  answer.usage = usage_of((*parsed)["usage"]);
  return complete(std::move(answer));
}

Result<void> ChatChunks::grow(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes_ > kMostAnswerBytes) return std::unexpected(malformed("it is too long"));
  return {};
}

// The first piece of a call has its id and name, the others only more of its arguments.
Result<void> ChatChunks::take_call(const Value& call) {
  const Value& function = call["function"];
  const std::string arguments = arguments_of(function["arguments"]);
  if (auto grown = grow(arguments.size() + function.text("name").size() + call.text("id").size()); !grown)
    return grown;
  const Value& given = call["index"];
  // Without an index, a piece with a name begins a call and one without continues the last.
  const std::int64_t last = indexes_.empty() ? -1 : indexes_.back();
  const std::int64_t index = given.is_int() ? given.as_int() : last + (function.text("name").empty() ? 0 : 1);
  auto known = std::ranges::find(indexes_, index);
  if (known == indexes_.end()) {
    if (indexes_.size() >= kMostCalls) return std::unexpected(malformed("it has too many calls"));
    indexes_.push_back(index);
    answer_.calls.emplace_back();
    known = indexes_.end() - 1;
  }
  ProposedCall& into = answer_.calls[static_cast<std::size_t>(known - indexes_.begin())];
  if (into.id.empty()) into.id = call.text("id");
  if (into.tool.empty()) into.tool = function.text("name");
  into.arguments += arguments;
  return {};
}

Result<void> ChatChunks::take_delta(const Value& delta, const OnText& on_text) {
  if (const std::string_view text = text_of(delta["content"]); !text.empty()) {
    if (auto grown = grow(text.size()); !grown) return grown;
    answer_.text += text;
    if (on_text) on_text(text);
  }
  if (const std::string_view refusal = text_of(delta["refusal"]); !refusal.empty()) {
    if (auto grown = grow(refusal.size()); !grown) return grown;
    answer_.refusal += refusal;
  }
  if (const Value& calls = delta["tool_calls"]; calls.is_list()) {
    for (const Value& call : calls.as_list()) {
      if (auto taken = take_call(call); !taken) return taken;
    }
  }
  return {};
}

Result<bool> ChatChunks::take(std::string_view data, const OnText& on_text) {
  if (data == "[DONE]") {
    done_ = true;
    return false;
  }
  const auto chunk = parse_json(data);
  if (!chunk) return std::unexpected(malformed("a chunk is no JSON (" + chunk.error().pointer + ")"));
  if (const Value* error = chunk->find("error"); error != nullptr && !error->is_null())
    return std::unexpected(failure_in(*error));
  if (answer_.model.empty()) answer_.model = chunk->text("model");
  if (const Value& usage = (*chunk)["usage"]; usage.is_map()) answer_.usage = usage_of(usage);
  const Value& choices = (*chunk)["choices"];
  if (!choices.is_list() || choices.size() == 0) return true;
  const Value& choice = choices.as_list()[0];
  if (auto taken = take_delta(choice["delta"], on_text); !taken) return std::unexpected(taken.error());
  if (const std::string_view reason = choice.text("finish_reason"); !reason.empty()) answer_.finish = reason;
  return true;
}

Result<Answer> ChatChunks::finish() {
  if (answer_.finish.empty()) {
    if (!done_) {
      return fail(
          ErrorCode::unavailable, "the model's answer broke off before it was finished", "interrupted"
      );
    }
    answer_.finish = answer_.calls.empty() ? "stop" : "tool_calls";
  }
  std::erase_if(answer_.calls, [](const ProposedCall& call) { return call.tool.empty(); });
  return complete(std::move(answer_));
}

}  // namespace parley::wire::model_api
