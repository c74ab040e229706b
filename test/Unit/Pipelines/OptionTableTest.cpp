// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Pipelines/OptionTable.h"
#include "crania/Calibration/Passes.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Pipelines/CheckOptions.h"
#include "crania/Pipelines/OptionFlags.h"
#include "crania/Pipelines/Pipeline.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

using namespace crania;

namespace {

/// A value of each option that is not its default, and values that it refuses.
struct Example {
  const char *value;
  std::vector<const char *> refused;
};

const std::map<std::string, Example> examples = {
    {"balance", {"0.25", {"", "x"}}},
    {"baselines", {"true", {"maybe", "2"}}},
    {"calibrate", {"images.npy", {}}},
    {"calibrate-limit", {"7", {"", "x", "-1", "0.5"}}},
    {"calibrate-rule", {"percentile:99.5", {"", "luck", "percentile:0"}}},
    {"cluster-limit", {"9", {"", "x", "-1", "1x"}}},
    {"clusters", {"0.5,0.5", {}}},
    {"compensate", {"false", {"no"}}},
    {"correct", {"false", {"no"}}},
    {"encodings", {"raw,bitmap", {}}},
    {"exit", {"margin:0.25", {}}},
    {"exit-histogram", {"0.25,0.75", {"", "x", "1,", ",1", "1 2"}}},
    {"first-layer", {"i16", {"i4", "F32"}}},
    {"function", {"classify", {}}},
    {"input-channels", {"bgr", {"", "grb"}}},
    {"input-layout", {"nhwc", {"", "hwc"}}},
    {"input-mean", {"0.1,0.2,0.3", {"", "x", "1,"}}},
    {"input-scale", {"0.0625", {"", "x", "1x"}}},
    {"input-std", {"2,3,4", {"", "x"}}},
    {"labels", {"labels.npy", {}}},
    {"last-layer", {"i8", {"i4"}}},
    {"max-loss", {"0.5", {"", "x", "1 %"}}},
    {"metric", {"activation", {"", "luck"}}},
    {"network-layout", {"nchw", {"", "chw"}}},
    {"precision", {"i8", {"", "i4", "i8 "}}},
    {"rate", {"0.5", {"", "x"}}},
    {"retain", {"false", {"maybe"}}},
    {"retarget", {"false", {"maybe"}}},
    {"scheme", {"residual", {"", "magic"}}},
    {"scope", {"global", {"", "all"}}},
    {"share-weights", {"16", {"", "x", "-1"}}},
    {"steps", {"2,1.5", {"", "x", "1,"}}},
    {"target", {"edge-lite", {}}},
    {"whole", {"first,last", {"", "middle", "first,"}}},
};

/// A command of the test program that has the options of the tools.
class ToolsCommand : public llvm::cl::SubCommand {
public:
  ToolsCommand() : SubCommand("tools") {}
  ~ToolsCommand() { unregisterSubCommand(); }
};

/// Parses a command line of the tools.
Result<CompileOptions> parseFlags(const std::vector<std::string> &arguments) {
  llvm::cl::OptionCategory category("options");
  ToolsCommand command;
  const OptionFlags flags(category, command);
  std::vector<const char *> words = {"test", "tools"};
  for (const std::string &argument : arguments)
    words.push_back(argument.c_str());
  std::string errors;
  llvm::raw_string_ostream os(errors);
  llvm::cl::ResetAllOptionOccurrences();
  if (!llvm::cl::ParseCommandLineOptions(int(words.size()), words.data(), "",
                                         &os))
    return Error{errors};
  return flags.options();
}

/// Expects that `options` differ from the defaults in `changed` alone.
void expectOnlyChange(const CompileOptions &options,
                      const CompileOption &changed, const std::string &value) {
  for (const CompileOption &option : compileOptionTable())
    EXPECT_EQ(option.isDefault(options), option.name != changed.name)
        << option.name << " after " << changed.name << "=" << value;
  EXPECT_EQ(changed.get(options), value) << changed.name;
}

mlir::LogicalResult check(const CompileOptions &options, std::string &error) {
  mlir::MLIRContext context;
  mlir::ScopedDiagnosticHandler handler(&context,
                                        [&](mlir::Diagnostic &diagnostic) {
                                          error = diagnostic.str();
                                          return mlir::success();
                                        });
  return checkOptions(options, &context, "--");
}

std::string checkText(const std::string &pipeline) {
  auto options = parsePipelineOptions(pipeline);
  if (!options)
    return "does not parse: " + options.error().message;
  std::string error;
  const bool isValid = succeeded(check(*options, error));
  EXPECT_EQ(isValid, error.empty()) << pipeline;
  return error;
}

TEST(OptionTable, NamesAreDistinctAndHaveExamples) {
  std::set<std::string> names;
  for (const CompileOption &option : compileOptionTable()) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    EXPECT_TRUE(examples.count(option.name)) << option.name;
    EXPECT_EQ(findCompileOption(option.name), &option);
    EXPECT_TRUE(option.isDefault(CompileOptions())) << option.name;
  }
  EXPECT_EQ(names.size(), examples.size());
  EXPECT_EQ(findCompileOption("hue"), nullptr);
}

TEST(OptionTable, ToolsAndPipelineHaveTheirRows) {
  for (const CompileOption &option : compileOptionTable()) {
    auto isSame = [&](const CompileOption &other) { return &other == &option; };
    EXPECT_EQ(llvm::any_of(toolOptions(), isSame), option.isInTools())
        << option.name;
    EXPECT_EQ(llvm::any_of(pipelineOptions(), isSame), option.isInPipeline())
        << option.name;
  }
}

TEST(OptionTable, AllInterfacesSetTheSameOption) {
  for (const CompileOption &option : compileOptionTable()) {
    const std::string name = option.name, value = examples.at(name).value;
    if (option.isInTools()) {
      auto flags = parseFlags({"--" + name + "=" + value});
      ASSERT_TRUE(flags) << name << ": " << flags.error().message;
      expectOnlyChange(*flags, option, value);
      CompileOptions byName;
      ASSERT_TRUE(setCompileOption(byName, llvm::StringRef(name), value))
          << name;
      expectOnlyChange(byName, option, value);
    } else {
      EXPECT_FALSE(parseFlags({"--" + name + "=" + value})) << name;
      CompileOptions byName;
      EXPECT_FALSE(setCompileOption(byName, llvm::StringRef(name), value))
          << name;
    }
    auto text = parsePipelineOptions(name + "=" + value);
    ASSERT_EQ(bool(text), option.isInPipeline()) << name;
    if (text)
      expectOnlyChange(*text, option, value);
  }
}

TEST(OptionTable, AllInterfacesSetAllOptionsTogether) {
  std::vector<std::string> arguments;
  std::string text;
  CompileOptions byName;
  for (const CompileOption &option : compileOptionTable()) {
    if (!option.isInTools() || !option.isInPipeline())
      continue;
    const std::string setting =
        std::string(option.name) + "=" + examples.at(option.name).value;
    arguments.push_back("--" + setting);
    text += setting + " ";
    ASSERT_TRUE(setCompileOption(byName, llvm::StringRef(option.name),
                                 examples.at(option.name).value));
  }
  auto flags = parseFlags(arguments);
  auto pipeline = parsePipelineOptions(text);
  ASSERT_TRUE(flags && pipeline);
  for (const CompileOption &option : compileOptionTable()) {
    EXPECT_EQ(option.get(*flags), option.get(byName)) << option.name;
    EXPECT_EQ(option.get(*pipeline), option.get(byName)) << option.name;
  }
}

TEST(OptionTable, TextsThatAreNotValuesAreRefused) {
  for (const CompileOption &option : compileOptionTable())
    for (const char *text : examples.at(option.name).refused) {
      CompileOptions options;
      Status status = setCompileOption(options, option, text, "--");
      ASSERT_FALSE(status) << option.name << "=" << text;
      EXPECT_EQ(
          status.error().message.find(std::string("--") + option.name + ": '"),
          0u)
          << status.error().message;
      EXPECT_TRUE(option.isDefault(options)) << option.name;
      if (option.isInTools())
        EXPECT_FALSE(parseFlags({std::string("--") + option.name + "=" + text}))
            << option.name << "=" << text;
    }
  CompileOptions options;
  Status status = setCompileOption(options, "clutsers", "1");
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("there is no option 'clutsers'"),
            std::string::npos);
  EXPECT_FALSE(parsePipelineOptions("hue=red"));
  EXPECT_FALSE(parseFlags({"--tint=red"}));
}

TEST(OptionTable, RepeatedFlags) {
  auto flags = parseFlags({"--steps=3", "--target=edge", "--steps=2,1",
                           "--baselines", "--target=other"});
  ASSERT_TRUE(flags);
  EXPECT_EQ(flags->clustering.steps, (std::vector<double>{3, 2, 1}));
  EXPECT_TRUE(flags->baselines);
  EXPECT_EQ(flags->target, "other");
  EXPECT_FALSE(parseFlags({"--clusters"}));
}

TEST(OptionTable, EnumsHaveTheirNamesAsForm) {
  EXPECT_EQ(valuesOf(*findCompileOption("precision")), "f32|i16|i8");
  EXPECT_EQ(valuesOf(*findCompileOption("whole")), "first,last");
  EXPECT_EQ(valuesOf(*findCompileOption("steps")), "s1,s2,...");
  EXPECT_EQ(valuesOf(*findCompileOption("retain")), "");
  // Each name is a value of its option.
  for (const CompileOption &option : compileOptionTable())
    for (const std::string &name : option.names()) {
      CompileOptions options;
      ASSERT_TRUE(setCompileOption(options, option, name)) << option.name;
      EXPECT_EQ(option.get(options), name);
    }
}

TEST(OptionTable, HelpSpellsOptionsAndDefaults) {
  EXPECT_EQ(spellOptions("give --a or --b; see crania-run --c", "'"),
            "give 'a or 'b; see crania-run --c");
  EXPECT_EQ(spellOptions("nothing - to do", ""), "nothing - to do");
  const CompileOption &limit = *findCompileOption("cluster-limit");
  EXPECT_EQ(helpOf(limit, "--"), "Cluster on the first N images of "
                                 "--calibrate; 0 means all (default: 128)");
  EXPECT_EQ(helpOf(limit, ""), "Cluster on the first N images of calibrate; 0 "
                               "means all (default: 128)");
}

TEST(OptionTable, ValuesOutOfRangeAreRefused) {
  EXPECT_EQ(checkText(""), "");
  const std::vector<std::pair<const char *, const char *>> refused = {
      {"share-weights=0", "--share-weights: a codebook has 1 to 256 words"},
      {"share-weights=257", "--share-weights: a codebook has 1 to 256 words"},
      {"share-weights=4294967297", "--share-weights: a codebook"},
      {"calibrate-limit=0", "--calibrate-limit: takes 1 image or more"},
      {"input-scale=0", "--input-scale: must be finite and not 0, found 0"},
      {"input-scale=inf", "--input-scale: must be finite"},
      {"input-scale=1e400", "--input-scale: must be finite"},
      {"input-mean=0,nan", "--input-mean: must be finite"},
      {"input-std=1,0", "--input-std: must be finite and not 0"},
      {"steps=0", "--steps: must be above 0"},
      {"rate=-1", "--rate: must be 0 or more"},
      {"balance=nan", "--balance: must be 0 or more"},
      {"clusters=2,3", "--clusters: "},
      {"target=nowhere", "--target: "},
      {"exit=luck:0.5", "--exit: "},
      {"exit=margin:.5,.5", "--exit: "},
      {"exit-histogram=1", "--exit-histogram: 1 fractions for 4"},
      {"exit-histogram=2,-1,0,0", "--exit-histogram: give fractions"}};
  for (auto [text, error] : refused)
    EXPECT_EQ(checkText(text).find(error), 0u)
        << text << ": " << checkText(text);
}

TEST(OptionTable, OptionsThatWouldBeIgnoredAreRefused) {
  const std::vector<std::pair<const char *, const char *>> refused = {
      {"input-mean=1",
       "--input-mean: applies to the images of --calibrate, which are not "
       "given"},
      {"calibrate-rule=max", "--calibrate-rule: applies to the images"},
      {"input-layout=nchw", "--input-layout: applies to the images"},
      {"steps=2", "--steps: applies only to --scheme=residual"},
      {"metric=activation",
       "--metric: applies only to --scheme=importance-corrected"},
      {"whole=first", "--whole: applies only to schemes that need images"},
      {"scheme=residual", "--scheme: 'residual' clusters integers of 8 bits"},
      {"scheme=residual precision=i8 calibrate=x.npy clusters=1",
       "--clusters: the residual scheme has --steps instead"},
      {"scheme=residual precision=i8 calibrate=x.npy scope=global",
       "--scope: applies only to schemes of importance"}};
  for (auto [text, error] : refused)
    EXPECT_EQ(checkText(text).find(error), 0u)
        << text << ": " << checkText(text);
  for (const char *text :
       {"scheme=residual precision=i8 calibrate=x.npy steps=2,1",
        "precision=i8 calibrate=x.npy input-mean=1 calibrate-rule=max",
        "scheme=importance-corrected precision=i8 calibrate=x.npy "
        "metric=activation scope=global whole=last"})
    EXPECT_EQ(checkText(text), "") << text;
}

TEST(OptionTable, TheLimitOnTheLossReplacesThresholds) {
  const std::vector<std::pair<std::vector<std::string>,
                              std::pair<const char *, const char *>>>
      cases = {
          {{}, {"", "softmax:0.9"}},
          {{"--exit=margin:0.5"}, {"", "margin:0.5"}},
          {{"--max-loss=1", "--calibrate=x"}, {"", "softmax:1"}},
          {{"--max-loss=0", "--calibrate=x", "--exit=margin", "--labels=y"},
           {"", "margin:1"}},
          {{"--max-loss=1", "--calibrate=x", "--exit=entropy"},
           {"", "entropy:0"}},
          {{"--max-loss=1"}, {"--max-loss: applies to the images", ""}},
          {{"--max-loss=-1", "--calibrate=x"}, {"--max-loss: takes 0", ""}},
          {{"--max-loss=nan", "--calibrate=x"}, {"--max-loss: takes 0", ""}},
          {{"--max-loss=101", "--calibrate=x"}, {"--max-loss: takes 0", ""}},
          {{"--labels=y", "--calibrate=x"}, {"--labels: serves only", ""}},
          {{"--exit=margin"}, {"--exit: 'margin' has no threshold", ""}},
          {{"--max-loss=1", "--calibrate=x", "--exit=softmax:0.9"},
           {"--exit: 'softmax:0.9' has thresholds", ""}},
          {{"--max-loss=1", "--calibrate=x", "--exit=luck"},
           {"--exit: exit 'luck:1': 'luck' is not", ""}}};
  for (const auto &[flags, expected] : cases) {
    auto options = parseFlags(flags);
    ASSERT_TRUE(options);
    std::string error;
    EXPECT_EQ(succeeded(check(*options, error)), *expected.first == '\0');
    EXPECT_EQ(error.find(expected.first), 0u) << error;
    if (*expected.second != '\0')
      EXPECT_EQ(exitOf(*options), expected.second);
  }
}

// Passes that stand alone declare options of their own. Their defaults are
// those of the table.
TEST(OptionTable, PassesHaveTheDefaultsOfTheTable) {
  const CompileOptions defaults;
  auto text = [&](const char *name) {
    return findCompileOption(name)->get(defaults);
  };
  auto checkImages = [&](const auto &pass) {
    EXPECT_EQ(pass.images, text("calibrate"));
    EXPECT_EQ(pass.layout, text("input-layout"));
    EXPECT_EQ(pass.channels, text("input-channels"));
    EXPECT_EQ(pass.scale, defaults.calibration.scale);
    EXPECT_TRUE(pass.mean.empty() && pass.deviation.empty());
  };
  const CalibrateOptions calibrate;
  checkImages(calibrate);
  EXPECT_EQ(calibrate.limit, defaults.calibration.limit.value_or(0));
  EXPECT_EQ(calibrate.rule, text("calibrate-rule"));
  const ClusterCalibratedOptions cluster;
  checkImages(cluster);
  EXPECT_EQ(cluster.limit, defaults.clustering.limit);
  EXPECT_EQ(cluster.balance, defaults.clustering.balance);
  EXPECT_EQ(cluster.rate, defaults.clustering.rate);
  EXPECT_EQ(cluster.correct, defaults.clustering.correct);
  EXPECT_EQ(cluster.compensate, defaults.clustering.compensate);
  EXPECT_EQ(cluster.retarget, defaults.clustering.retarget);
  EXPECT_EQ(cluster.fractions, text("clusters"));
  EXPECT_EQ(cluster.metric, text("metric"));
  EXPECT_EQ(cluster.scope, text("scope"));
  EXPECT_TRUE(cluster.whole.empty());
  EXPECT_EQ(CheckClassifiersOptions().function, text("function"));
  EXPECT_EQ(CheckClassifiersOptions().imageLayout, text("network-layout"));
  EXPECT_EQ(QuantizeClassifiersOptions().firstLayer, text("first-layer"));
  EXPECT_EQ(QuantizeClassifiersOptions().lastLayer, text("last-layer"));
  EXPECT_EQ(AttachTargetOptions().target, text("target"));
  EXPECT_EQ(ClusterWeightsOptions().scope, text("scope"));
  EXPECT_EQ(FormRoundsOptions().exit, exitOf(defaults));
  EXPECT_TRUE(AssignEncodingsOptions().encodings.empty());
  EXPECT_EQ(ScheduleFetchesOptions().retain, defaults.retain);
  EXPECT_TRUE(ScheduleFetchesOptions().exitHistogram.empty());
}

} // namespace
