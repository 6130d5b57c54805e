const webpack = require('webpack');
module.exports = { entry: './index.js', output: { path: __dirname + '/build', filename: 'bundle.js' }, mode: 'development', devtool: false, bail: true,
 module: { rules: [
  { test: /\.css$/, use: ['style-loader', 'css-loader'] }, { test: /\.raw\.css$/, type: 'asset/source' },
  { test: /\.(woff2?|ttf|eot|png|jpg|gif)(\?.*)?$/, type: 'asset/resource' }, { test: /\.(md|html)$/, type: 'asset/source' },
  { test: /\.svg$/, issuer: /\.css$/, type: 'asset/inline' }, { test: /\.svg$/, issuer: /\.js$/, type: 'asset/source' } ] },
 plugins: [ new webpack.DefinePlugin({ process: { cwd: '(() => "/")', env: {} } }) ] };
