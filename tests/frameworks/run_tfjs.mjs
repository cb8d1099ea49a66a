// node run_tfjs.mjs ENVIRONMENT cases.json outputs.json
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const [place, given, made] = process.argv.slice(2)
const require = createRequire(`${place}/package.json`)
const tf = require('@tensorflow/tfjs-core')
require('@tensorflow/tfjs-backend-cpu')
const { layers, sequential, version_layers: version } = require('@tensorflow/tfjs-layers')

const classes = { lstm: layers.lstm, gru: layers.gru, simple_rnn: layers.simpleRNN }
const order = ['kernel', 'recurrent_kernel', 'bias']
const tensor = (array) => tf.tensor(array.data, array.shape)

function run({ words, x, layers: arrays }) {
  const model = sequential()
  for (const [i, directions] of arrays.entries()) {
    const inputShape = i === 0 ? { inputShape: x.shape.slice(1) } : {}
    const inner = classes[words.cell]({
      units: words.units, useBias: words.use_bias, returnSequences: true, recurrentActivation: words.recurrent_activation === 'sigmoid' ? 'sigmoid' : 'hardSigmoid', recurrentInitializer: 'zeros', ...inputShape
    })
    const layer = directions.length === 2 ? layers.bidirectional({ layer: inner, mergeMode: 'concat', ...inputShape }) : inner
    model.add(layer)
    layer.setWeights(directions.flatMap((one) => order.filter((name) => name in one).map((name) => tensor(one[name]))))
  }
  const y = model.predict(tensor(x))
  return { shape: y.shape, data: Array.from(y.dataSync()) }
}

await tf.setBackend('cpu')
const y = {}
for (const [name, one] of Object.entries(JSON.parse(readFileSync(given)))) y[name] = run(one)
writeFileSync(made, JSON.stringify({ version, y }))
