// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Pipelines/OptionTable.h"
#include "crania/Support/Decimal.h"
#include "crania/Support/Spelling.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace crania;

namespace {

//===----------------------------------------------------------------------===//
// Values as text
//===----------------------------------------------------------------------===//

Status parse(llvm::StringRef text, std::string &value) {
  value = text.str();
  return {};
}

Status parse(llvm::StringRef text, double &value) {
  if (!text.trim().getAsDouble(value))
    return {};
  return Error{"'" + text.str() + "' is not a number"};
}

Status parse(llvm::StringRef text, uint64_t &value) {
  if (!text.trim().getAsInteger(0, value))
    return {};
  return Error{"'" + text.str() + "' is not a count"};
}

Status parse(llvm::StringRef text, std::optional<uint64_t> &value) {
  return parse(text, value.emplace());
}

Status parse(llvm::StringRef text, std::optional<double> &value) {
  return parse(text, value.emplace());
}

Status parse(llvm::StringRef text, bool &value) {
  value = text.equals_insensitive("true") || text == "1" || text.empty();
  if (value || text.equals_insensitive("false") || text == "0")
    return {};
  return Error{"'" + text.str() + "' is neither true nor false"};
}

Status parse(llvm::StringRef text, quantization::RangeRule &value) {
  auto rule = quantization::RangeRule::parse(text);
  if (!rule)
    return rule.error();
  value = *rule;
  return {};
}

template <typename E, std::enable_if_t<std::is_enum_v<E>, int> = 0>
Status parse(llvm::StringRef text, E &value) {
  Result<E> parsed = parseName<E>(text);
  if (!parsed)
    return parsed.error();
  value = *parsed;
  return {};
}

template <typename E, std::enable_if_t<std::is_enum_v<E>, int> = 0>
Status parse(llvm::StringRef text, std::optional<E> &value) {
  if (!text.empty())
    return parse(text, value.emplace());
  value.reset();
  return {};
}

template <typename T>
Status parse(llvm::StringRef text, std::vector<T> &values) {
  values.clear();
  for (llvm::StringRef part : llvm::split(text, ','))
    if (Status status = parse(part, values.emplace_back()); !status)
      return status;
  return {};
}

std::string print(const std::string &value) { return value; }

std::string print(double value) { return shortestDecimal(value); }

std::string print(uint64_t value) { return std::to_string(value); }

std::string print(bool value) { return value ? "true" : "false"; }

std::string print(const quantization::RangeRule &value) { return value.text(); }

template <typename E, std::enable_if_t<std::is_enum_v<E>, int> = 0>
std::string print(E value) {
  return nameOfValue(value);
}

template <typename T>
std::string print(const std::optional<T> &value) {
  return value ? print(*value) : "";
}

template <typename T>
std::string print(const std::vector<T> &values) {
  std::vector<std::string> texts;
  for (const T &value : values)
    texts.push_back(print(value));
  return llvm::join(texts, ",");
}

template <typename T>
std::vector<double> numbersOf(const T &value) {
  if constexpr (std::is_same_v<T, double> || std::is_same_v<T, uint64_t>)
    return {double(value)};
  else if constexpr (std::is_same_v<T, std::optional<uint64_t>> ||
                     std::is_same_v<T, std::optional<double>>)
    return value ? std::vector<double>{double(*value)} : std::vector<double>();
  else if constexpr (std::is_same_v<T, std::vector<double>>)
    return value;
  else
    return {};
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// Returns the member of `object` at the end of a path of members.
template <auto first, auto... rest, typename T>
auto &memberOf(T &object) {
  if constexpr (sizeof...(rest) == 0)
    return object.*first;
  else
    return memberOf<rest...>(object.*first);
}

template <typename T>
constexpr bool isVector = false;
template <typename T>
constexpr bool isVector<std::vector<T>> = true;

/// The enum of a value, of an optional value, or of a list of values; void for
/// other types.
template <typename T>
struct EnumOf {
  using type = std::conditional_t<std::is_enum_v<T>, T, void>;
};
template <typename T>
struct EnumOf<std::optional<T>> : EnumOf<T> {};
template <typename T>
struct EnumOf<std::vector<T>> : EnumOf<T> {};

template <auto... path>
using TypeOf =
    std::decay_t<decltype(memberOf<path...>(std::declval<CompileOptions &>()))>;

template <auto... path>
std::vector<std::string> namesOf() {
  std::vector<std::string> names;
  using E = typename EnumOf<TypeOf<path...>>::type;
  if constexpr (!std::is_void_v<E>)
    for (const NamedValue<E> &entry : NamedValues<E>::values)
      names.emplace_back(entry.name);
  return names;
}

template <auto... path>
Status setMember(CompileOptions &options, llvm::StringRef text) {
  return parse(text, memberOf<path...>(options));
}

template <auto... path>
std::string getMember(const CompileOptions &options) {
  return print(memberOf<path...>(options));
}

template <auto... path>
std::vector<double> getNumbers(const CompileOptions &options) {
  return numbersOf(memberOf<path...>(options));
}

/// A row under construction.
struct Row : CompileOption {
  constexpr Row in(Users theseUsers) const {
    Row row = *this;
    row.users = theseUsers;
    return row;
  }
  constexpr Row with(const NumberRule &numberRule) const {
    Row row = *this;
    row.rule = &numberRule;
    return row;
  }
  constexpr Row with(Status (*thisCheck)(const CompileOptions &)) const {
    Row row = *this;
    row.check = thisCheck;
    return row;
  }
  constexpr Row with(const OptionNeed &thisNeed) const {
    Row row = *this;
    row.need = &thisNeed;
    return row;
  }
};

template <auto... path>
constexpr Row row(const char *name, const char *values, const char *help) {
  using T = TypeOf<path...>;
  constexpr CompileOption::Form form =
      std::is_same_v<T, bool> ? CompileOption::Form::flag
      : isVector<T>           ? CompileOption::Form::list
                              : CompileOption::Form::value;
  return {{name, values, help, setMember<path...>, getMember<path...>,
           getNumbers<path...>, namesOf<path...>, form}};
}

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

constexpr NumberRule finite{[](double x) { return bool(std::isfinite(x)); },
                            "must be finite"};
constexpr NumberRule factor{[](double x) { return std::isfinite(x) && x != 0; },
                            "must be finite and not 0"};
constexpr NumberRule positive{
    [](double x) { return std::isfinite(x) && x > 0; }, "must be above 0"};
constexpr NumberRule notNegative{
    [](double x) { return std::isfinite(x) && x >= 0; }, "must be 0 or more"};
constexpr NumberRule points{[](double x) { return x >= 0 && x <= 100; },
                            "takes 0 to 100 percentage points"};
constexpr NumberRule codebookSize{[](double x) { return x >= 1 && x <= 256; },
                                  "a codebook has 1 to 256 words"};
constexpr NumberRule imageCount{
    [](double x) { return x >= 1; },
    "takes 1 image or more; leave it out for all of them"};

bool isResidual(const CompileOptions &options) {
  return options.clustering.scheme == Scheme::residual;
}

constexpr OptionNeed images{
    [](const CompileOptions &options) {
      return !options.calibration.images.empty();
    },
    "applies to the images of --calibrate, which are not given"};
constexpr OptionNeed lossLimit{
    [](const CompileOptions &options) { return options.maxLoss.has_value(); },
    "serves only --max-loss, which is not given"};
constexpr OptionNeed residual{isResidual, "applies only to --scheme=residual"};
constexpr OptionNeed fractions{
    [](const CompileOptions &options) { return !isResidual(options); },
    "the residual scheme has --steps instead"};
constexpr OptionNeed importance{
    [](const CompileOptions &options) { return !isResidual(options); },
    "applies only to schemes of importance"};
constexpr OptionNeed corrected{[](const CompileOptions &options) {
                                 return options.clustering.scheme ==
                                        Scheme::importanceCorrected;
                               },
                               "applies only to --scheme=importance-corrected"};
constexpr OptionNeed schemeOnImages{[](const CompileOptions &options) {
                                      return options.clustering.scheme !=
                                             Scheme::importance;
                                    },
                                    "applies only to schemes that need images"};

Status checkClusters(const CompileOptions &options) {
  auto boundaries = clustering::Boundaries::parse(options.clusters);
  return boundaries ? Status() : boundaries.error();
}

Status checkTarget(const CompileOptions &options) {
  auto model = target::loadTarget(options.target);
  return model ? Status() : model.error();
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

using Options = CompileOptions;
using Clustering = CompileOptions::Clustering;
using Calibration = CompileOptions::Calibration;

// The rows of `tools` come first and those of `pipeline` last, so that both
// have contiguous rows.
constexpr Row table[] = {
    row<&Options::baselines>(
        "baselines", "",
        "Compile the baseline rows, too (one-shot, one-shot-compressed, "
        "iterative, iterative-cache, iterative-compression, and with "
        "--max-loss "
        "one-shot-coarse), all into one file")
        .in(Row::Users::tools),
    row<&Options::maxLoss>(
        "max-loss", "P",
        "Choose the thresholds of --exit on the images of --calibrate, so that "
        "an inference costs the least energy and at most P percentage points "
        "of accuracy against the last round; without --labels every answer "
        "that differs from the last round's counts as wrong")
        .in(Row::Users::tools)
        .with(points)
        .with(images),
    row<&Options::calibration, &Calibration::labels>(
        "labels", "Y.npy",
        "Classes of the images of --calibrate, as for crania-run; --max-loss "
        "uses them")
        .in(Row::Users::tools)
        .with(lossLimit),
    row<&Options::function>(
        "function", "name",
        "The classifier of an MLIR module (default: the one marked "
        "crania.classifier, or the only public function)"),
    row<&Options::target>("target", "preset|file",
                          "The machine: a preset, or the path of a target file "
                          "(docs/Targets.md)")
        .with(checkTarget),
    row<&Options::clusters>(
        "clusters", "f1,f2,...",
        "Fraction of the weights in each cluster, adding up to 1, or equal:K, "
        "or kmeans:K for those of optimal k-means of the magnitudes; 1 is the "
        "network as it is, in one round")
        .with(checkClusters)
        .with(fractions),
    row<&Options::sharedWords>(
        "share-weights", "N",
        "Give each layer a codebook of at most N words, 1 to 256, by k-means "
        "of its weights. This changes the network, so check its accuracy")
        .with(codebookSize),
    row<&Options::clustering, &Clustering::scheme>(
        "scheme", "",
        "Scheme of clustering the weights (docs/Clustering.md). importance: "
        "the largest weights first; importance-corrected: also corrects the "
        "outputs of each round; residual: all weights first coarsely, then "
        "refined. The latter two need --precision=i8 and --calibrate"),
    row<&Options::clustering, &Clustering::steps>(
        "steps", "s1,s2,...",
        "residual: distance of the codes of each round but the last, in root "
        "mean squares of an output's weights, coarse to fine; 1 gives two "
        "rounds and about 2 bits per weight")
        .with(positive)
        .with(residual),
    row<&Options::clustering, &Clustering::metric>(
        "metric", "",
        "importance-corrected: measure of importance, which is the magnitude "
        "of a weight, or the magnitude times the mean input of the weight")
        .with(corrected),
    row<&Options::clustering, &Clustering::scope>(
        "scope", "",
        "importance and importance-corrected: rank the weights within each "
        "layer or over all layers")
        .with(importance),
    row<&Options::clustering, &Clustering::whole>(
        "whole", "",
        "Layers that importance-corrected and residual leave whole in the "
        "first cluster")
        .with(schemeOnImages),
    row<&Options::clustering, &Clustering::limit>(
        "cluster-limit", "N",
        "Cluster on the first N images of --calibrate; 0 means all"),
    row<&Options::exit>(
        "exit", "rule:threshold,...",
        "Exit rule, which stops an inference after a confident round: "
        "softmax:0.9 (the largest probability is at least 0.9), margin:0.5 "
        "(the two largest probabilities are at least 0.5 apart) or "
        "entropy:0.3 (at most 0.3 nats). Give one threshold, or one per round "
        "but the last; with --max-loss give the rule alone (default: "
        "softmax:0.9)"),
    row<&Options::exitHistogram>(
        "exit-histogram", "f1,f2,...",
        "Fraction of inputs that stop after each round, e.g. from the report "
        "of an earlier run (default: all rounds are equally likely). The "
        "weight store does not keep clusters of rounds that no input reaches. "
        "Other fractions hardly ever change its contents"),
    row<&Options::precision>(
        "precision", "",
        "Arithmetic of the machine (docs/Arithmetic.md): f32, or integers of "
        "16 or 8 bits, which need --calibrate or ranges in the module"),
    row<&Options::firstLayer>(
        "first-layer", "",
        "Arithmetic of the first layer, if it differs from --precision"),
    row<&Options::lastLayer>(
        "last-layer", "",
        "Arithmetic of the last layer, if it differs from --precision"),
    row<&Options::networkLayout>(
        "network-layout", "",
        "Order of the axes of the network's input, if none of its readers "
        "determines the order; options such as crania-run --input-channels "
        "need it"),
    row<&Options::calibration, &Calibration::images>(
        "calibrate", "X.npy",
        "Images to measure the ranges of activations on, in the form of "
        "crania-run --images; report accuracies on other images"),
    row<&Options::calibration, &Calibration::limit>(
        "calibrate-limit", "N",
        "Use only the first N of the images of --calibrate (default: all)")
        .with(imageCount)
        .with(images),
    row<&Options::calibration, &Calibration::rule>(
        "calibrate-rule", "mse|max|percentile:P",
        "Rule that derives a range from values: mse (the least squared error), "
        "max (all values) or percentile:P (P % of the magnitudes)")
        .with(images),
    row<&Options::calibration, &Calibration::layout>(
        "input-layout", "",
        "Order of the axes of the images, as for crania-run")
        .with(images),
    row<&Options::calibration, &Calibration::channels>(
        "input-channels", "",
        "bgr: the channels of the images are in reverse order")
        .with(images),
    row<&Options::calibration, &Calibration::scale>("input-scale", "S",
                                                    "Factor on the pixels")
        .with(factor)
        .with(images),
    row<&Options::calibration, &Calibration::mean>(
        "input-mean", "a,b,c",
        "Mean to subtract after scaling: one value, or one per channel")
        .with(finite)
        .with(images),
    row<&Options::calibration, &Calibration::deviation>(
        "input-std", "a,b,c",
        "Divisor applied last: one value, or one per channel")
        .with(factor)
        .with(images),
    row<&Options::clustering, &Clustering::balance>(
        "balance", "b",
        "residual: the steps of a layer are proportional to its size to the "
        "power of half this; --steps is for the largest layer")
        .in(Row::Users::pipeline)
        .with(notNegative),
    row<&Options::clustering, &Clustering::rate>(
        "rate", "r", "residual: worth of a bit in squared steps")
        .in(Row::Users::pipeline)
        .with(notNegative),
    row<&Options::clustering, &Clustering::correct>(
        "correct", "",
        "Correct the outputs of rounds of clusters that are chosen on images")
        .in(Row::Users::pipeline),
    row<&Options::clustering, &Clustering::compensate>(
        "compensate", "", "residual: compensate rounding errors")
        .in(Row::Users::pipeline),
    row<&Options::clustering, &Clustering::retarget>(
        "retarget", "", "residual: compensate errors of earlier layers")
        .in(Row::Users::pipeline),
    row<&Options::encodings>(
        "encodings", "id,...",
        "Allowed encodings: raw, bitmap, bitmap-free, ... (default: all)")
        .in(Row::Users::pipeline),
    row<&Options::retain>("retain", "",
                          "Keep the most used clusters in the weight store")
        .in(Row::Users::pipeline),
};

} // namespace

std::string crania::exitOf(const CompileOptions &options) {
  if (!options.maxLoss)
    return options.exit.empty() ? "softmax:0.9" : options.exit;
  const std::string rule = options.exit.empty() ? "softmax" : options.exit;
  return rule + (rule == "entropy" ? ":0" : ":1");
}

bool crania::usesIntegers(const CompileOptions &options) {
  constexpr auto f32 = target::Precision::f32;
  return options.precision != f32 || options.firstLayer.value_or(f32) != f32 ||
         options.lastLayer.value_or(f32) != f32;
}

bool CompileOption::isDefault(const CompileOptions &options) const {
  return get(options) == get(CompileOptions());
}

llvm::ArrayRef<CompileOption> crania::compileOptionTable() {
  static const std::vector<CompileOption> options(std::begin(table),
                                                  std::end(table));
  return options;
}

llvm::ArrayRef<CompileOption> crania::toolOptions() {
  return compileOptionTable().take_while(
      [](const CompileOption &option) { return option.isInTools(); });
}

llvm::ArrayRef<CompileOption> crania::pipelineOptions() {
  return compileOptionTable().drop_while(
      [](const CompileOption &option) { return !option.isInPipeline(); });
}

const CompileOption *crania::findCompileOption(llvm::StringRef name) {
  for (const CompileOption &option : compileOptionTable())
    if (name == option.name)
      return &option;
  return nullptr;
}

Status crania::setCompileOption(CompileOptions &options,
                                const CompileOption &option,
                                llvm::StringRef text, llvm::StringRef dashes) {
  // An option that is refused stays what it was.
  CompileOptions changed = options;
  Status status = option.set(changed, text);
  if (!status)
    return Error{dashes.str() + option.name + ": " + status.error().message};
  options = std::move(changed);
  return {};
}

Status crania::setCompileOption(CompileOptions &options, llvm::StringRef name,
                                llvm::StringRef text) {
  const CompileOption *option = findCompileOption(name);
  if (option && option->isInTools())
    return setCompileOption(options, *option, text);
  std::vector<std::string> names;
  for (const CompileOption &known : toolOptions())
    names.emplace_back(known.name);
  return Error{"there is no option '" + name.str() + "'; there are " +
               joinNames(names)};
}

std::string crania::spellOptions(llvm::StringRef text, llvm::StringRef dashes) {
  std::string spelled;
  for (;;) {
    auto [before, after] = text.split(" --");
    spelled += before;
    if (before.size() == text.size())
      return spelled;
    // Options of another tool follow its name.
    const bool isOfAnother = before.ends_with("crania-run");
    spelled += " " + (isOfAnother ? "--" : dashes.str());
    text = after;
  }
}

std::string crania::valuesOf(const CompileOption &option) {
  const bool isList = option.form == CompileOption::Form::list;
  const std::vector<std::string> names = option.names();
  return names.empty() ? option.values : llvm::join(names, isList ? "," : "|");
}

std::string crania::helpOf(const CompileOption &option,
                           llvm::StringRef dashes) {
  std::string help = spellOptions(option.help, dashes);
  const std::string value = option.get(CompileOptions());
  if (!value.empty() && option.isInPipeline())
    help += " (default: " + value + ")";
  return help;
}
