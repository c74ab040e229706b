// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs models in ONNX Runtime: node onnxruntime_run.js < JOBS > RESULTS, with
// NODE_PATH naming the folder that holds onnxruntime-node.
// JOBS is a JSON list of {model, shape, input}: the paths of a model and of its
// raw float32 input, and the input's shape. RESULTS is a list of {dims, data},
// or {error} where ONNX Runtime refuses the model.

'use strict';
const fs = require('fs');
const runtime = require('onnxruntime-node');

function readFloats(file) {
  const bytes = fs.readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

async function run(job) {
  const session = await runtime.InferenceSession.create(job.model, {logSeverityLevel: 4});
  const input = new runtime.Tensor('float32', readFloats(job.input), job.shape);
  const results = await session.run({[session.inputNames[0]]: input}, [session.outputNames[0]]);
  const output = results[session.outputNames[0]];
  return {dims: Array.from(output.dims), data: Array.from(output.data)};
}

async function main() {
  const results = [];
  for (const job of JSON.parse(fs.readFileSync(0, 'utf8')))
    results.push(await run(job).catch((error) => ({error: String(error)})));
  process.stdout.write(JSON.stringify(results));
}

main();
