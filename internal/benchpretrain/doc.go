// Command benchpretrain measures package patchwork/pretrain: images a second of a SimCLR step beside PyTorch, and with -images what the
// features are worth that each method learns, beside those of first weights, of pixels and of simple statistics.
//
//	go run ./internal/benchpretrain                              # speed
//	go run ./internal/benchpretrain -images photos -epochs 100   # photos/CLASS/*.jpg; a table, curves.svg and results.json
//
// Speed: both sides take the same network, head, loss, optimiser and batch, on pictures that are ready; they are asked in turns and
// the quickest round of each counts. Ours goes through pretrain.Train with crops of the whole picture, so it pays for the stream of pictures, too.
// PyTorch has the choice of memory format.
//
// Worth: a third of each class is held out, and no method sees its labels. Linear probe and 5 nearest neighbours learn from the other
// two thirds. Methods that are in results.json with the same settings are not trained again.
package main
