// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania-c/Dialects.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Import/ONNX/Import.h"
#include "crania/InitAllDialects.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Registration.h"
#include "mlir/CAPI/Support.h"

using namespace mlir;
using namespace crania;

MLIR_DEFINE_CAPI_DIALECT_REGISTRATION(Crania, crania, crania::ir::CraniaDialect)
MLIR_DEFINE_CAPI_DIALECT_REGISTRATION(CraniaHW, crania_hw,
                                      crania::hw::CraniaHWDialect)

void craniaRegisterAllDialects(MlirDialectRegistry registry) {
  crania::registerAllDialects(*unwrap(registry));
}

bool craniaTypeIsAClustered(MlirType type) {
  return isa<ir::ClusteredType>(unwrap(type));
}

MlirType craniaClusteredTypeGetChecked(MlirLocation location, MlirType tensor,
                                       int64_t clusters) {
  Location where = unwrap(location);
  auto ranked = dyn_cast<RankedTensorType>(unwrap(tensor));
  if (!ranked) {
    emitError(where) << "clustered weights need a ranked tensor, not "
                     << unwrap(tensor);
    return {};
  }
  where->getContext()->loadDialect<ir::CraniaDialect>();
  return wrap(ir::ClusteredType::getChecked(
      [&] { return emitError(where); }, where->getContext(), ranked, clusters));
}

MlirType craniaClusteredTypeGetTensor(MlirType type) {
  return wrap(cast<ir::ClusteredType>(unwrap(type)).getTensor());
}

int64_t craniaClusteredTypeGetClusters(MlirType type) {
  return cast<ir::ClusteredType>(unwrap(type)).getClusters();
}

MlirModule craniaImportOnnx(MlirContext context, MlirStringRef bytes,
                            MlirStringRef fileName) {
  return wrap(
      importOnnx(unwrap(bytes), unwrap(context), unwrap(fileName)).release());
}

MlirLogicalResult craniaTranslateToDeviceBinary(MlirModule module,
                                                MlirStringCallback write,
                                                void *userData) {
  FailureOr<std::vector<uint8_t>> bytes =
      translateToDeviceBinary(unwrap(module));
  if (failed(bytes))
    return mlirLogicalResultFailure();
  write({reinterpret_cast<const char *>(bytes->data()), bytes->size()},
        userData);
  return mlirLogicalResultSuccess();
}
