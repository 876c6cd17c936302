// One row for each command, defined beside what it does.
#pragma once

#include "cli/command.hpp"

namespace parley::cli {

extern const Command kServe;
extern const Command kInit;
extern const Command kCheck;
extern const Command kExplain;
extern const Command kGraph;
extern const Command kTest;
extern const Command kChat;
extern const Command kFlowList;
extern const Command kFlowShow;
extern const Command kFlowVersions;
extern const Command kConvList;
extern const Command kConvShow;
extern const Command kReplay;
extern const Command kSchema;
extern const Command kOpenapi;
extern const Command kDoctor;
extern const Command kVersion;

}  // namespace parley::cli
