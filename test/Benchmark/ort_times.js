// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// node ort_times.js MODEL.onnx INPUTS.f32 DIMENSIONS
// Answers each line of standard input with the milliseconds per input that ONNX Runtime
// takes with one thread and batch 1, of the wall clock and of all CPUs. INPUTS.f32 is float32 without a header,
// DIMENSIONS those of one input, e.g. 1,3,32,32. NODE_PATH names the folder that
// holds onnxruntime-node.

'use strict';
const fs = require('fs');
const readline = require('readline');
const ort = require('onnxruntime-node');

async function main([model, inputs, dimensions]) {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all', logSeverityLevel: 3,
  });
  const dims = dimensions.split(',').map(Number);
  const size = dims.reduce((a, b) => a * b, 1);
  // Copied, because a typed array must start at a multiple of its element size.
  const values = new Float32Array(new Uint8Array(fs.readFileSync(inputs)).buffer);
  const feeds = [];
  for (let i = 0; i < values.length; i += size)
    feeds.push({[session.inputNames[0]]: new ort.Tensor('float32', values.slice(i, i + size), dims)});
  for await (const _ of readline.createInterface({input: process.stdin})) {
    const begin = process.hrtime.bigint(), cpuBegin = process.cpuUsage();
    for (const feed of feeds)
      await session.run(feed);
    const cpu = process.cpuUsage(cpuBegin);  // microseconds
    console.log(Number(process.hrtime.bigint() - begin) / 1e6 / feeds.length,
                (cpu.user + cpu.system) / 1e3 / feeds.length);
  }
}

main(process.argv.slice(2)).catch(error => {
  console.error(`ort_times.js: ${error.message}`);
  process.exit(1);
});
