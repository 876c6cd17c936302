#include "server/tools/built_in.hpp"

#include <memory>

#include "server/tools/built_in_model.hpp"
#include "server/tools/sign_in/sign_in_tools.hpp"
#include "server/tools/text_tools.hpp"
#include "server/tools/tool_finder.hpp"

namespace parley::tools {

Connectors built_in_connectors() {
  return {
      {"text", std::make_shared<TextTools>()},
      {"model", std::make_shared<BuiltInModel>()},
      {"memory", std::make_shared<AbsentRunner>("no_memory", "this assistant keeps no memory to recall from")
      },
      {"knowledge",
       std::make_shared<AbsentRunner>("no_knowledge", "this assistant has no knowledge to search")},
      {"sign_ins", std::make_shared<SignInTools>()},
      {"tools", std::make_shared<ToolFinder>(std::vector<flow::ToolSignature>())},
  };
}

}  // namespace parley::tools
