// The commands in the order in which help shows them.
#include "cli/command_files.hpp"

namespace parley::cli {

std::span<const Command* const> commands() {
  static constexpr const Command* kCommands[] = {
      &kServe,
      &kInit,
      &kCheck,
      &kExplain,
      &kGraph,
      &kTest,
      &kChat,
      &kFlowList,
      &kFlowShow,
      &kFlowVersions,
      &kConvList,
      &kConvShow,
      &kReplay,
      &kSchema,
      &kOpenapi,
      &kDoctor,
      &kVersion,
  };
  return kCommands;
}

}  // namespace parley::cli
