// Where values come from. What the author wrote, what this user said or was shown in full and said yes to,
// and what a person of the team decided needs no mark. A value that a tool, a model or a look-up gave carries
// the names of those calls ("shop.find", "model.extract", "knowledge.terms"), and so does what is computed
// from it. `model.understand` stands for what a model read into a message in words that the user did not use.
//
// Marks belong to slots and other names of a frame; an expression has the marks of the names that it reads.
// What a condition lets through is not traced. Conversations below kOriginSemantics have none. Pure; a look
// at two empty maps where nothing is marked.
#pragma once

#include <string_view>

#include "engine/run.hpp"
#include "engine/state.hpp"
#include "flow/field.hpp"
#include "language/command.hpp"

namespace parley::engine::origins {

inline constexpr std::string_view kReadByModel = "model.understand";

// Whether the conversation runs at a level that traces origins.
[[nodiscard]] bool traced(const State& state);

// Of the words of a failure that a call, or the model behind it, has chosen.
[[nodiscard]] Origins of_failure(const Run& run, std::string_view call);

// Adds to a sorted list.
void add(Origins& to, std::string_view origin);
void add(Origins& to, const Origins& more);

// Of what the top frame sees under a name; of what data, an expression or a text is made from.
[[nodiscard]] Origins of_name(const Run& run, std::string_view name);
[[nodiscard]] Origins of(const Run& run, const flow::Data& data);
[[nodiscard]] Origins of(const Run& run, const expr::Expression& expression);
[[nodiscard]] Origins of(const Run& run, const flow::Text& text);
// Of a value that the user's message gave, or a model read into it.
[[nodiscard]] Origins of(const language::Command& command);
// Of everything that a step reads in its keywords.
[[nodiscard]] Origins of(const Run& run, const flow::Step& step);

// A function of its arguments, such as "text.summarise": it does nothing to the world.
[[nodiscard]] bool is_plain_function(std::string_view call);

// What a call gives: the mark of the call, and those of what it was given.
[[nodiscard]] Origins of_result(std::string_view call, Origins given);

// The user has said yes to this text: what it shows as a whole ("{{amount}}"), and as it is, is now their
// word.
void confirm(Run& run, const flow::Text& text);

// What a model has written, as it is shown: without images and foreign links (policy/links.hpp).
[[nodiscard]] bool by_model(const Origins& origins);
[[nodiscard]] bool by_model(const OriginMap& marks, std::string_view name);
[[nodiscard]] Value shown_words(const Run& run, const Value& written);
[[nodiscard]] std::string shown_words(const Run& run, std::string_view written);

// Whether two calls belong to one connector: "shop.find" and "shop.refund".
[[nodiscard]] bool same_connector(std::string_view a, std::string_view b);

}  // namespace parley::engine::origins
