// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Options.h"

#include "crania/Runtime/Batcher.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <map>
#include <sstream>

using namespace crania;
using namespace crania::run;

static const char *const description =
    R"(Runs a device binary on the simulated machine: predictions, exit rounds,
accuracy, and what time, traffic and energy every program in it costs.)";

static const char *const examples = R"(
The input is computed from the images per channel, in the order that
--input-channels gives: x' = (x * scale - mean) / std.

Examples:
  MNIST, 8-bit gray images of shape (10000, 28, 28), scaled to [0, 1]:
    crania-run lenet5.crania --images=test_x_u8.npy --labels=test_y_u8.npy \
      --input-scale=0.00392156862745098

  CIFAR-10, (10000, 32, 32, 3) in RGB, normalized by mean and deviation:
    crania-run vgg8.crania --images=x.npy --labels=y.npy \
      --input-scale=0.00392156862745098 --input-mean=.485,.456,.406 \
      --input-std=.229,.224,.225 --threads=2

  A Caffe network that takes BGR minus the mean, on 50 images. It writes all
  numbers to a file, and a timeline for https://ui.perfetto.dev to another:
    crania-run net.crania --images=x.npy --input-channels=bgr \
      --input-mean=104,117,123 --limit=50 --report=R.json --trace=T.json

The keys of the report are documented in docs/Report.md.)";

/// Returns the values of an enum by their names.
template <typename E>
static std::map<std::string, E> valuesByName() {
  std::map<std::string, E> values;
  for (const NamedValue<E> &entry : NamedValues<E>::values)
    values.emplace(entry.name, entry.value);
  return values;
}

/// Checks that a path does not look like an option. CLI11 takes whatever
/// follows an option as its value; if that looks like an option, the value was
/// forgotten.
static CLI::Validator isPath() {
  return CLI::Validator(
      [](std::string &value) {
        return value.rfind("--", 0) != 0
                   ? std::string()
                   : "a file name is missing in front of '" + value +
                         "'; if that is its name, write './" + value + "'";
      },
      "");
}

/// Checks that a number is in a range. CLI::Range accepts NaN.
static CLI::Validator isBetween(double low, double high) {
  return CLI::Validator(
      [low, high](const std::string &text) {
        double value = 0;
        if (CLI::detail::lexical_cast(text, value) && value >= low &&
            value <= high)
          return std::string();
        std::ostringstream reason;
        reason << "'" << text << "' is not a number from " << low << " to "
               << high;
        return reason.str();
      },
      "");
}

ParsedOptions run::parseOptions(int argc, char **argv) {
  ParsedOptions parsed;
  Options &o = parsed.options;
  runtime::Preprocessing &p = o.preprocessing;
  CLI::App app(description, "crania-run");
  app.footer(examples);
  app.set_version_flag("--version", "crania-run " CRANIA_VERSION,
                       "Print the version and exit");
  app.add_option("NET", o.binary,
                 "The device binary, as crania-compile writes it")
      ->required()
      ->type_name("FILE");
  app.add_option("--images", o.images,
                 "The images: .npy of uint8 or float32, one per first index; "
                 "without a channel axis, images have one channel")
      ->required()
      ->check(isPath())
      ->type_name("X.npy");
  app.add_option("--labels", o.labels,
                 "The correct classes, to compute accuracies: .npy of any "
                 "integer type, one per image")
      ->check(isPath())
      ->type_name("Y.npy");
  const auto layouts = valuesByName<runtime::ImageLayout>();
  app.add_option_function<std::string>(
         "--input-layout",
         [&](const std::string &name) { p.layout = layouts.at(name); },
         "Order of the axes in the file. auto (default): the order that fits "
         "the network's input")
      ->check(CLI::IsMember(&layouts).description(""))
      ->type_name("nhwc|nchw");
  const auto channels = valuesByName<runtime::ChannelOrder>();
  app.add_option_function<std::string>(
         "--input-channels",
         [&](const std::string &name) {
           p.reverseChannels = channels.at(name) == runtime::ChannelOrder::bgr;
         },
         "rgb (default): channels as they are in the file; bgr: in the reverse "
         "order")
      ->check(CLI::IsMember(&channels).description(""))
      ->type_name("rgb|bgr");
  app.add_option("--input-scale", p.scale, "Factor on the pixels (default 1)")
      ->type_name("S");
  app.add_option(
         "--input-mean", p.mean,
         "Mean to subtract after scaling: one value, or one per channel "
         "(default 0)")
      ->delimiter(',')
      ->type_name("a,b,c");
  app.add_option(
         "--input-std", p.deviation,
         "Divisor applied last: one value, or one per channel (default 1)")
      ->delimiter(',')
      ->type_name("a,b,c");
  app.add_option(
         "--max-loss", o.maxLoss,
         "Largest loss of top-1 accuracy against the whole network, in "
         "percentage points, with which a row is compared with another "
         "(default 0.5); without labels, the share of other answers counts")
      ->check(isBetween(0, 100))
      ->type_name("P");
  app.add_option("--skip", o.skip,
                 "Leave out the first N images and labels, for example those "
                 "that the compiler calibrated on")
      ->check(CLI::Range(uint64_t(0), uint64_t(1) << 32).description(""))
      ->type_name("N");
  app.add_option("--limit", o.limit,
                 "Use only the first N images behind those that --skip leaves "
                 "out")
      ->check(CLI::Range(uint64_t(1), uint64_t(1) << 32).description(""))
      ->type_name("N");
  app.add_option("--threads", o.threads,
                 "Threads that share the images (default 1); results do not "
                 "depend on their number")
      ->check(CLI::Range(1, 1024).description(""))
      ->type_name("T");
  app.add_option(
         "--sweep", o.sweep,
         "Inputs of the same round that run together and read their weights "
         "once (default 1); answers do not depend on this number")
      ->check(CLI::Range(1u, runtime::mostSweepInputs).description(""))
      ->type_name("M");
  app.add_option_function<std::string>(
         "--arrivals",
         [&](const std::string &text) {
           Result<Arrivals> arrivals = Arrivals::parse(text);
           if (!arrivals)
             throw CLI::ValidationError("--arrivals", arrivals.error().message);
           o.arrivals = *arrivals;
         },
         "Arrival of inputs, with RATE in inputs per second; latencies count "
         "from the arrival. Default: all inputs are present from the beginning")
      ->type_name("periodic:RATE|poisson:RATE");
  app.add_option(
         "--flush-us", o.flushMicroseconds,
         "Longest time that an input waits for its sweep to fill up; the sweep "
         "then starts with the inputs that it has (default: no limit)")
      ->check(isBetween(1e-3, 1e12))
      ->type_name("T");
  app.add_option("--report", o.report, "Writes all numbers as JSON")
      ->check(isPath())
      ->type_name("R.json");
  app.add_option("--trace", o.trace,
                 "Writes the timeline of the first image, for each program, as "
                 "Chrome trace JSON")
      ->check(isPath())
      ->type_name("T.json");
  app.add_option(
         "--outputs", o.outputs,
         "Writes predictions, exit rounds and logits of every image, for "
         "each program, as .npy files into an existing folder")
      ->check(isPath())
      ->check(CLI::Validator(CLI::ExistingDirectory).description(""))
      ->type_name("DIR");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    std::cout << app.help();
    parsed.exitCode = 0;
  } catch (const CLI::CallForVersion &version) {
    std::cout << version.what() << "\n";
    parsed.exitCode = 0;
  } catch (const CLI::ParseError &error) {
    std::cerr << "crania-run: error: " << error.what()
              << "\nRun with --help for the options and examples.\n";
    parsed.exitCode = 1;
  }
  return parsed;
}
