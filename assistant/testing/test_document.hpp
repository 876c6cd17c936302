// Conversation tests as documents: what the user says, what the bot must say, what tools answer.
//
//   tests:
//     - name: order with a change
//       dialogue:
//         - user: /order
//         - bot: What would you like to order?
//         - user: 2 pizzas
//         - bot: ["…pizzas…"]          # a leading or trailing … stands for any text
//         - press: yes                  # a button's payload
//         - tool: stripe.charge         # must be called now; may check arguments and stub the answer
//           with: {amount: "19.00"}
//           returns: {id: ch_1}         # or fails: {code: card_declined, message: …}
//         - operator: {join: Sam}       # also {reply: …}, {leave: …}
//         - advance: 30m
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

namespace parley::assistant {

struct UserLine {
  std::string text;
  bool pressed = false;  // text is a button's payload
};

struct BotLine {
  std::vector<std::string> texts;  // in this order
  bool any = false;                // whatever is said is fine
};

// Fields left null are not checked or take the tool's test-mode answer.
struct ToolLine {
  std::string tool;
  Value with;
  std::optional<Value> returns;
  std::string fail_code;
  std::string fail_message;
};

struct OperatorLine {
  std::string action;  // "join", "reply", "leave"
  std::string text;
};

struct AdvanceLine {
  Duration by;
};

struct ExpectLine {
  Value values;  // map: flow, step, status, owner, outcome, slots
};

struct Line {
  flow::Position position;
  std::variant<UserLine, BotLine, ToolLine, OperatorLine, AdvanceLine, ExpectLine> what;
};

struct ConversationTest {
  std::string file;
  std::string name;
  std::string flow;  // started at once when given
  std::string locale = "en";
  Value context;
  std::vector<Line> lines;
};

// Mistakes in the document become diagnostics T01xx; tests without mistakes are returned.
[[nodiscard]] std::vector<ConversationTest> read_tests(
    const flow::Node& document, std::string_view file, flow::Diagnostics& diagnostics
);

}  // namespace parley::assistant
