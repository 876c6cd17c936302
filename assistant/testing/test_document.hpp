// Conversation tests as documents: what the user says, what the bot must say, what tools answer.
//
//   stubs:                              # what tools answer in this file, unless a line says otherwise
//     - tool: stripe.charge
//       with: {currency: EUR}           # only for calls with at least these arguments
//       returns: {id: ch_1}             # or fails: {code: card_declined, message: …, in_doubt: true}
//   tests:
//     - name: order with a change
//       dialogue:
//         - user: /order
//         - bot: What would you like to order?
//         - user: something vague
//           means: [{do: set_slot, slot: items, value: …}]   # as a model would have understood it
//         - bot: ["…pizzas…"]          # a leading or trailing … stands for any text
//         - bot: snapshot              # as recorded beside the test by `parley test --update`
//         - press: yes                  # a button's payload
//         - tool: stripe.charge         # must be called now; may check arguments and stub the answer
//           with: {amount: "19.00"}
//           returns: {id: ch_1}
//         - operator: {join: Sam}       # also {reply: …}, {leave: …}
//         - review: {approve: fine}    # also {reject: …}, {answer: {field: value}}, {edit: {argument:
//         value}} last
//         - event: ticket.closed        # from outside; `data: {…}` beside it
//         - advance: 30m                # timers that become due fire
//         - expect: {flow: order, step: confirm, status: waiting, slots: {…}, outcome: resolved}
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "base/value.hpp"
#include "flow/diagnostic.hpp"
#include "flow/document.hpp"
#include "language/command.hpp"

namespace parley::assistant {

struct UserLine {
  std::string text;
  bool pressed = false;                                      // text is a button's payload
  std::optional<std::vector<language::Command>> means = {};  // instead of what the matchers find
};

struct BotLine {
  std::vector<std::string> texts;  // in this order
  bool any = false;                // whatever is said is fine
  bool snapshot = false;           // as recorded
};

// What a call comes back with; neither: the tool's test-mode answer.
struct ToolOutcome {
  std::optional<Value> returns;
  std::string fail_code;
  std::string fail_message;
  bool in_doubt = false;
};

// Arguments left null are not checked.
struct ToolLine {
  std::string tool;
  Value with;
  ToolOutcome outcome;
};

struct OperatorLine {
  std::string action;  // "join", "reply", "leave"
  std::string text;
};

struct ReviewLine {
  std::string action;  // "approve", "reject", "answer", "edit"
  std::string note;
  Value values;
  std::string by = "reviewer";  // who decides
};

struct EventLine {
  std::string name;
  Value data;
};

struct AdvanceLine {
  Duration by;
};

struct ExpectLine {
  Value values;  // map: flow, step, status, owner, outcome, slots, review
};

using LineKind =
    std::variant<UserLine, BotLine, ToolLine, OperatorLine, ReviewLine, EventLine, AdvanceLine, ExpectLine>;

struct Line {
  flow::Position position;
  LineKind what;
};

// Who talks, where and when, as the server would have been told.
struct Setting {
  std::string locale = "en";
  std::string user_id = "u_test";
  std::string channel = "test";
  std::string currency = "USD";
  std::int32_t utc_offset_seconds = 0;
  std::optional<Timestamp> now;
  Value context;
  Value memory;  // what is remembered of the user: slot name to value
};

struct ConversationTest {
  std::string file;
  std::string name;
  std::string flow;  // started at once when given
  EventLine event;   // that starts it, or one without a name
  Setting setting;
  std::vector<Line> lines;
  std::vector<ToolLine> stubs;          // the test's own before those of its file
  std::optional<std::string> snapshot;  // the recorded transcript, see snapshot.hpp

  [[nodiscard]] bool wants_snapshot() const;
};

// Mistakes in the document become diagnostics T01xx; tests without mistakes are returned.
[[nodiscard]] std::vector<ConversationTest> read_tests(
    const flow::Node& document, std::string_view file, flow::Diagnostics& diagnostics
);

}  // namespace parley::assistant
