// The commands in the order in which help shows them.
#include "cli/command_files.hpp"

namespace parley::cli {

std::span<const Command* const> commands() {
  static constexpr const Command* kCommands[] = {
      &kServe,         &kInit,          &kCheck,        &kExplain,       &kGraph,      &kTest,
      &kChat,          &kFlowList,      &kFlowShow,     &kFlowVersions,  &kFlowDiff,   &kFlowPublish,
      &kFlowRollback,  &kConvList,      &kConvShow,     &kConvToTest,    &kReviewList, &kReviewShow,
      &kReviewApprove, &kReviewReject,  &kReviewEdit,   &kReviewAnswer,  &kUserErase,  &kUserErasures,
      &kReplay,        &kBacktest,      &kBisect,       &kFuzz,          &kMessages,   &kExprEval,
      &kExprCheck,     &kExprFunctions, &kNluClassify,  &kNluPhrases,    &kNluValues,  &kNluSentiment,
      &kToolList,      &kToolSearch,    &kToolShow,     &kToolTry,       &kToolTypes,  &kToolAdd,
      &kToolLogin,     &kToolCompile,   &kToolRender,   &kModelList,     &kModelTest,  &kModelAdd,
      &kSchema,        &kOpenapi,       &kDbMigrate,    &kDbStatus,      &kDbCopy,     &kDbExport,
      &kDbImport,      &kBackupCreate,  &kBackupVerify, &kBackupRestore, &kDoctor,     &kVersion,
  };
  return kCommands;
}

}  // namespace parley::cli
