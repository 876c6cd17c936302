// What the parts of the loader share: the flow under construction, the problems found so far, and the names
// that can only be checked when everything is read. Internal to core/flow. One Context serves one load().
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "flow/diagnostic.hpp"
#include "flow/document.hpp"
#include "flow/flow.hpp"

namespace parley::flow {

struct ToolSignature;  // load.hpp

namespace loading {

// A name somewhere in the document that must exist once all steps and slots are known.
struct NameUse {
  std::string name;
  std::string path;  // of a variable: the fields selected from it; of a slot's step target: the slot
  Position position;
  std::string user;          // who uses it: "step 'collect'", "slot 'items'"
  StepIndex step = kNoStep;  // the step that uses it, when it is one

  [[nodiscard]] bool root_is_slots() const { return name == "slots"; }
};

struct Context {
  Context(Flow& built, std::span<const StepSpec* const> step_specs, Diagnostics& found)
      : flow(built), specs(step_specs), diagnostics(found) {}

  Flow& flow;
  std::span<const StepSpec* const> specs;
  Diagnostics& diagnostics;

  std::string owner = "the flow";     // whose keyword is read now, for NameUse::user
  StepIndex step = kNoStep;           // the step that is read now
  std::uint32_t blocks = 0;           // how many blocks of that step are read already
  std::vector<NameUse> variables;     // read by expressions and templates
  std::vector<NameUse> step_targets;  // step ids that a `next`, a branch… names
  std::vector<NameUse> slot_uses;     // slots that must be declared
  std::vector<NameUse> gathered;      // slots that are declared by being gathered
  std::vector<std::string> saved;     // names under which results are saved
  std::vector<std::string> facts;     // about the user, that are remembered
  std::vector<NameUse> fact_uses;     // facts that somebody must remember
  std::vector<NameUse> fact_sources;  // variables that facts are made from
  std::vector<std::string>
      next_ids;  // `next` of each step, parallel to flow.steps; empty: the following step

  // Enough problems for one reading: what would only add more of a kind may stop.
  [[nodiscard]] bool full() const { return diagnostics.size() >= 200; }

  void error(std::string_view code, Position position, std::string message, std::string help = {});
  void warning(std::string_view code, Position position, std::string message, std::string help = {});
};

// Words

[[nodiscard]] std::string quote(std::string_view name);  // 'name', shortened when very long
// "did you mean 'x'?", or empty when nothing is near enough.
[[nodiscard]] std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates);
[[nodiscard]] std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);
[[nodiscard]] std::string one_of(std::span<const std::string_view> words);  // "one of: a, b, c"
[[nodiscard]] std::string_view describe(const Node& node);                  // "a list"
[[nodiscard]] std::string as_clause(std::string_view sentence);             // "Expected x." → "expected x"

[[nodiscard]] bool is_identifier(std::string_view text);     // [A-Za-z_][A-Za-z0-9_]*
[[nodiscard]] bool is_flow_id(std::string_view text);        // the same with '.' and '-' inside
[[nodiscard]] bool is_locale_tag(std::string_view text);     // de, pt-BR, zh-Hant-TW
[[nodiscard]] bool is_variable_root(std::string_view name);  // always defined in expressions: "user", "now"…
// Reports a bad identifier or a reserved word; `what` is "slot", "step"…
bool check_identifier(Context& context, std::string_view name, Position position, std::string_view what);
// The same for what may follow `user.`, where `id` and `locale` are taken.
bool check_fact_name(Context& context, std::string_view name, Position position);

// Where [begin, end) of a scalar's text stands in the file: exact for one-line scalars without escapes, else
// the scalar.
[[nodiscard]] Position place_in(const Node& scalar, std::size_t begin, std::size_t end);

// Keys of a map. `schema` is the JSON Schema of the value as JSON text.
struct Key {
  std::string_view name;
  std::string_view schema;
  std::string_view doc;
};
// Reports keys that are not in the table. `what` is "a slot", "a trigger"…
void check_keys(Context& context, const Node& map, std::span<const Key> keys, std::string_view what);

// Values. Each reports what is wrong and returns nothing then. `key` is the keyword that the value belongs
// to.
[[nodiscard]] std::optional<std::string> read_text(Context& context, const Node& node, std::string_view key);
[[nodiscard]] std::optional<bool> read_bool(Context& context, const Node& node, std::string_view key);
[[nodiscard]] std::optional<double> read_number(Context& context, const Node& node, std::string_view key);
[[nodiscard]] std::optional<std::int64_t> read_integer(
    Context& context, const Node& node, std::string_view key, std::int64_t min, std::int64_t max
);
[[nodiscard]] std::optional<std::size_t> read_choice(
    Context& context, const Node& node, std::string_view key, std::span<const std::string_view> choices
);
// A name, or a map of names by language; the one for all other languages.
[[nodiscard]] std::optional<std::string> read_wording(
    Context& context, const Node& node, std::string_view key, Wordings& by_language
);
inline constexpr std::string_view kWordingSchema =
    R"({"oneOf":[{"type":"string"},{"type":"object","minProperties":1,"additionalProperties":{"type":"string"}}]})";
// A word or a list of words.
[[nodiscard]] Names read_names(Context& context, const Node& node, std::string_view key);
bool expect_map(Context& context, const Node& node, std::string_view key);
bool expect_list(Context& context, const Node& node, std::string_view key);

[[nodiscard]] std::optional<Duration> read_duration(Context& context, const Node& node, std::string_view key);
[[nodiscard]] std::optional<Retry> read_retry(Context& context, const Node& node, std::string_view key);

[[nodiscard]] std::optional<expr::Expression> compile_expression(
    Context& context, const Node& node, std::string_view key
);
[[nodiscard]] std::optional<expr::Template> compile_template(
    Context& context, const Node& node, std::string_view key
);
[[nodiscard]] Text compile_text(Context& context, const Node& node, std::string_view key);
// The keywords that make a map another text than one by languages: "tone"…
[[nodiscard]] std::span<const std::string_view> text_forms();
// A tone's name or number; reports what is neither.
bool note_tone(Context& context, const std::string& tone, Position position);
// `content` is what its variants have: "text", or "next" on a step.
[[nodiscard]] std::optional<Experiment> read_experiment(
    Context& context, const Node& node, std::string_view content
);
[[nodiscard]] Buttons read_buttons(Context& context, const Node& node, std::string_view key);
[[nodiscard]] Cards read_cards(Context& context, const Node& node);
[[nodiscard]] Data compile_data(Context& context, const Node& node, std::string_view key);
[[nodiscard]] Field compile_field(Context& context, const Keyword& keyword, const Node& node);

// The fields of a form; problems are those of slots.
[[nodiscard]] Form read_form(Context& context, const Node& node, std::string_view key);

// Parts of a flow.
void load_slots(Context& context, const Node& slots);
void load_triggers(Context& context, const Node& triggers);
void load_migrations(Context& context, const Node& node);
void load_steps(Context& context, const Node& steps);
// The steps of a block of the step that is read now.
[[nodiscard]] Blocks load_blocks(Context& context, const Keyword& keyword, const Node& node);
void load_step(Context& context, const Node& node, StepIndex parent, std::uint32_t block);
// After everything is read: names that must exist, and what follows from the graph.
void check_names(Context& context, std::span<const std::string> shared_names);
void check_graph(Context& context);
void check_types(const Flow& flow, Diagnostics& diagnostics);
// Again, for flows that save what a tool with a known answer gives.
void check_types_of_results(const Flow& flow, std::span<const ToolSignature> tools, Diagnostics& diagnostics);

// Tables for flow_schema().
[[nodiscard]] std::span<const Key> flow_keys();
[[nodiscard]] std::span<const Key> slot_keys();
[[nodiscard]] std::span<const Key> trigger_keys();
[[nodiscard]] std::span<const Key> migration_keys();
[[nodiscard]] std::span<const Key> limit_keys();
[[nodiscard]] std::span<const Key> step_keys();  // those that every step has

}  // namespace loading
}  // namespace parley::flow
