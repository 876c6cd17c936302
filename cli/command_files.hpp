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
extern const Command kFlowDiff;
extern const Command kFlowPublish;
extern const Command kFlowRollback;
extern const Command kConvList;
extern const Command kConvShow;
extern const Command kConvToTest;
extern const Command kReviewList;
extern const Command kReviewShow;
extern const Command kReviewApprove;
extern const Command kReviewReject;
extern const Command kReviewAnswer;
extern const Command kReviewEdit;
extern const Command kUserErase;
extern const Command kUserErasures;
extern const Command kReplay;
extern const Command kBacktest;
extern const Command kBisect;
extern const Command kFuzz;
extern const Command kExprEval;
extern const Command kExprCheck;
extern const Command kExprFunctions;
extern const Command kToolList;
extern const Command kToolSearch;
extern const Command kToolShow;
extern const Command kToolTry;
extern const Command kToolTypes;
extern const Command kToolAdd;
extern const Command kToolLogin;
extern const Command kToolCompile;
extern const Command kToolRender;
extern const Command kMessages;
extern const Command kNluClassify;
extern const Command kNluPhrases;
extern const Command kNluValues;
extern const Command kNluSentiment;
extern const Command kModelList;
extern const Command kModelTest;
extern const Command kModelAdd;
extern const Command kSchema;
extern const Command kOpenapi;
extern const Command kDbMigrate;
extern const Command kDbStatus;
extern const Command kDbCopy;
extern const Command kDbExport;
extern const Command kDbImport;
extern const Command kBackupCreate;
extern const Command kBackupVerify;
extern const Command kBackupRestore;
extern const Command kDoctor;
extern const Command kVersion;

}  // namespace parley::cli
