// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// node ort_run.js MODEL.onnx INPUT.npy OUTPUT.npy
// Runs ONNX Runtime on each of the N inputs of a float32 .npy file (N, ...) with
// batch 1, and writes the first output of each as (N, elements). NODE_PATH names
// the folder that holds onnxruntime-node.

'use strict';
const fs = require('fs');
const ort = require('onnxruntime-node');

function readNpy(path) {
  const bytes = fs.readFileSync(path);
  const headerLength = bytes.readUInt16LE(8);  // file format version 1
  const header = bytes.toString('latin1', 10, 10 + headerLength);
  if (!header.includes("'<f4'") || header.includes("'fortran_order': True"))
    throw new Error(`${path}: expected a C-ordered float32 array`);
  const shape = header.match(/\(([^)]*)\)/)[1].split(',').filter(s => s.trim()).map(Number);
  const data = bytes.subarray(10 + headerLength);
  // Copied, because a typed array must start at a multiple of its element size.
  const values = new Float32Array(new Uint8Array(data).buffer);
  return {shape, values};
}

function writeNpy(path, rows, columns, values) {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 0, 'latin1');
  head.writeUInt16LE(length, 8);
  const header = Buffer.from(dictionary.padEnd(length - 1) + '\n', 'latin1');
  fs.writeFileSync(path, Buffer.concat([head, header, Buffer.from(values.buffer)]));
}

async function main([model, input, output]) {
  const session = await ort.InferenceSession.create(
      model, {intraOpNumThreads: 1, logSeverityLevel: 3});
  const {shape, values} = readNpy(input);
  const [count, ...dims] = shape;
  const size = dims.reduce((a, b) => a * b, 1);
  let all = null, columns = 0;
  for (let i = 0; i < count; ++i) {
    const tensor = new ort.Tensor('float32', values.slice(i * size, (i + 1) * size), [1, ...dims]);
    const results = await session.run({[session.inputNames[0]]: tensor});
    const logits = results[session.outputNames[0]].data;
    if (!all) {
      columns = logits.length;
      all = new Float32Array(count * columns);
    }
    all.set(logits, i * columns);
  }
  writeNpy(output, count, columns, all);
}

main(process.argv.slice(2)).catch(error => {
  console.error(`ort_run.js: ${error.message}`);
  process.exit(1);
});
