// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TensorPlaces.h"
#include "ParsedModule.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Diagnostics.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

namespace {

/// The places of an iteration with this body. Its input is %x of
/// tensor<2x3xf32>, and %e is an empty tensor of that type. The body yields %y
/// of type `result`.
class Places {
public:
  explicit Places(const std::string &body,
                  const std::string &result = "tensor<2x3xf32>",
                  unsigned rounds = 1)
      : module(
            "func.func @f(%x: tensor<2x3xf32>, %other: tensor<2x3xf32>) -> " +
            result + " {\n  %l, %r = crania.iterate upto " +
            std::to_string(rounds) + " exit #crania.exit<softmax, [" +
            thresholds(rounds) + "]> -> " + result +
            " round(%round) {\n  %e = tensor.empty() : tensor<2x3xf32>\n" +
            body + "\n  crania.yield %y : " + result +
            "\n }\n return %l : " + result + "\n}\n") {
    module.get().walk([&](ir::IterateOp op) { iterate = op; });
    types.emplace(*ElementTypes::create(iterate));
    places.emplace(iterate, *types, network);
    places->chooseDestinations();
  }

  /// Returns the result of the op that comes `n`th of those that have a place.
  Value result(unsigned n) {
    for (Operation &op : iterate.getBody().front())
      if (isa<linalg::LinalgOp, tensor::ConcatOp>(op) && n-- == 0)
        return op.getResult(0);
    return Value();
  }
  const View &placeOf(unsigned n) { return places->destinationOf(result(n)); }

  /// Returns the `n`th operand of the op with the `m`th place.
  Value operand(unsigned m, unsigned n) {
    return result(m).getDefiningOp()->getOperand(n);
  }
  /// Returns the view of that operand, which comes from outside.
  FailureOr<View> outer(unsigned m, unsigned n) {
    return places->resolveOuter(operand(m, n), result(m).getDefiningOp());
  }
  const Storage &storageOf(const View &view) {
    return network.storages[view.storage];
  }

  ParsedModule module;
  ir::IterateOp iterate;
  Network network;
  std::optional<ElementTypes> types;
  std::optional<TensorPlaces> places;

private:
  static std::string thresholds(unsigned rounds) {
    std::string text;
    for (unsigned i = 1; i < rounds; ++i)
      text += i == 1 ? "0.5" : ", 0.5";
    return text;
  }
};

/// Returns the text of an element-wise op on one or two tensors.
std::string exp(const std::string &result, const std::string &input) {
  return "  %" + result + " = linalg.exp ins(%" + input +
         " : tensor<2x3xf32>) outs(%e : tensor<2x3xf32>) -> tensor<2x3xf32>\n";
}
std::string add(const std::string &result, const std::string &a,
                const std::string &b) {
  return "  %" + result + " = linalg.add ins(%" + a + ", %" + b +
         " : tensor<2x3xf32>, tensor<2x3xf32>) outs(%e : tensor<2x3xf32>) -> "
         "tensor<2x3xf32>\n";
}

/// The numbers of a parameter of f32 in a round.
std::vector<float> floatsOf(const Storage &storage, size_t round = 0) {
  const std::vector<char> &bytes = storage.contents.at(round);
  std::vector<float> numbers(bytes.size() / sizeof(float));
  std::memcpy(numbers.data(), bytes.data(), bytes.size());
  return numbers;
}

//===----------------------------------------------------------------------===//
// Destinations
//===----------------------------------------------------------------------===//

TEST(TensorPlaces, AnElementWiseOpOverwritesItsOperand) {
  Places places(exp("a", "x") + exp("y", "a"));
  EXPECT_EQ(places.network.storages.size(), 1u);
  EXPECT_EQ(places.placeOf(0), places.placeOf(1));
  EXPECT_EQ(places.placeOf(1), View::rowMajor(0, {2, 3}));
}

TEST(TensorPlaces, AnOperandWithTwoReadersIsKept) {
  Places places(exp("a", "x") + exp("b", "a") + add("y", "a", "b"));
  // The sum overwrites b, which it alone reads.
  EXPECT_NE(places.placeOf(0).storage, places.placeOf(1).storage);
  EXPECT_EQ(places.placeOf(1), places.placeOf(2));
}

/// The later one has just been computed, so that both may run together.
TEST(TensorPlaces, TheLaterOfTwoOperandsIsOverwritten) {
  for (const char *const order : {"a b", "b a"}) {
    Places places(exp("a", "x") + exp("b", "x") +
                  add("y", std::string(1, order[0]), std::string(1, order[2])));
    EXPECT_NE(places.placeOf(0).storage, places.placeOf(2).storage) << order;
    EXPECT_EQ(places.placeOf(1), places.placeOf(2)) << order;
  }
}

TEST(TensorPlaces, OtherTypesAndOrdersHaveTheirOwnPlace) {
  Places types(exp("a", "x") + R"(
  %i = tensor.empty() : tensor<2x3xi32>
  %b = linalg.generic {indexing_maps = [affine_map<(p, q) -> (p, q)>, affine_map<(p, q) -> (p, q)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<2x3xf32>) outs(%i : tensor<2x3xi32>) {
    ^bb0(%in: f32, %o: i32):
      %n = arith.fptosi %in : f32 to i32
      linalg.yield %n : i32
  } -> tensor<2x3xi32>
  %y = linalg.generic {indexing_maps = [affine_map<(p, q) -> (p, q)>, affine_map<(p, q) -> (p, q)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%b : tensor<2x3xi32>) outs(%e : tensor<2x3xf32>) {
    ^bb0(%in: i32, %o: f32):
      %n = arith.sitofp %in : i32 to f32
      linalg.yield %n : f32
  } -> tensor<2x3xf32>)");
  EXPECT_EQ(types.network.storages.size(), 3u);
  Places transposed(exp("a", "x") + R"(
  %t = tensor.empty() : tensor<3x2xf32>
  %y = linalg.transpose ins(%a : tensor<2x3xf32>) outs(%t : tensor<3x2xf32>) permutation = [1, 0])",
                    "tensor<3x2xf32>");
  EXPECT_NE(transposed.placeOf(0).storage, transposed.placeOf(1).storage);
}

/// A reduction reads its operand several times.
TEST(TensorPlaces, AReductionOverwritesNothing) {
  Places places(exp("a", "x") + R"(
  %zero = arith.constant 0.0 : f32
  %s = tensor.empty() : tensor<2xf32>
  %f = linalg.fill ins(%zero : f32) outs(%s : tensor<2xf32>) -> tensor<2xf32>
  %y = linalg.reduce ins(%a : tensor<2x3xf32>) outs(%f : tensor<2xf32>) dimensions = [1]
    (%in: f32, %out: f32) {
      %n = arith.addf %in, %out : f32
      linalg.yield %n : f32
    })",
                "tensor<2xf32>");
  EXPECT_NE(places.placeOf(0).storage, places.placeOf(2).storage);
}

/// Rows of 3 and 3 elements in rows of 6. The second one is written through a
/// reshape.
TEST(TensorPlaces, OperandsOfAConcatenationAreWrittenToTheirSlices) {
  Places places(exp("a", "x") + R"(
  %t = tensor.empty() : tensor<2x3x1xf32>
  %x3 = tensor.expand_shape %x [[0], [1, 2]] output_shape [2, 3, 1] : tensor<2x3xf32> into tensor<2x3x1xf32>
  %b = linalg.exp ins(%x3 : tensor<2x3x1xf32>) outs(%t : tensor<2x3x1xf32>) -> tensor<2x3x1xf32>
  %c = tensor.collapse_shape %b [[0], [1, 2]] : tensor<2x3x1xf32> into tensor<2x3xf32>
  %y = tensor.concat dim(1) %a, %c : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>)",
                "tensor<2x6xf32>");
  EXPECT_EQ(places.network.storages.size(), 1u);
  EXPECT_EQ(places.network.storages[0].elements, 12);
  const View &first = places.placeOf(0), &second = places.placeOf(1);
  EXPECT_EQ(first.offset, 0);
  EXPECT_EQ(second.offset, 3);
  EXPECT_EQ(first.shape(), (SmallVector<int64_t>{2, 3}));
  EXPECT_EQ(second.shape(), (SmallVector<int64_t>{2, 3, 1}));
  for (const View *view : {&first, &second}) {
    EXPECT_EQ(view->dims[0].stride, 6);
    EXPECT_EQ(view->dims[1].stride, 1);
  }
  Operation *concat = places.result(2).getDefiningOp();
  EXPECT_EQ(places.places->sliceOf(concat, 1).offset, 3);
}

/// One tensor cannot be in two slices; the input is in none.
TEST(TensorPlaces, ATensorIsInOneSliceOfAConcatenation) {
  Places places(exp("a", "x") + R"(
  %y = tensor.concat dim(0) %x, %a, %a : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<6x3xf32>)",
                "tensor<6x3xf32>");
  EXPECT_EQ(places.placeOf(0).offset, 6);
  Operation *concat = places.result(1).getDefiningOp();
  EXPECT_EQ(places.places->sliceOf(concat, 0).offset, 0);
  EXPECT_EQ(places.places->sliceOf(concat, 2).offset, 12);
}

/// A random body of sums of two earlier tensors. Two results share a place only
/// if the earlier one has a single reader, which shares the place, too.
RC_GTEST_PROP(TensorPlacesProperty, OnlyASingleReaderOverwrites, ()) {
  const size_t count = *rc::gen::inRange<size_t>(1, 12);
  std::string body;
  for (size_t i = 0; i < count; ++i) {
    auto earlier = [&]() -> std::string {
      const size_t from = *rc::gen::inRange<size_t>(0, i + 1);
      return from == 0 ? "x" : "t" + std::to_string(from - 1);
    };
    const bool isLast = i + 1 == count;
    std::string first = earlier(), second = earlier();
    body += add(isLast ? "y" : "t" + std::to_string(i), first, second);
  }
  Places places(body);
  for (size_t i = 0; i < count; ++i) {
    Value early = places.result(i);
    for (size_t j = i + 1; j < count; ++j) {
      if (places.placeOf(i).storage != places.placeOf(j).storage)
        continue;
      RC_ASSERT(early.hasOneUse());
      Value reader = (*early.getUsers().begin())->getResult(0);
      RC_ASSERT(places.places->destinationOf(reader) == places.placeOf(i));
    }
  }
}

//===----------------------------------------------------------------------===//
// Constants and the input
//===----------------------------------------------------------------------===//

TEST(TensorPlaces, ConstantsHaveTheirBytes) {
  Places places(
      "  %c = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : "
      "tensor<2x3xf32>\n" +
      add("y", "x", "c"));
  FailureOr<View> view = places.outer(0, 1);
  ASSERT_TRUE(succeeded(view));
  const Storage &storage = places.storageOf(*view);
  EXPECT_EQ(*view, View::rowMajor(view->storage, {2, 3}));
  EXPECT_EQ(storage.origin, Storage::Origin::parameter);
  EXPECT_EQ(floatsOf(storage), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  // A second reader gets the same storage.
  EXPECT_EQ(places.outer(0, 1)->storage, view->storage);
}

TEST(TensorPlaces, ASplatHasOneElement) {
  Places places("  %c = arith.constant dense<7.0> : tensor<2x3xf32>\n" +
                add("y", "x", "c"));
  FailureOr<View> view = places.outer(0, 1);
  ASSERT_TRUE(succeeded(view));
  EXPECT_EQ(*view, View::splat(view->storage, {2, 3}));
  EXPECT_EQ(places.storageOf(*view).elements, 1);
  EXPECT_EQ(floatsOf(places.storageOf(*view)), std::vector<float>{7});
}

/// A splat in one round is written out if another round has no splat.
TEST(TensorPlaces, ConstantsOfRoundsHaveOneSizeInAllRounds) {
  Places places(R"(
  %c = crania.per_round %round [dense<7.0> : tensor<2x3xf32>,
      dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>]
)" + add("y", "x", "c"),
                "tensor<2x3xf32>", 2);
  FailureOr<View> view = places.outer(0, 1);
  ASSERT_TRUE(succeeded(view));
  const Storage &storage = places.storageOf(*view);
  EXPECT_EQ(*view, View::rowMajor(view->storage, {2, 3}));
  ASSERT_EQ(storage.contents.size(), 2u);
  EXPECT_EQ(floatsOf(storage, 0), std::vector<float>(6, 7));
  EXPECT_EQ(floatsOf(storage, 1), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(TensorPlaces, TheFirstTensorFromOutsideIsTheInput) {
  Places places(add("a", "x", "other") + exp("y", "a"));
  FailureOr<View> view = places.outer(0, 0);
  ASSERT_TRUE(succeeded(view));
  EXPECT_EQ(places.network.input, view->storage);
  EXPECT_EQ(places.network.inputValue, places.operand(0, 0));
  EXPECT_EQ(places.network.inputScale, 0); // real numbers
  EXPECT_EQ(places.storageOf(*view).origin, Storage::Origin::input);
  std::vector<std::string> messages;
  ScopedDiagnosticHandler handler(
      places.iterate.getContext(),
      [&](Diagnostic &diagnostic) { messages.push_back(diagnostic.str()); });
  EXPECT_TRUE(failed(places.outer(0, 1)));
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_NE(messages[0].find("reads a second tensor from outside"),
            std::string::npos);
}

TEST(TensorPlaces, NamesAreTheLastOfALocation) {
  MLIRContext context;
  auto named = [&](llvm::StringRef name) -> Location {
    return NameLoc::get(StringAttr::get(&context, name));
  };
  EXPECT_EQ(nameOf(UnknownLoc::get(&context), "other"), "other");
  EXPECT_EQ(nameOf(named("conv"), "other"), "conv");
  EXPECT_EQ(
      nameOf(FusedLoc::get(&context, {named("conv"), named("relu")}), "other"),
      "relu");
}

} // namespace
